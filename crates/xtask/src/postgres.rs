//! A real PostgreSQL for tests: found, or brought from Debian's packages, and started for the time of the tests.
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use whippet_test_postgres::{Programs, Server, Settings};
use xshell::cmd;

use crate::browser::{install, is_debian, is_root};
use crate::native;
use crate::project::Project;

/// Where packages are unpacked.
const UNPACKED: &str = ".tools/debian";

/// Debian's package, and which of its needs are left out: the compiler for long queries is 100 MB.
const PACKAGE: &str = "postgresql";
const LEFT_OUT: &str = "libllvm";

/// The variable that says which store tests open: SQLite unless it says `postgres`.
const STORE: &str = "WHIPPET_TEST_STORE";

/// The crate whose tests run on both stores. Those of the store itself try both engines wherever a server is named.
const ON_BOTH: &str = "crates/collector";

/// Its tests that run once, and why.
const ONCE: &str = "tests/once.txt";

/// Makes the package create no cluster, which would be a server that starts at every boot.
const SETTING: &str = "/etc/postgresql-common/createcluster.d/whippet-tests.conf";

/// PostgreSQL's programs. On Debian packages are installed by root, and unpacked by others, where they are missing.
/// Elsewhere, and where there is no network, the tests that need them are left out.
pub fn programs(project: &Project) -> Option<Programs> {
    let unpacked = project.path(UNPACKED);
    let find = || Programs::find(Some(&unpacked));
    if let Some(programs) = find() {
        return Some(programs);
    }
    let brought = if !is_debian() {
        Err(anyhow::anyhow!("this is not Debian"))
    } else if is_root(project) {
        install_without_cluster(project)
    } else {
        unpack(project, &unpacked)
    };
    let found = find();
    if found.is_none() {
        let why = brought.err().map_or_else(String::new, |error| format!(" ({error:#})"));
        println!(
            "  there is no PostgreSQL 15 or newer{why}: the tests that need one are left out. Install it (Debian: apt-get install {PACKAGE}), or name the folder of its programs in the variable {}",
            whippet_test_postgres::PROGRAMS
        );
    }
    found
}

/// A running server and its programs. It ends when dropped, or with this process.
pub struct Postgres {
    programs: Programs,
    server: Server,
}

impl Postgres {
    /// What tells tests where it is.
    pub fn variables(&self) -> [(&'static str, OsString); 2] {
        [
            (whippet_test_postgres::URL, self.server.url().into()),
            (whippet_test_postgres::PROGRAMS, self.programs.folder().into()),
        ]
    }
}

/// A server for the time of the tests. `None` where there is no PostgreSQL.
pub fn start(project: &Project) -> Result<Option<Postgres>> {
    let Some(programs) = programs(project) else { return Ok(None) };
    // Where root's account may not be left, its folders may not be entered either: then it is the system's folder.
    let own = project.target().join("postgres");
    let settings = Settings { connections: Some(400), ..Settings::default() };
    let other = std::env::temp_dir().join(format!("whippet-postgres-{}", std::process::id()));
    let created = match Server::create(programs.clone(), &own, settings.clone()) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Server::create(programs.clone(), &other, settings)
        }
        created => created,
    };
    let server = created.context("PostgreSQL cannot be started")?;
    Ok(Some(Postgres { programs, server }))
}

/// The program of the collector's tests.
pub fn test_program(project: &Project) -> Result<PathBuf> {
    let selection = native::selection();
    let built = cmd!(project.shell, "cargo test {selection...} --no-run --message-format json")
        .quiet()
        .ignore_stderr()
        .read()?;
    let programs = built.lines().filter_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next());
    programs
        .map(PathBuf::from)
        .find(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with("it-")))
        .context("cargo built no test program `it`")
}

/// Runs the collector's tests once more: with stores on PostgreSQL.
pub fn tests(project: &Project, program: &Path) -> Result<()> {
    let shell = &project.shell;
    // As cargo does.
    let _inside = shell.push_dir(project.path(ON_BOTH));
    let once = left_out(&shell.read_file(ONCE)?);
    let all = cmd!(shell, "{program} --list").quiet().read()?;
    if let Some(part) = once.iter().find(|part| !all.contains(part.as_str())) {
        bail!("{ON_BOTH}/{ONCE} has '{part}', but no test is called so: remove the line");
    }
    let once = once.iter().flat_map(|part| ["--skip", part]);
    Ok(cmd!(shell, "{program} {once...}").env(STORE, "postgres").run()?)
}

/// The first word of each line that is no comment.
fn left_out(list: &str) -> Vec<String> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn install_without_cluster(project: &Project) -> Result<()> {
    let setting = Path::new(SETTING);
    if let Some(folder) = setting.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(setting, "create_main_cluster = false\n")?;
    let installed = install(project, &[PACKAGE]);
    fs::remove_file(setting)?;
    installed
}

/// Downloads the package and all that it needs and the system lacks, and unpacks them.
fn unpack(project: &Project, folder: &Path) -> Result<()> {
    let shell = &project.shell;
    let archives = folder.join("archives");
    shell.create_dir(archives.join("partial"))?;
    let cache = format!("Dir::Cache::Archives={}", archives.display());
    // Without root there is no lock to be had; nothing is installed, so none is needed.
    let options = ["-o", &cache, "-o", "Debug::NoLocking=1", "--no-install-recommends", "--print-uris"];
    let list = cmd!(shell, "apt-get install --quiet --quiet --yes {options...} {PACKAGE}").read()?;
    let _inside = shell.push_dir(&archives);
    for line in list.lines() {
        // 'http://…/libpq5_15.18_amd64.deb' libpq5_15.18_amd64.deb 1234 SHA256:…
        let Some(name) = line.split_whitespace().nth(1).and_then(|file| file.split('_').next()) else {
            continue;
        };
        if !name.starts_with(LEFT_OUT) {
            cmd!(shell, "apt-get download --quiet {name}").run()?;
        }
    }
    for package in shell.read_dir(".")? {
        if package.extension().is_some_and(|extension| extension == "deb") {
            cmd!(shell, "dpkg-deb --extract {package} {folder}").run()?;
            shell.remove_path(package)?;
        }
    }
    if Programs::find(Some(folder)).is_none() {
        bail!("the packages were unpacked into {}, but its programs do not run", folder.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::left_out;

    #[test]
    fn the_list_has_a_name_and_a_reason_per_line() {
        assert_eq!(left_out("# why\nroom::  the file\n\nready::a  it is locked\n"), ["room::", "ready::a"]);
    }
}
