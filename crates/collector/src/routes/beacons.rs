//! `POST /v1/beacons`: what browsers send.
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use whippet_engine::beacon::{self, DecodeError};

use super::body::{self, Encoding};
use crate::app::App;
use crate::browser_family;
use crate::client::{self, Sender};
use crate::failure::Failure;

/// Accepts a beacon: 204 once it is on disk.
pub async fn post(State(app): State<App>, request: Request) -> Result<StatusCode, Failure> {
    receive(&app, request).await
}

/// The same.
pub async fn receive(app: &App, request: Request) -> Result<StatusCode, Failure> {
    let outcome = accept(app, request).await;
    if let Err(failure) = &outcome {
        app.metrics.rejected(failure.code);
        // Only the code is logged: the sender may control the rest.
        tracing::debug!(code = failure.code, "a beacon was refused");
    }
    outcome.map(|()| StatusCode::NO_CONTENT)
}

async fn accept(app: &App, request: Request) -> Result<(), Failure> {
    check_origin(app, request.headers())?;
    let now = app.clock.now();
    let address = client::address(&request, app.proxies);
    let browser = browser_family::of(request.headers());
    let encoding = Encoding::of(request.headers())?;
    let sent = body::read(request.into_body()).await?;
    let beacon = beacon::decode(&body::plain(&sent, encoding)?).map_err(|error| match error {
        DecodeError::TooLarge { .. } => body::too_large(),
        error => Failure::bad_request(error.code(), error.to_string()),
    })?;
    // Only valid beacons count for the rate limit: many visitors may share an address, and an invalid beacon costs no
    // write.
    app.limiter.take(address, now).map_err(|seconds| {
        let message = "this address sends too many beacons: wait as Retry-After says, and send fewer";
        Failure::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(seconds)
    })?;
    app.ingest(beacon, Sender { address, browser }, sent.len(), now).await?;
    Ok(())
}

pub fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Failure> {
    if app.origins.allow(headers.get(header::ORIGIN)) {
        return Ok(());
    }
    Err(foreign())
}

/// The refusal of what a page of another origin sends.
pub fn foreign() -> Failure {
    let message = "pages of this origin may not send beacons here: start whippet with --allow-origin for it";
    Failure::new(StatusCode::FORBIDDEN, "foreign_origin", message)
}

/// Answers CORS preflights, which browsers send before a request with `application/json` or a `Content-Encoding`.
pub async fn preflight(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    check_origin(&app, &headers)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answers = response.headers_mut();
    answers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("content-type, content-encoding"),
    );
    answers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    Ok(response)
}
