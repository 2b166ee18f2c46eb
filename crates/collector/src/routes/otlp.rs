//! `POST /v1/logs`, `/v1/metrics` and `/v1/traces`: OTLP/HTTP of pages and of services.
//!
//! What a page sends is a page's, whatever it says: the browser adds `Origin`. Otherwise a resource says whether it is a browser.
//! Services push metrics with the token, as `/metrics` asks for it; pages need none, and cannot write a service's series.
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use prost::Message;
use serde::de::DeserializeOwned;
use whippet_store::OWN_TARGET;

use super::access;
use super::beacons;
use super::page_posts::{self, MOST, Post};
use crate::app::App;
use crate::client;
use crate::failure::Failure;
use crate::intake;
use crate::otlp::backend::{PushError, Service};
use crate::otlp::browser::{self, Outcome, Undo};
use crate::otlp::{self, Encoding, Rejected, Signal};
use crate::scrape;

/// The most bytes of what somebody sends who may push, as sent and decompressed.
const MOST_OF_SERVICES: usize = 8 * 1024 * 1024;
/// The most bytes of a target's name.
const NAME: usize = 64;

/// A request, and what its sender may do.
struct Received {
    post: Post,
    encoding: Encoding,
    from_page: bool,
    /// Whether it may push, or why not.
    may_push: Result<(), Failure>,
    /// Whether a page of its origin may send.
    may_report: Result<(), Failure>,
}

/// `POST /v1/logs`
pub async fn logs(State(app): State<App>, request: Request) -> Response {
    answer(&app, request, Signal::Logs, async |app, received| {
        let logs = decode::<otlp::Logs>(received)?;
        let outcome = browser::logs(&logs, &sent_by(received));
        // Decoded, a post may take a hundred times its bytes: it does not wait for the store like that.
        drop(logs);
        keep(app, received, outcome, Undo::default()).await
    })
    .await
}

/// `POST /v1/traces`
pub async fn traces(State(app): State<App>, request: Request) -> Response {
    answer(&app, request, Signal::Traces, async |app, received| {
        let traces = decode::<otlp::Traces>(received)?;
        let outcome = browser::traces(&traces, &sent_by(received));
        drop(traces);
        keep(app, received, outcome, Undo::default()).await
    })
    .await
}

/// `POST /v1/metrics`
pub async fn metrics(State(app): State<App>, request: Request) -> Response {
    answer(&app, request, Signal::Metrics, async |app, received| {
        let metrics = decode::<otlp::Metrics>(received)?;
        let (mut outcome, undo) = browser::metrics(&metrics, &sent_by(received), &app.senders.cumulative);
        let of_services = std::mem::take(&mut outcome.of_services);
        let pushed = (of_services > 0 && received.may_push.is_ok()).then_some(metrics);
        let is_only_of_services = outcome.reports.is_empty();
        let mut rejected = keep(app, received, outcome, undo).await?;
        if let Some(metrics) = pushed {
            rejected.merge(push(app, received, &metrics).await?);
        } else if of_services > 0
            && let Err(failure) = &received.may_push
        {
            if is_only_of_services {
                return Err(failure.clone());
            }
            rejected.add(of_services, failure.message.clone());
        }
        Ok(rejected)
    })
    .await
}

fn sent_by(received: &Received) -> browser::Post<'_> {
    browser::Post { origin: &received.post.origin, from_page: received.from_page }
}

/// Reads a request, does its work, and answers in its encoding.
async fn answer(
    app: &App,
    request: Request,
    signal: Signal,
    work: impl AsyncFnOnce(&App, &Received) -> Result<Rejected, Failure>,
) -> Response {
    let encoding = Encoding::of(request.headers());
    let outcome = match encoding {
        Some(encoding) => match receive(app, request, encoding).await {
            Ok(received) => work(app, &received).await,
            Err(failure) => Err(failure),
        },
        None => {
            let message = "OTLP is read as application/json or application/x-protobuf: send this as either";
            Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", message))
        }
    };
    let encoding = encoding.unwrap_or(Encoding::Json);
    match outcome {
        Ok(rejected) => otlp::success(encoding, signal, &rejected),
        Err(failure) => {
            app.metrics.rejected(failure.code);
            tracing::debug!(code = failure.code, "a post was refused");
            otlp::refused(encoding, &failure)
        }
    }
}

async fn receive(app: &App, request: Request, encoding: Encoding) -> Result<Received, Failure> {
    let headers = request.headers();
    let from_page = is_from_page(headers);
    let may_report = beacons::check_origin(app, headers);
    let may_push = if from_page {
        let message = "a page cannot push what a service measured";
        Err(Failure::new(StatusCode::FORBIDDEN, "from_page", message))
    } else {
        access::check_token(app, headers, client::address(&request, app.proxies)).await
    };
    // A wrong token is said at once; none may be that of a browser's SDK in a program.
    if let Err(failure) = &may_push
        && !from_page
        && headers.contains_key(header::AUTHORIZATION)
    {
        return Err(failure.clone());
    }
    let most = if may_push.is_ok() { MOST_OF_SERVICES } else { MOST };
    let post = page_posts::read(app, request, most).await?;
    // Whoever has the token may pass on what pages measured, such as an OpenTelemetry collector.
    let may_report = if app.token.is_some() && may_push.is_ok() { Ok(()) } else { may_report };
    Ok(Received { post, encoding, from_page, may_push, may_report })
}

/// Browsers add these to every request of a page that is no navigation, and pages cannot take them away.
fn is_from_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site")
}

fn decode<T: Message + Default + DeserializeOwned>(received: &Received) -> Result<T, Failure> {
    let code = match received.encoding {
        Encoding::Json => "not_json",
        Encoding::Protobuf => "not_protobuf",
    };
    otlp::read(&received.post.body, received.encoding).map_err(|message| Failure::bad_request(code, message))
}

/// Stores what pages measured.
async fn keep(app: &App, received: &Received, outcome: Outcome, undo: Undo) -> Result<Rejected, Failure> {
    let post = &received.post;
    let Outcome { reports, mut rejected, of_services, .. } = outcome;
    rejected.add(of_services, "logs and spans of services are not kept: send their metrics");
    let stored = async {
        received.may_report.clone()?;
        // What services push is no page's. What a page sends took its time to read, even if nothing comes of it.
        if !reports.is_empty() || received.may_push.is_err() {
            page_posts::take(app, post)?;
        }
        if reports.is_empty() {
            // What a sum was is remembered, also where nothing follows from it yet.
            return Ok(());
        }
        let id = intake::digest([&post.body[..]]);
        let beacons =
            intake::gather(reports, &app.senders.views, &id, post.origin.page.as_deref(), post.origin.now);
        Ok(page_posts::keep(app, post, beacons).await?)
    };
    match stored.await {
        Ok(()) => Ok(rejected),
        Err(failure) => {
            app.senders.cumulative.restore(undo);
            Err(failure)
        }
    }
}

/// Records what services pushed.
async fn push(app: &App, received: &Received, metrics: &otlp::Metrics) -> Result<Rejected, Failure> {
    let mut rejected = Rejected::default();
    let now = received.post.origin.now;
    let digest = intake::digest([&received.post.body[..]]);
    for (number, group) in metrics.resource_metrics.iter().enumerate() {
        let Some(resource) = &group.resource else {
            rejected.add(1, "a resource must say its service.name");
            continue;
        };
        if otlp::is_browser(&resource.attributes) {
            continue;
        }
        let count = group.scope_metrics.iter().map(|scope| scope.metrics.len() as u64).sum();
        let target = target(otlp::service_name(&resource.attributes));
        if target.is_empty() {
            rejected.add(count, "a resource must say its service.name");
            continue;
        }
        if target == OWN_TARGET || app.target_status.is_scraped(&target) {
            rejected.add(
                count,
                format!("'{target}' is scraped: push under another service.name, or scrape it no more"),
            );
            continue;
        }
        let metrics =
            group.scope_metrics.iter().map(|scope| (scope.scope.as_ref(), &scope.metrics[..])).collect();
        let service = Service { target, resource, metrics };
        let started = Instant::now();
        let pushed =
            app.senders.pushes.record(&service, &format!("{digest}-{number}"), &app.store, now).await;
        let took = started.elapsed();
        app.metrics.scraped(&service.target, pushed.is_ok(), took);
        match pushed {
            Ok(more) => {
                let (interval, samples) =
                    app.senders.pushes.status(&service.target).await.unwrap_or_default();
                let took = took.as_secs_f64() * 1000.0;
                let outcome = scrape::Outcome { at: now, took, samples, ..scrape::Outcome::default() };
                app.target_status.record_push(&service.target, interval, outcome);
                scrape::others::tell(&app.store, &app.target_status, &service.target).await;
                rejected.merge(more);
            }
            Err(PushError::TooMany) => {
                rejected.add(count, "too many services push: a collector takes 100");
            }
            Err(PushError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(rejected)
}

/// A service's name as that of a target.
fn target(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' };
    name.chars().take(NAME).map(plain).collect()
}
