//! The real program, for tests that need one.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// A running `whippet serve`, killed when dropped.
pub struct Program {
    pub child: Child,
    pub address: String,
    log: Arc<Mutex<String>>,
}

impl Program {
    pub fn start(folder: &std::path::Path) -> Self {
        Self::start_with(folder, |_| {})
    }

    /// `more` adds arguments and variables.
    pub fn start_with(folder: &std::path::Path, more: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whippet"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0", "--data"]).arg(folder);
        more(&mut command);
        Self::of(command)
    }

    /// Runs a `whippet serve` of the caller's own making.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        // The line with the address is logged once it listens.
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut before) = (String::new(), String::new());
        let address = loop {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the program ended before it listened");
            before.push_str(&line);
            if let Some((_, rest)) = line.split_once("dashboard at http://") {
                break rest.split('/').next().unwrap().to_owned();
            }
        };
        // If nobody read the pipe, the program would wait once it is full.
        let kept = Arc::new(Mutex::new(before));
        let keeper = Arc::clone(&kept);
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                keeper.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Self { child, address, log: kept }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The log once it contains `wanted`: a line may arrive after the answer that it belongs to.
    pub fn log_with(&self, wanted: &str) -> String {
        self.log_with_all(wanted, 1)
    }

    /// The log once it contains `wanted` so many times.
    pub fn log_with_all(&self, wanted: &str, times: usize) -> String {
        for _ in 0..3_000 {
            let log = self.log();
            if log.matches(wanted).count() >= times {
                return log;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("'{wanted}' was not logged {times} times: {}", self.log());
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let arguments = [format!("-{name}"), self.child.id().to_string()];
        assert!(Command::new("kill").args(arguments).status().unwrap().success());
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one HTTP request on a connection of its own. Returns the whole answer, status line first.
pub fn request(address: &str, head: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    write!(
        stream,
        "{head} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
