//! The way of a beacon past the router. Nearly all requests are beacons: what the router, its layers and their boxed futures cost
//! each of them is a third of what reading one from its socket does. Answers are those of the router, header by header; a test
//! compares them. Only the text of a refusal is never compressed.
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use tower::{ServiceExt, service_fn};

use super::headers::{CSP, EXPOSED, NO_SNIFFING, REFERRER};
use super::measure::InFlight;
use super::{beacons, body};
use crate::app::App;

/// The path of beacons.
pub const PATH: &str = "/v1/beacons";

/// Answers beacons itself, and leaves all else to `router`.
pub fn before(app: App, router: Router) -> Router {
    let app = Arc::new(app);
    Router::new().fallback_service(service_fn(move |request: Request| {
        let router = (!is_beacon(&request, "")).then(|| router.clone());
        let app = Arc::clone(&app);
        async move {
            match router {
                Some(router) => router.oneshot(request).await,
                None => Ok(answer(&app, request).await),
            }
        }
    }))
}

/// Whether it brings a beacon, where the collector is reached at its own address or below `base`.
pub fn is_beacon(request: &Request, base: &str) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST && (path == PATH || path.strip_prefix(base) == Some(PATH))
}

/// Takes a beacon.
pub async fn answer(app: &App, request: Request) -> Response {
    let started = Instant::now();
    let in_flight = InFlight::new(app);
    let mut response = beacons::receive(app, request).await.into_response();
    drop(in_flight);
    add_headers(response.headers_mut());
    app.metrics.request("POST", PATH.into(), response.status().as_u16(), started.elapsed());
    response
}

/// What the router's layers add.
fn add_headers(headers: &mut HeaderMap) {
    headers.reserve(6);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
        (header::ACCEPT_ENCODING, body::ACCEPTED),
        (header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING),
        (header::REFERRER_POLICY, REFERRER),
        (header::CONTENT_SECURITY_POLICY, CSP),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
