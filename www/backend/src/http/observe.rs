//! Middleware of all requests: counts, durations, and `Server-Timing`.
use super::app::App;
use crate::trace::Trace;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

pub(super) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let _in_flight = app.metrics.request_began();
    // The route's template: clients can make up paths, which must not add series.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = known(request.method());
    let trace = Trace::default();
    request.extensions_mut().insert(trace.clone());

    let mut response = next.run(request).await;

    let time = begin.elapsed();
    let route = route.as_deref().unwrap_or("(site)");
    app.metrics.request_ended(method, route, response.status().as_u16(), time);
    if let Ok(value) = HeaderValue::from_str(&trace.server_timing(time)) {
        response.headers_mut().insert("server-timing", value);
    }
    response
}

/// The label of a method. Unknown ones share one, as clients can make up methods.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
