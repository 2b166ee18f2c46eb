//! Accepts a bounded number of connections, and closes idle ones.
//!
//! `axum::serve` has no such limits: a client with many connections that sends or reads a byte a minute would shut out all
//! others. `slots` chooses the connection that is closed, by the `activity` that `stream` and `body` update. `pipelining`
//! delays clients that do not wait for answers.
mod activity;
mod body;
mod pipelining;
mod slots;
mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Version, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::client::network;
use crate::failure::Failure;
use crate::metrics::Metrics;
use activity::Activity;
use pipelining::PipelineThrottle;
use slots::{Admission, Slot, Slots};
use stream::Stream;

/// How long a client may take to send the head of a request, and how long a connection may idle between two requests.
const HEADER: Duration = Duration::from_secs(20);

/// The buffer of a connection, bytes: no request may have a longer head.
const BUFFER: usize = 64 * 1024;

/// How long requests may take to finish when the collector stops.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait after a connection could not be accepted: mostly because the process may open no more files.
const PAUSE: Duration = Duration::from_millis(200);

/// The time between two warnings of a kind: that slots are short, or that connections cannot be accepted.
const QUIET: Duration = Duration::from_secs(60);

/// The most connections of one address. Many visitors may share one behind a router, but it must not fill all slots.
const SHARE: usize = 256;

/// How many connections there may be.
pub struct Limits {
    /// Of all addresses together.
    pub most: usize,
    /// Of one address.
    pub share: usize,
}

impl Limits {
    /// The limits for a process that may open as many files as this one.
    pub fn new(proxies: usize) -> Self {
        let most = most(std::fs::read_to_string("/proc/self/limits").ok().as_deref());
        Self { most, share: Self::share(most, proxies) }
    }

    /// How many of `most` connections one address may have. Behind proxies, few addresses have all connections, so each may
    /// have all.
    pub fn share(most: usize, proxies: usize) -> usize {
        if proxies > 0 { most } else { (most / 4).min(SHARE) }
    }
}

/// Who answers requests.
pub trait Answers: Clone + Send + Sync + 'static {
    /// Answers one.
    fn answer(&self, request: Request<Body>) -> impl Future<Output = Response> + Send;
}

impl Answers for Router {
    async fn answer(&self, request: Request<Body>) -> Response {
        self.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }
}

/// Serves at `listener` what `answers` says, until `stop` is ready.
pub async fn serve(
    listener: TcpListener,
    answers: impl Answers,
    limits: Limits,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER).max_buf_size(BUFFER);
    let graceful = GracefulShutdown::new();
    let slots = Slots::new(limits.most, limits.share);
    let began = Instant::now();
    let (mut warned, mut refused) = (None, None);
    let mut stop = pin!(stop);
    loop {
        let (socket, peer) = tokio::select! {
            accepted = accept(&listener, &mut refused) => accepted,
            () = &mut stop => break,
        };
        let activity = Activity::new(began);
        let now = began.elapsed().as_millis() as u64;
        let taken = slots.take(network(peer.ip()), activity.clone(), now);
        let admission = taken.as_ref().map(|(_, admission)| *admission);
        metrics.connections.connected(
            slots.count(),
            admission.map(|admission| matches!(admission, Admission::EvictedOwn | Admission::EvictedOther)),
        );
        if !matches!(admission, Some(Admission::Free | Admission::OverShare)) && is_due(&mut warned) {
            warn(&limits, admission, peer);
        }
        // No connection could be closed for it, as all are being served: it is closed itself.
        let Some((slot, _)) = taken else { continue };
        let (pipeline, id) = (PipelineThrottle::new(), slot.id());
        let service = {
            let (answers, activity, pipeline) = (answers.clone(), activity.clone(), pipeline.clone());
            service_fn(move |request| {
                answer(answers.clone(), request, peer, activity.clone(), pipeline.request())
            })
        };
        let io = TokioIo::new(Stream::new(socket, activity, pipeline));
        let connection = graceful.watch(builder.serve_connection(io, service));
        let (metrics, all) = (Arc::clone(&metrics), Arc::clone(&slots));
        let task = tokio::spawn(async move {
            // Clients disconnect all the time: this is not logged.
            let _ = connection.await;
            drop(slot);
            metrics.connections.left(all.count());
        });
        Slot::held_by(&slots, id, task.abort_handle());
    }
    tracing::info!("stopping");
    drop(listener);
    // Requests that take longer are cut off.
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

async fn answer(
    answers: impl Answers,
    request: Request<Incoming>,
    peer: SocketAddr,
    activity: Activity,
    wait: Duration,
) -> Result<Response, Infallible> {
    if !wait.is_zero() {
        activity.set_throttled();
        tokio::time::sleep(wait).await;
    }
    // RFC 9112, section 3.2.
    if request.version() == Version::HTTP_11 && !request.headers().contains_key(header::HOST) {
        let message = "a request of HTTP/1.1 must have a header `Host`, which names the server that is meant";
        return Ok(Failure::bad_request("no_host", message).into_response());
    }
    let mut request = request.map(|incoming| body::watched(incoming, activity));
    request.extensions_mut().insert(ConnectInfo(peer));
    Ok(answers.answer(request).await)
}

fn warn(limits: &Limits, admission: Option<Admission>, peer: SocketAddr) {
    match admission {
        Some(Admission::EvictedOwn) => tracing::warn!(
            address = %peer.ip(),
            most = limits.share,
            "one address has as many connections as one may have: its idle ones are closed for new ones. If it is a \
             proxy, start whippet with --trust-proxy"
        ),
        Some(_) => tracing::warn!(
            most = limits.most,
            "there are as many connections as there may be: idle ones are closed for new ones. A process that may open \
             more files (ulimit -n) may have more"
        ),
        None => tracing::warn!(
            address = %peer.ip(),
            "a connection was refused: all others are being served, so none could be closed for it"
        ),
    }
}

/// The most connections at once: half of the files that the process may open, as the database needs some, too. `limits`:
/// the text of Linux' `/proc/self/limits`.
fn most(limits: Option<&str>) -> usize {
    let line = limits.and_then(|limits| limits.lines().find_map(|line| line.strip_prefix("Max open files")));
    let files = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<usize>().ok());
    // Where the limit is unknown, 256: no common system has a lower one.
    (files.unwrap_or(256) / 2).clamp(16, 8192)
}

/// Whether a warning is due, of which `warned` is the last. It then counts as given.
fn is_due(warned: &mut Option<Instant>) -> bool {
    let due = warned.is_none_or(|at| at.elapsed() >= QUIET);
    if due {
        *warned = Some(Instant::now());
    }
    due
}

async fn accept(listener: &TcpListener, warned: &mut Option<Instant>) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are written whole, so it is no use to wait for more bytes before sending.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => {
                // It fails every `PAUSE` for as long as there are no files to open.
                if is_due(warned) {
                    tracing::warn!(%error, "connections cannot be accepted; it is tried again several times a second");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PAUSE, QUIET, is_due, most};

    #[tokio::test(start_paused = true)]
    async fn what_fails_on_and_on_is_warned_of_now_and_then() {
        let (mut warned, mut lines) = (None, 0);
        // Two minutes.
        for _ in 0..600 {
            lines += usize::from(is_due(&mut warned));
            tokio::time::advance(PAUSE).await;
        }
        assert_eq!((lines, QUIET.as_secs()), (2, 60));
    }

    #[test]
    fn connections_may_use_half_of_the_files() {
        let limits = "Max processes             94963    94963    processes\nMax open files            1024     1048576  files\n";
        assert_eq!(most(Some(limits)), 512);
        assert_eq!(most(Some("Max open files unlimited unlimited files")), 128);
        assert_eq!(most(None), 128);
    }
}
