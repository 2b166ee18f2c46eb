//! Builds everything and runs it: the collector with its dashboard, and the demo that feeds it.
use crate::project::Project;
use crate::report::{Report, seconds};
use crate::{build, flags, setup};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use xshell::cmd;

const PORT: u16 = 7300;
/// How long a server may take to answer, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// Builds, runs, and waits for Ctrl-C.
pub fn run(project: &Project, report: &Report, flags: &flags::Demo) -> Result<()> {
    let port = flags.port.unwrap_or(PORT);
    // Before the long work, not after it.
    let Some(next) = port.checked_add(1) else { bail!("--port {port}: the demo needs the next port too") };
    free(port)?;
    free(next)?;
    let (stop, stopped) = mpsc::channel();
    setup::run(project, report)?;
    build::run(project, report, false)?;
    report.step("the demo's data: the dependency graph", || graph(project).map(drop))?;

    ctrlc::set_handler(move || {
        let _ = stop.send(());
    })?;
    let mut servers =
        report.step("start", || Servers::start(project, port, &project.path("whippet-data")))?;
    println!(
        "\nReady after {}.\n\n  the demo       http://127.0.0.1:{next}\n  the dashboard  http://127.0.0.1:{port}\n\nCtrl-C ends both.\n",
        seconds(report.elapsed())
    );
    while stopped.recv_timeout(Duration::from_millis(300)) == Err(mpsc::RecvTimeoutError::Timeout) {
        servers.check()?;
    }
    println!("\nending …");
    servers.end();
    Ok(())
}

fn free(port: u16) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .with_context(|| format!("port {port} is taken or not allowed: end what uses it, or choose another pair with `cargo xtask demo --port N`"))
}

/// What the demo shows: the project's own dependency graph, as cargo and npm know it.
pub fn graph(project: &Project) -> Result<[PathBuf; 2]> {
    let cargo = project.path("target/xtask/cargo-metadata.json");
    let npm = project.path("package-lock.json");
    let json = cmd!(project.shell, "cargo metadata --format-version 1").quiet().ignore_stderr().read()?;
    if !fs::read_to_string(&cargo).is_ok_and(|kept| kept == json) {
        fs::write(&cargo, json)?;
    }
    Ok([cargo, npm])
}

/// The two servers; both end with it.
pub struct Servers {
    running: Vec<(&'static str, Child)>,
}

impl Servers {
    /// Starts both, and waits until they answer. The collector listens on `port`, the demo on the next.
    pub fn start(project: &Project, port: u16, data: &std::path::Path) -> Result<Self> {
        let [cargo, npm] = graph(project)?;
        let (collector, demo) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{}", port + 1));
        let mut servers = Self { running: Vec::new() };
        let mut backend = Command::new(project.binary("whippet-demo-backend"));
        backend.args(["--listen", &demo]).arg("--site").arg(project.path("www/dist"));
        backend.args(["--collector", &format!("http://{collector}")]);
        backend.arg("--data").arg(data.join("demo"));
        backend.arg("--graph").arg(cargo).arg("--graph").arg(npm);
        servers.spawn("the demo backend", backend)?;
        let mut whippet = Command::new(project.binary("whippet"));
        whippet.args(["serve", "--listen", &collector]).arg("--data").arg(data);
        whippet.args(["--scrape", &format!("demo=http://{demo}/metrics")]);
        servers.spawn("the collector", whippet)?;
        servers.wait_for(port)?;
        servers.wait_for(port + 1)?;
        Ok(servers)
    }

    fn spawn(&mut self, name: &'static str, mut command: Command) -> Result<()> {
        let child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        self.running.push((name, child));
        Ok(())
    }

    fn wait_for(&mut self, port: u16) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while !answers(port) {
            self.check()?;
            if Instant::now() > until {
                bail!("nothing answers on port {port} after {}", seconds(PATIENCE));
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        Ok(())
    }

    /// An error where one of them has ended.
    pub fn check(&mut self) -> Result<()> {
        for (name, child) in &mut self.running {
            if let Some(status) = child.try_wait()? {
                bail!("{name} has ended ({status}); its output is above");
            }
        }
        Ok(())
    }

    /// Asks both to end, and waits for it.
    pub fn end(&mut self) {
        for (_, child) in &mut self.running {
            ask_to_end(child);
        }
        let until = Instant::now() + PATIENCE;
        for (_, child) in &mut self.running {
            while matches!(child.try_wait(), Ok(None)) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        self.running.clear();
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.end();
    }
}

fn ask_to_end(child: &mut Child) {
    // std can only kill; a SIGTERM lets them write down what they hold.
    let asked =
        cfg!(unix) && Command::new("kill").arg(child.id().to_string()).status().is_ok_and(|s| s.success());
    if !asked {
        let _ = child.kill();
    }
}

/// Whether an HTTP server answers there.
fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let mut start = [0; 5];
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut start).is_ok()
        && &start == b"HTTP/"
}
