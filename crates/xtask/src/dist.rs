//! The release: one binary with the dashboard in it, and what an operator needs beside it, as an archive.
use crate::project::{Project, find_program};
use crate::report::Report;
use crate::{build, flags, setup};
use anyhow::{Context, Result, bail, ensure};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use xshell::cmd;

/// How long the finished program may take to answer.
const START: Duration = Duration::from_secs(20);

/// What the archive has beside the program: where it is here, and its name there.
const FILES: [(&str, &str); 9] = [
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("docs/operating.md", "operating.md"),
    ("packaging/Caddyfile", "Caddyfile"),
    ("packaging/Dockerfile", "Dockerfile"),
    ("packaging/nginx.conf", "nginx.conf"),
    ("packaging/nginx-proxy.conf", "nginx-proxy.conf"),
    ("packaging/whippet.env", "whippet.env"),
    ("packaging/whippet.service", "whippet.service"),
];

/// Builds it, tries it, and packs it.
pub fn run(project: &Project, report: &Report, flags: &flags::Dist) -> Result<()> {
    setup::run(project, report)?;
    report.step("build: dashboard", || build::dashboard(project))?;
    let target = report.step("choose the target", || target(project, flags.target.as_deref()))?;
    let program = report.step("build: release", || program(project, &target))?;
    report.step("test: the program starts and has the dashboard in it", || try_out(project, &program))?;
    report.step("pack", || pack(project, &program, &target))
}

/// The target that was asked for, or else the static one, where it can be built, or else this machine's.
fn target(project: &Project, asked: Option<&str>) -> Result<String> {
    if let Some(target) = asked {
        return Ok(target.to_owned());
    }
    let version = cmd!(project.shell, "rustc --version --verbose").quiet().read()?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not say what machine it is on")?;
    let Some(machine) = host.strip_suffix("-unknown-linux-gnu") else { return Ok(host.to_owned()) };
    let musl = format!("{machine}-unknown-linux-musl");
    let library = cmd!(project.shell, "rustc --print target-libdir --target {musl}").quiet().read()?;
    let missing = match (Path::new(&library).is_dir(), find_program(&["musl-gcc"])) {
        (true, Some(_)) => {
            println!("  {musl}: a static program, which runs on any Linux");
            return Ok(musl);
        }
        (false, _) => format!("`rustup target add {musl}`"),
        (true, None) => "a C compiler for musl: Debian's package is musl-tools".to_owned(),
    };
    println!("  {host}: the program needs a C library as new as this machine's. For a static one: {missing}");
    Ok(host.to_owned())
}

fn program(project: &Project, target: &str) -> Result<PathBuf> {
    cmd!(
        project.shell,
        "cargo build --profile dist --package whippet-collector --bin whippet --target {target}"
    )
    .run()?;
    let name = if target.contains("windows") { "whippet.exe" } else { "whippet" };
    Ok(project.target().join(target).join("dist").join(name))
}

/// A running program, ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn try_out(project: &Project, program: &Path) -> Result<()> {
    let data = project.target().join("dist-data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let started = Instant::now();
    let mut child = Running(
        Command::new(program)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--log-level", "warn", "--data"])
            .arg(&data)
            .spawn()
            .with_context(|| {
                format!("cannot start {}: was it built for another machine?", program.display())
            })?,
    );
    let page = loop {
        if let Ok(page) = get(port) {
            break page;
        }
        ensure!(child.0.try_wait()?.is_none(), "the program ended at once");
        ensure!(started.elapsed() < START, "the program does not answer");
        std::thread::sleep(Duration::from_millis(50));
    };
    drop(child);
    fs::remove_dir_all(&data)?;
    if !page.contains("assets/") {
        bail!("the dashboard is not in the program: {page}");
    }
    Ok(())
}

fn get(port: u16) -> Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    write!(stream, "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    Ok(page)
}

fn pack(project: &Project, program: &Path, target: &str) -> Result<()> {
    let name = format!("whippet-{}-{target}", env!("CARGO_PKG_VERSION"));
    let dist = project.target().join("dist");
    let folder = dist.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let own = program.file_name().context("the program has no name")?.to_string_lossy().into_owned();
    fs::copy(program, folder.join(&own))?;
    for (from, to) in FILES {
        fs::copy(project.path(from), folder.join(to)).with_context(|| format!("there is no {from}"))?;
    }
    let mut files = vec![(own.as_str(), 0o755)];
    files.extend(FILES.map(|(_, to)| (to, 0o644)));
    let bytes = archive(&folder, &name, &files)?;
    let archive = dist.join(format!("{name}.tar.gz"));
    fs::write(&archive, &bytes)?;
    let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(dist.join(format!("{name}.tar.gz.sha256")), format!("{sum}  {name}.tar.gz\n"))?;
    println!("  {}: {} bytes", folder.join(&own).display(), fs::metadata(program)?.len());
    println!("  {}: {} bytes, SHA-256 {sum}", archive.display(), bytes.len());
    Ok(())
}

/// The files in a folder called `name`. The same files give the same bytes: no times, users or orders of this machine.
fn archive(folder: &Path, name: &str, files: &[(&str, u32)]) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzBuilder::new().write(Vec::new(), Compression::best()));
    for (file, mode) in files {
        let bytes = fs::read(folder.join(file))?;
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(*mode);
        archive.append_data(&mut header, format!("{name}/{file}"), bytes.as_slice())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

#[cfg(test)]
mod tests {
    use super::archive;
    use std::io::Read;

    #[test]
    fn the_same_files_make_the_same_archive() {
        let folder = std::env::temp_dir().join(format!("whippet-dist-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("whippet"), "program").unwrap();
        std::fs::write(folder.join("LICENSE"), "words").unwrap();
        let files = [("whippet", 0o755), ("LICENSE", 0o644)];
        let bytes = archive(&folder, "whippet-1", &files).unwrap();
        assert_eq!(bytes, archive(&folder, "whippet-1", &files).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
        let mut found = Vec::new();
        for entry in tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice())).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let path = entry.path().unwrap().display().to_string();
            found.push((path, entry.header().mode().unwrap(), text));
        }
        assert_eq!(
            found,
            [
                ("whippet-1/whippet".to_owned(), 0o755, "program".to_owned()),
                ("whippet-1/LICENSE".to_owned(), 0o644, "words".to_owned()),
            ]
        );
    }
}
