//! `POST /collect`, `/v1/web-vitals` and `/v1/reports`: what SDKs and browsers send that know nothing of Whippet.
use axum::extract::{Request, State};
use axum::http::StatusCode;

use super::beacons;
use super::page_posts::{self, MOST, Post};
use crate::app::App;
use crate::failure::Failure;
use crate::intake::{self, Report};
use crate::otlp::{self, Encoding, browser};
use crate::sdks::{NotRead, faro, reports, web_vitals};

/// `POST /collect`: Grafana Faro. 202, as its SDK expects it.
pub async fn faro(State(app): State<App>, request: Request) -> Result<StatusCode, Failure> {
    let never = |_: &Post| false;
    let outcome = accept(&app, request, never, |post| {
        let report = faro::read(&post.body, &post.origin)?;
        let mut all = vec![];
        if let Some((traces, page)) = faro::traces(&post.body) {
            all.extend(spans(&traces.to_string(), page.as_deref(), post, &report));
        }
        all.insert(0, report);
        Ok(all)
    });
    counted(&app, outcome.await).map(|()| StatusCode::ACCEPTED)
}

/// `POST /v1/web-vitals`: web-vitals by `sendBeacon`.
pub async fn web_vitals(State(app): State<App>, request: Request) -> Result<StatusCode, Failure> {
    // Reports that are written by hand may have no id: those of two visitors look alike.
    let is_unique = |post: &Post| !web_vitals::is_identified(&post.body);
    let outcome = accept(&app, request, is_unique, |post| web_vitals::read(&post.body, &post.origin));
    counted(&app, outcome.await).map(|()| StatusCode::NO_CONTENT)
}

/// `POST /v1/reports`: the Reporting API.
pub async fn reports(State(app): State<App>, request: Request) -> Result<StatusCode, Failure> {
    // Two violations of one kind look alike: none is taken for the other.
    let always = |_: &Post| true;
    let outcome = accept(&app, request, always, |post| reports::read(&post.body, &post.origin));
    counted(&app, outcome.await).map(|()| StatusCode::NO_CONTENT)
}

/// The spans of Faro's tracing, sent by whoever sent the rest, on the same page.
fn spans(text: &str, page: Option<&str>, post: &Post, report: &Report) -> Vec<Report> {
    let Ok(traces) = otlp::read::<otlp::Traces>(text.as_bytes(), Encoding::Json) else { return Vec::new() };
    let outcome = browser::traces(&traces, &browser::Post { origin: &post.origin, from_page: true });
    let mut reports = outcome.reports;
    for spans in &mut reports {
        spans.sender = report.sender.clone();
        for item in &mut spans.items {
            item.page = item.page.take().or_else(|| page.map(str::to_owned));
        }
    }
    reports
}

async fn accept(
    app: &App,
    request: Request,
    is_unique: impl FnOnce(&Post) -> bool,
    read: impl FnOnce(&Post) -> Result<Vec<Report>, NotRead>,
) -> Result<(), Failure> {
    beacons::check_origin(app, request.headers())?;
    let post = page_posts::read(app, request, MOST).await?;
    let reports = read(&post).map_err(|error| Failure::bad_request(error.code(), error.to_string()))?;
    page_posts::take(app, &post)?;
    let id = if is_unique(&post) { intake::unique() } else { intake::digest([&post.body[..]]) };
    let beacons =
        intake::gather(reports, &app.senders.views, &id, post.origin.page.as_deref(), post.origin.now);
    Ok(page_posts::keep(app, &post, beacons).await?)
}

fn counted(app: &App, outcome: Result<(), Failure>) -> Result<(), Failure> {
    if let Err(failure) = &outcome {
        app.metrics.rejected(failure.code);
        // Only the code is logged: the sender may control the rest.
        tracing::debug!(code = failure.code, "a post was refused");
    }
    outcome
}
