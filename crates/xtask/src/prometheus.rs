//! Brings Prometheus, whose reading of scrapes and counters ours is compared with.
use crate::browser::is_debian;
use crate::project::{Project, find_program};
use std::path::Path;
use xshell::cmd;

/// On Debian its package is unpacked, where it is missing: installed, it would start a server at every boot. Elsewhere,
/// and where there is no network, the tests that need it are left out.
pub fn ensure(project: &Project) {
    let (programs, folder) = (["prometheus", "promtool"], project.path(".tools/debian"));
    let there =
        |name: &str| find_program(&[name]).is_some() || project.path(".tools/bin").join(name).is_file();
    if programs.iter().all(|name| there(name)) {
        return;
    }
    if !is_debian() || unpack(project, &folder, &programs).is_err() {
        println!("  there is none: the tests beside it are left out (Debian: apt-get install prometheus)");
    }
}

fn unpack(project: &Project, folder: &Path, programs: &[&str]) -> anyhow::Result<()> {
    let shell = &project.shell;
    shell.create_dir(folder)?;
    let _inside = shell.push_dir(folder);
    // Without root the lists that are there must do.
    let _ = cmd!(shell, "apt-get update --quiet").ignore_status().ignore_stderr().run();
    cmd!(shell, "apt-get download --quiet prometheus").run()?;
    let mut packages = shell.read_dir(".")?;
    packages.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
    for package in packages {
        cmd!(shell, "dpkg-deb --extract {package} .").run()?;
        shell.remove_path(package)?;
    }
    for name in programs {
        shell.copy_file(format!("usr/bin/{name}"), project.path(".tools/bin"))?;
    }
    Ok(())
}
