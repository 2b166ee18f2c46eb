//! Real servers that ours is compared with, where they are installed.
use std::fmt::Write as _;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use whippet_collector::scrape::{Fetcher, Target};

/// The path of a program. Where it is missing, `None`, and a note that no test runner hides.
pub fn program(name: &str) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    // Where `cargo xtask test` unpacks Debian's packages.
    folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin"));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "\nLEFT OUT: there is no {name}, so nothing is compared with it (cargo xtask test brings it on Debian)\n"
        );
    }
    found
}

/// A running server, ended when dropped.
pub struct Peer {
    child: Child,
    pub address: String,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Peer {
    /// A Prometheus with that configuration.
    pub async fn prometheus(
        program: &Path,
        folder: &Path,
        configuration: &Value,
        arguments: &[&str],
    ) -> Self {
        let start = |address: &str| Self::prometheus_at(address, program, folder, configuration, arguments);
        Self::answering("/api/v1/status/buildinfo", start).await
    }

    /// Starts a server at a free address, and waits until it answers.
    async fn answering(path: &str, start: impl Fn(&str) -> Self) -> Self {
        // Another test may take the address before it listens. Then it ends.
        for _ in 0..5 {
            let mut peer = start(&free_address().await);
            for _ in 0..600 {
                if peer.ask(path).await.is_some() {
                    return peer;
                }
                if peer.child.try_wait().unwrap().is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        panic!("a server does not start");
    }

    /// The same at a certain address.
    pub fn prometheus_at(
        address: &str,
        program: &Path,
        folder: &Path,
        configuration: &Value,
        arguments: &[&str],
    ) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("p.yml"), configuration.to_string()).unwrap();
        let child = Command::new(program)
            .arg(format!("--config.file={}", folder.join("p.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, address: address.to_owned() }
    }

    /// A VictoriaMetrics.
    pub async fn victoria_metrics(program: &Path, folder: &Path) -> Self {
        let start = |address: &str| {
            let child = Command::new(program)
                .arg(format!("-storageDataPath={}", folder.join("victoria").display()))
                .arg(format!("-httpListenAddr={address}"))
                .args(["-search.latencyOffset=0s", "-memory.allowedBytes=64MB"])
                .stderr(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            Self { child, address: address.to_owned() }
        };
        Self::answering("/api/v1/labels", start).await
    }

    /// An Alertmanager that tells nobody, once it answers.
    pub async fn alertmanager(program: &Path, folder: &Path) -> Self {
        let (configuration, log) = (folder.join("alertmanager.yml"), folder.join("alertmanager.log"));
        std::fs::write(&configuration, "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n")
            .unwrap();
        let start = async || {
            let address = free_address().await;
            let child = Command::new(program)
                .arg(format!("--config.file={}", configuration.display()))
                .arg(format!("--storage.path={}", folder.join("alertmanager").display()))
                .arg(format!("--web.listen-address={address}"))
                .arg("--cluster.listen-address=")
                .stderr(std::fs::File::create(&log).unwrap())
                .spawn()
                .unwrap();
            Self { child, address }
        };
        let mut peer = start().await;
        for _ in 0..600 {
            if peer.ask("/api/v2/status").await.is_some() {
                return peer;
            }
            if peer.child.try_wait().unwrap().is_some() {
                let log = std::fs::read_to_string(&log).unwrap();
                // Another test may have taken the address meanwhile.
                assert!(log.contains("address already in use"), "Alertmanager does not start:\n{log}");
                peer = start().await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("Alertmanager does not answer within a minute");
    }

    /// The JSON at a path, if there is an answer.
    pub async fn ask(&self, path: &str) -> Option<Value> {
        let target: Target = format!("peer=http://{}{path}", self.address).parse().unwrap();
        let fetcher = Fetcher::new(Duration::from_secs(30));
        let text = fetcher.get(&target.addresses[0], &target.settings).await.ok()?;
        serde_json::from_slice(&text.bytes).ok()
    }

    /// The values of an instant query, by the value of `label`; empty while the server does not answer.
    pub async fn query(&self, expression: &str, label: &str) -> Vec<(String, f64)> {
        self.query_at(expression, label, None).await
    }

    /// The same at a time, ms since the epoch.
    pub async fn query_at(&self, expression: &str, label: &str, at: Option<i64>) -> Vec<(String, f64)> {
        let at = at.map_or_else(String::new, |at| format!("&time={}", at as f64 / 1000.0));
        let Some(answer) = self.ask(&format!("/api/v1/query?query={}{at}", encoded(expression))).await else {
            return Vec::new();
        };
        let results = answer["data"]["result"].as_array().cloned().unwrap_or_default();
        let value = |result: &Value| result["value"][1].as_str().and_then(|value| value.parse().ok());
        let found = results.iter().filter_map(|result| {
            Some((result["metric"][label].as_str().unwrap_or_default().to_owned(), value(result)?))
        });
        let mut found: Vec<(String, f64)> = found.collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    /// The answer to a range query; times and step in seconds.
    pub async fn range(&self, expression: &str, from: f64, to: f64, step: f64) -> Value {
        let path =
            format!("/api/v1/query_range?query={}&start={from}&end={to}&step={step}", encoded(expression));
        self.ask(&path).await.unwrap_or_default()
    }

    /// The same once it says something for which `enough` holds, within a minute.
    pub async fn query_until(
        &self,
        expression: &str,
        label: &str,
        enough: impl Fn(&[(String, f64)]) -> bool,
    ) -> Vec<(String, f64)> {
        let mut last = Vec::new();
        for _ in 0..600 {
            last = self.query(expression, label).await;
            if enough(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{expression} is {last:?} after a minute");
    }
}

/// An address of this machine that refuses connections, as long as the socket is kept: no other test gets it.
pub fn closed() -> (tokio::net::TcpSocket, SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// An address of this machine at which nothing listens.
pub async fn free_address() -> String {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    free.local_addr().unwrap().to_string()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => write!(all, "{}", char::from(byte)),
            _ => write!(all, "%{byte:02X}"),
        };
        all
    })
}
