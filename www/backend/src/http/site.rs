//! The built site, with its security and cache headers.
use super::app::{App, AppConfig};
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Response, header};
use axum::response::IntoResponse;
use serde_json::json;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// `GET /config.json`: the addresses that the page needs.
pub(super) async fn config(State(app): State<App>) -> impl IntoResponse {
    let body = json!({ "collector": app.config.collector, "release": env!("CARGO_PKG_VERSION") });
    ([(header::CACHE_CONTROL, "no-store")], Json(body))
}

/// The files of the site's folder.
pub(super) fn files(config: &AppConfig) -> Router {
    let policy = content_security_policy(&config.collector);
    Router::new()
        .fallback_service(ServeDir::new(&config.site))
        .layer(CompressionLayer::new())
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, cache_control))
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "same-origin"))
}

fn set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Allows only what the page needs, among it compiling wasm, and beacons to the collector.
fn content_security_policy(collector: &str) -> Option<HeaderValue> {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {collector}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).ok()
}

/// Names of scripts and styles contain a hash of their contents, so they never change. The page must be revalidated.
fn cache_control<B>(response: &Response<B>) -> Option<HeaderValue> {
    let hashed = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(b"text/javascript") || kind.as_bytes().starts_with(b"text/css")
    });
    let value = if response.status().is_success() && hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Some(HeaderValue::from_static(value))
}
