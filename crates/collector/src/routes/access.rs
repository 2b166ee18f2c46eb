//! Who may do what: the token of the private side, and the headers by which pages of other origins may send.
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::beacons;
use crate::app::App;
use crate::client;
use crate::failure::Failure;
use crate::open_paths::OPEN_PATHS;
use crate::token::USER;

/// The longest list of headers that a preflight may ask for, bytes.
const ASKED: usize = 1024;

/// Checks the token, if one is configured.
pub async fn private(State(app): State<App>, request: Request, next: Next) -> Response {
    if OPEN_PATHS.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let client = client::address(&request, app.proxies);
    let failure = match check_token(&app, request.headers(), client).await {
        Ok(()) => return next.run(request).await,
        Err(failure) => failure,
    };
    let is_unauthorized = failure.status == StatusCode::UNAUTHORIZED;
    let mut response = failure.into_response();
    if is_unauthorized {
        let challenge = HeaderValue::from_static("Basic realm=\"whippet\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Whether a request carries the token, or none is configured. Wrong tokens are delayed.
pub async fn check_token(app: &App, headers: &HeaderMap, client: std::net::IpAddr) -> Result<(), Failure> {
    let Some(token) = app.token.as_ref() else { return Ok(()) };
    let given = headers.contains_key(header::AUTHORIZATION);
    if given && token.throttle.is_blocked(client) {
        let message = "this address has sent too many wrong tokens: wait as Retry-After says";
        return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many_guesses", message).retry_after(8));
    }
    if token.admits(headers) {
        return Ok(());
    }
    if given {
        let wait = token.throttle.record_failure(client, Instant::now());
        tokio::time::sleep(wait.time).await;
    }
    let what = if given { "wrong" } else { "missing" };
    let message = format!("the token is {what}: send it as a bearer token, or as the password of `{USER}`");
    Err(Failure::new(StatusCode::UNAUTHORIZED, "unauthorized", message))
}

/// Lets pages of other origins read the answers, also where the browser sends credentials, as `sendBeacon` always does. No answer
/// depends on them.
pub async fn shared(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    match origin {
        Some(origin) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        None => drop(headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))),
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// Answers preflights of other SDKs. Their users add headers of their own, none of which is trusted: those that are asked for are
/// allowed.
pub async fn preflight(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    beacons::check_origin(&app, &headers)?;
    let usual = HeaderValue::from_static(
        "content-type, content-encoding, x-api-key, x-faro-session-id, idempotency-key",
    );
    let is_list = |value: &&HeaderValue| {
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.,* ".contains(byte);
        value.len() <= ASKED && value.as_bytes().iter().all(fits)
    };
    let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(is_list).cloned();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answers = response.headers_mut();
    answers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.unwrap_or(usual));
    answers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    answers.append(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    Ok(response)
}
