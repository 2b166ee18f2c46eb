//! Taking connections, not too many of them, and none that only sits there.
//!
//! `axum::serve` would do, but for the two limits here: without them, whoever opens connections and sends a
//! byte a minute keeps everybody else out.
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// How long a connection may take to say what it wants, and how long it may rest between two requests.
const HEADER: Duration = Duration::from_secs(20);

/// How long requests may take to finish once the collector is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait where no connection can be taken, since the system has no more files to give.
const PAUSE: Duration = Duration::from_millis(200);

/// Answers what comes in at `listener` with `router`, until `told_to_stop`.
pub async fn serve(listener: TcpListener, router: Router, told_to_stop: impl Future<Output = ()>) {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(most(std::fs::read_to_string("/proc/self/limits").ok().as_deref())));
    let mut told_to_stop = pin!(told_to_stop);
    loop {
        let accept = async {
            // Never closed, so there is always a permit in the end.
            let permit = Arc::clone(&room).acquire_owned().await;
            (accept(&listener).await, permit)
        };
        let ((stream, peer), permit) = tokio::select! {
            accepted = accept => accepted,
            () = &mut told_to_stop => break,
        };
        let service = router.clone().map_request(move |mut request: Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // Clients break off all the time: that is nothing to report.
            let _ = connection.await;
            drop(permit);
        });
    }
    tracing::info!("stopping");
    drop(listener);
    // Whoever has not finished by then is cut off.
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

/// The most connections at once; more wait until one ends. Half of the files the system lets us open: the
/// database needs some, too. `limits` is what Linux says of them.
fn most(limits: Option<&str>) -> usize {
    let line = limits.and_then(|limits| limits.lines().find_map(|line| line.strip_prefix("Max open files")));
    let files = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<usize>().ok());
    // 256 where nothing is known: no system gives less.
    (files.unwrap_or(256) / 2).clamp(16, 8192)
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small and whole: nothing is gained by waiting for more to send.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::most;

    #[test]
    fn half_of_the_files_are_for_connections() {
        let limits = "Max processes             94963    94963    processes\nMax open files            1024     1048576  files\n";
        assert_eq!(most(Some(limits)), 512);
        assert_eq!(most(Some("Max open files unlimited unlimited files")), 128);
        assert_eq!(most(None), 128);
    }
}
