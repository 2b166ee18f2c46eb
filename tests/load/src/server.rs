//! A collector, or any server that says where it listens as a collector does, in a process of its own.
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::client::Client;

/// How long a collector may take to end in order.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most that is kept of a log, bytes.
const LOG: usize = 1 << 20;

/// Where a collector keeps its data.
#[derive(Clone, Debug)]
pub enum Data {
    /// SQLite, in a folder.
    Folder(std::path::PathBuf),
    /// PostgreSQL, by its URL.
    Url(String),
}

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    log: Arc<Mutex<String>>,
    /// Where it listens.
    pub address: String,
}

impl Server {
    /// Starts the collector `program`.
    ///
    /// # Errors
    /// Where it ends before it listens: the error has what it said.
    pub fn collector(program: &Path, data: &Data, more: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"]);
        match data {
            Data::Folder(folder) => command.arg("--data").arg(folder),
            Data::Url(url) => command.arg("--store").arg(url),
        };
        // Nothing around it may change what is measured.
        command.args(more).env_remove("RUST_LOG").env_remove("WHIPPET_TOKEN");
        Self::start(command)
    }

    /// Starts any server whose log has a line with `dashboard at http://ADDRESS/`.
    ///
    /// # Errors
    /// As [`Self::collector`].
    pub fn start(mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let mut lines = BufReader::new(child.stderr.take().context("it has no standard error")?);
        let (mut line, mut before) = (String::new(), String::new());
        let address = loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                let _ = child.kill();
                let status = child.wait()?;
                bail!("the server ended before it listened ({status}): {}", before.trim());
            }
            before.push_str(&line);
            if let Some((_, rest)) = line.split_once("dashboard at http://") {
                break rest.split('/').next().unwrap_or_default().trim().to_owned();
            }
        };
        let log = Arc::new(Mutex::new(before));
        let kept = Arc::clone(&log);
        // If nobody read the pipe, the server would wait once it is full.
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() < LOG {
                    kept.push_str(&line);
                    kept.push('\n');
                }
            }
        });
        Ok(Self { child, log, address })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Kills it, as the system does when memory is short.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// Where it does not end in order.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.pid().to_string()]).status()?;
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait()? {
                if status.success() {
                    return Ok(());
                }
                bail!("the server ended with {status}: {}", self.log());
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("the server did not end within {} s", PATIENCE.as_secs())
    }

    /// The answer at `path`, which must be 200.
    ///
    /// # Errors
    /// Where it is not.
    pub fn get(&self, path: &str) -> Result<String> {
        let answer = Client::new(&self.address).get(path)?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status != 200 {
            bail!("{path} answered {}: {text}", answer.status);
        }
        Ok(text)
    }

    /// The value of a series in `/metrics`; 0 if it is not there.
    ///
    /// # Errors
    /// Where the metrics are not to be had.
    pub fn figure(&self, series: &str) -> Result<f64> {
        let text = self.get("/metrics")?;
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        Ok(line.map_or(0.0, |value| value.parse().unwrap_or(0.0)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
