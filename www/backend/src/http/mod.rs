//! The router.
mod activity;
mod answer;
mod app;
mod error;
mod faults;
mod icons;
mod observe;
mod packages;
mod site;
mod stars;

pub use app::{App, AppConfig};
pub use error::ApiError;

use crate::metrics::Metrics;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{any, get, put};
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use whippet_delta::DeltaLayer;

/// The whole server.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/api/packages", get(packages::list))
        .route("/api/packages/{ecosystem}/{name}/{version}", get(packages::details))
        .route("/api/packages/{ecosystem}/{name}/{version}/star", put(stars::put).delete(stars::delete))
        .route("/api/activity", get(activity::get))
        .route("/icons/{ecosystem}/{file}", get(icons::get))
        .layer(middleware::from_fn_with_state(app.clone(), faults::inject))
        // Who has the last body gets what changed. Nobody signs in, so all bodies are for everybody.
        .layer(DeltaLayer::new().scope(|_| Some(String::new())))
        .layer(CompressionLayer::new());
    Router::new()
        .merge(api)
        // Added after the layer of the faults, so that a fault mode can always be left.
        .route("/api/faults", get(faults::get).put(faults::put))
        .route("/api/{*rest}", any(error::no_such_endpoint))
        .route("/config.json", get(site::config))
        .route("/metrics", get(metrics))
        .method_not_allowed_fallback(error::method_not_allowed)
        .fallback_service(site::files(&app.config))
        .layer(middleware::from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")], app.metrics.text())
}
