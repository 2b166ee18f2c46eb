//! Counts every request, by route and status.
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;

pub async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = name(request.method());
    // By route and not by path: requests for random paths must not add series.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let in_flight = InFlight::new(&app);
    let response = next.run(request).await;
    drop(in_flight);
    let route = route.map_or("(dashboard)".into(), Into::into);
    app.metrics.request(method, route, response.status().as_u16(), started.elapsed());
    response
}

/// Counts down also when the client goes away and the request is dropped.
pub struct InFlight<'a>(&'a App);

impl<'a> InFlight<'a> {
    pub fn new(app: &'a App) -> Self {
        app.metrics.in_flight(1);
        Self(app)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.metrics.in_flight(-1);
    }
}

/// The name of the method. Unknown ones count as one, as clients can invent them.
pub fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
