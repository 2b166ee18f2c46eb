//! Clients with many idle connections, beside others that send beacons.
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use whippet_collector::connections::{Limits, serve};

use crate::harness::{Collector, beacon};

struct Server {
    address: SocketAddr,
    collector: Collector,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let collector = Collector::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = whippet_collector::routes::router(collector.app.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let metrics = Arc::clone(&collector.app.metrics);
        let task = tokio::spawn(serve(listener, router, limits, metrics, async { drop(stopped.await) }));
        Self { address, collector, stop, task }
    }

    /// Connects from 127.0.0.`last`.
    async fn connect(&self, last: u8) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    async fn status(&self, last: u8, request: &str) -> String {
        let mut stream = self.connect(last).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let reading = tokio::time::timeout(Duration::from_secs(30), stream.read_to_string(&mut answer)).await;
        reading.unwrap().unwrap();
        answer.get(9..12).unwrap_or_default().to_owned()
    }

    /// Sends a beacon, and asks for the health, from 127.0.0.`last`.
    async fn use_as_client(&self, last: u8, id: &str) {
        let body = beacon(id).to_string();
        let length = body.len();
        let post = format!(
            "POST /v1/beacons HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        assert_eq!(self.status(last, &post).await, "204");
        let get = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        assert_eq!(self.status(last, get).await, "200");
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

/// What clients send before they become idle: nothing, half a head, half a body, requests whose answers they do not read.
const STARTS: [&str; 4] = [
    "",
    "GET / HTTP/1.1\r\nx: ",
    "POST /v1/beacons HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n{",
    "GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\nGET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n",
];

#[tokio::test]
async fn idle_connections_do_not_shut_out_other_addresses() {
    let server = Server::start(Limits { most: 16, share: 4 }).await;
    let mut hang = Vec::new();
    for round in 0..30 {
        for start in STARTS {
            let mut stream = server.connect(1).await;
            let _ = stream.write_all(start.as_bytes()).await;
            hang.push(stream);
        }
        if round % 10 == 9 {
            server.use_as_client(1, &format!("same-{round}")).await;
            server.use_as_client(2, &format!("other-{round}")).await;
        }
    }
    assert_eq!(server.collector.status().await.beacons, 6);
    assert!(server.collector.figure("whippet_connections_cut_total{outcome=\"displaced\"}").await >= 100.0);
    drop(hang);
    server.stop().await;
}

#[tokio::test]
async fn a_proxy_may_have_all_connections() {
    let server = Server::start(Limits { most: 64, share: Limits::share(64, 1) }).await;
    let mut kept = Vec::new();
    for _ in 0..60 {
        kept.push(server.connect(1).await);
    }
    server.use_as_client(1, "a").await;
    assert_eq!(server.collector.figure("whippet_connections_cut_total{outcome=\"displaced\"}").await, 0.0);
    // None of them was closed.
    for stream in &mut kept {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
    drop(kept);
    server.stop().await;
}

#[tokio::test]
async fn pipelined_requests_are_all_answered() {
    let server = Server::start(Limits { most: 16, share: 16 }).await;
    let mut stream = server.connect(1).await;
    let get = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all((get.repeat(9) + last).as_bytes()).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 10);
    server.stop().await;
}
