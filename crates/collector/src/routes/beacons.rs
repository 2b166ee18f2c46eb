//! `POST /v1/beacons`: what browsers send.
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use whippet_engine::beacon::{self, DecodeError, limits};

use crate::app::App;
use crate::client;
use crate::failure::Failure;
use crate::store::Kept;

/// Whoever takes longer to send 64 KiB is not a browser that leaves a page.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// So much of a body that is too large is read and thrown away: a sender that is cut off while it sends does
/// not see why.
const DRAINED: usize = 4 * 1024 * 1024;

/// Takes a beacon in: 204 once it is on disk.
pub async fn post(State(app): State<App>, request: Request) -> Result<StatusCode, Failure> {
    let outcome = accept(&app, request).await;
    if let Err(failure) = &outcome {
        app.metrics.rejected(failure.code);
        // The code and nothing else: the rest may be the sender's choice.
        tracing::debug!(code = failure.code, "a beacon was refused");
    }
    outcome.map(|()| StatusCode::NO_CONTENT)
}

async fn accept(app: &App, request: Request) -> Result<(), Failure> {
    check_origin(app, request.headers())?;
    let now = app.clock.now();
    app.limiter.take(client::address(&request, app.proxies), now).map_err(|seconds| {
        let message = "this address sends too many beacons: wait as Retry-After says, and send fewer";
        Failure::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(seconds)
    })?;
    check_encoding(request.headers())?;
    let body = read(request.into_body()).await?;
    let beacon = beacon::decode(&body).map_err(|error| match error {
        DecodeError::TooLarge { .. } => too_large(),
        error => Failure::bad_request(error.code(), error.to_string()),
    })?;
    let left_out = beacon.dropped;
    match app.store.keep(beacon, now).await? {
        Kept::New => app.metrics.accepted(body.len(), left_out),
        Kept::Duplicate => app.metrics.duplicate(),
    }
    Ok(())
}

async fn read(mut body: Body) -> Result<Vec<u8>, Failure> {
    let broken = || Failure::bad_request("incomplete", "the body broke off: send the beacon again");
    let reading = async {
        let (mut bytes, mut received) = (Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
            received += data.len();
            if received <= limits::READ_BYTES {
                bytes.extend_from_slice(&data);
            } else if received > DRAINED {
                break;
            }
        }
        if received > limits::READ_BYTES { Err(too_large()) } else { Ok(bytes) }
    };
    tokio::time::timeout(BODY_TIMEOUT, reading).await.unwrap_or_else(|_| {
        let message = "the body took too long to arrive: send the beacon again";
        Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message))
    })
}

fn too_large() -> Failure {
    let message = format!("a beacon has at most {} bytes: send several", limits::READ_BYTES);
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            let message = "beacons are read as plain JSON: send this one without Content-Encoding";
            Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message))
        }
        _ => Ok(()),
    }
}

fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Failure> {
    if app.origins.allow(headers.get(header::ORIGIN)) {
        return Ok(());
    }
    let message = "pages of this origin may not send beacons here: start whippet with --allow-origin for it";
    Err(Failure::new(StatusCode::FORBIDDEN, "foreign_origin", message))
}

/// Answers the question that browsers ask before they send JSON as `application/json`.
pub async fn preflight(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    check_origin(&app, &headers)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answers = response.headers_mut();
    answers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    answers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    Ok(response)
}
