//! The routes, and the headers of all answers.
mod access;
mod alerts;
pub mod base_path;
mod beacons;
mod body;
mod charts;
mod compare;
mod compressed;
mod dashboard;
pub mod direct;
mod from_prometheus;
mod headers;
mod levels;
mod measure;
mod otlp;
mod own;
mod page_posts;
mod params;
mod regressions;
mod releases;
mod same_site;
mod sdks;

use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use self::headers::{CSP, EXPOSED, NO_SNIFFING, REFERRER};
use crate::app::App;
use crate::failure::Failure;

/// All routes.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/api/status", get(charts::status))
        .route("/api/overview", get(charts::overview))
        .route("/api/backend", get(charts::backend))
        .route("/api/series", get(charts::series))
        .route("/api/chart", get(charts::chart))
        .route("/api/vitals", get(charts::vitals))
        .route("/api/splits", get(charts::splits))
        .route("/api/toolkit", get(charts::toolkit))
        .route("/api/loading", get(charts::loading))
        .route("/api/custom", get(charts::custom))
        .route("/api/errors", get(charts::errors))
        .route("/api/slow_queries", get(charts::slow_queries))
        .route("/api/levels", get(levels::levels))
        .route("/api/alerts", get(alerts::alerts))
        .route("/api/alerts/history", get(alerts::history))
        .route("/api/alerts/silences", get(alerts::silences).post(alerts::silence))
        .route("/api/alerts/silences/{id}", delete(alerts::end_silence))
        .route("/api/releases", get(releases::get))
        .route("/api/compare", get(compare::get))
        .route("/api/regressions", get(regressions::get))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ));
    let beacons = Router::new()
        // `direct` answers POST before it comes here: the route says which methods there are.
        .route(direct::PATH, post(beacons::post).options(beacons::preflight))
        // Pages may read every answer, so that a refused beacon says why in their console. There is nothing in
        // it that depends on who asks.
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        ))
        // Pages may read when to try again, and which encodings are accepted.
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        ))
        // How a body may be sent next time: RFC 9110, section 12.5.3.
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static(body::ACCEPTED),
        ));
    let sdks = Router::new()
        .route("/collect", post(sdks::faro).options(access::preflight))
        .route("/v1/web-vitals", post(sdks::web_vitals).options(access::preflight))
        .route("/v1/reports", post(sdks::reports).options(access::preflight))
        .route("/v1/logs", post(otlp::logs).options(access::preflight))
        .route("/v1/metrics", post(otlp::metrics).options(access::preflight))
        .route("/v1/traces", post(otlp::traces).options(access::preflight))
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static(body::ACCEPTED),
        ))
        .layer(middleware::from_fn(access::shared));
    let router = Router::new()
        .merge(api)
        .route("/metrics", get(own::metrics))
        .route("/healthz", get(own::health))
        .route("/readyz", get(own::ready))
        .merge(beacons)
        .merge(sdks)
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(fallback)
        .layer(middleware::from_fn_with_state(app.clone(), access::private))
        .layer(middleware::from_fn_with_state(app.clone(), measure::measure))
        .layer(CompressionLayer::new())
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static(NO_SNIFFING),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::REFERRER_POLICY,
            HeaderValue::from_static(REFERRER),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CSP),
        ))
        .with_state(app.clone());
    direct::before(app, router)
}

async fn method_not_allowed(method: Method) -> Failure {
    let message = format!("{} is not answered here: see the Allow header", measure::name(&method));
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

/// Answers all other paths: 404 below `/api` and `/v1`, else the dashboard, which has routes of its own.
async fn fallback(method: Method, uri: Uri, headers: axum::http::HeaderMap) -> Response {
    let path = uri.path();
    let api = ["/api", "/v1"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if api {
        let message = "there is nothing at this address: the API is described in crates/api";
        return Failure::new(StatusCode::NOT_FOUND, "not_found", message).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        let mut response = method_not_allowed(method).await.into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    dashboard::file(path, &headers)
}
