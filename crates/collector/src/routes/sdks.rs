//! `POST /collect`, `/v1/web-vitals` and `/v1/reports`: what SDKs and browsers send that know nothing of Whippet.
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};

use super::beacons;
use super::page_posts::{self, MOST, Post};
use crate::app::App;
use crate::failure::Failure;
use crate::intake::{self, Content, Item, Report};
use crate::otlp::{self, Encoding, browser};
use crate::sdks::{NotRead, faro, reports, web_vitals};

/// `POST /collect`: Grafana Faro. 202, as its SDK expects it.
pub async fn faro(State(app): State<App>, request: Request) -> Result<StatusCode, Failure> {
    let never = |_: &Post| false;
    let outcome = accept(&app, request, never, |post| {
        let mut all = vec![faro::read(&post.body, &post.origin)?];
        if let Some((traces, page)) = faro::traces(&post.body) {
            let (mut found, lost) = spans(&traces.to_string(), page.as_deref(), post, &all[0]);
            if lost > 0 {
                let lost = Item::new(page, post.origin.now, Content::Lost("spans".to_owned(), lost));
                match found.iter_mut().find(|report| !report.items.is_empty()) {
                    Some(report) => report.items.push(lost),
                    None => all[0].items.push(lost),
                }
            }
            all.append(&mut found);
        }
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
    let outcome = accept_reports(&app, request).await;
    counted(&app, outcome).map(|()| StatusCode::NO_CONTENT)
}

async fn accept_reports(app: &App, request: Request) -> Result<(), Failure> {
    // Chromium asks with `Origin` whether it may send reports, and sends them without it: then the pages that they name count.
    let is_told = request.headers().contains_key(header::ORIGIN) || app.origins.allow(None);
    if is_told {
        beacons::check_origin(app, request.headers())?;
    }
    let post = page_posts::read_json(app, request, MOST).await?;
    let is_allowed =
        |origin: &str| HeaderValue::from_str(origin).is_ok_and(|origin| app.origins.allow(Some(&origin)));
    if !is_told && !reports::are_allowed(&post.body, is_allowed) {
        return Err(beacons::foreign());
    }
    // Two violations of one kind look alike: none is taken for the other.
    keep(app, &post, true, reports::read(&post.body, &post.origin)).await
}

/// The spans of Faro's tracing, sent by whoever sent the rest, on the same page; and how many were refused. Spans that cannot be read
/// count as one.
fn spans(text: &str, page: Option<&str>, post: &Post, report: &Report) -> (Vec<Report>, u64) {
    let Ok(traces) = otlp::read::<otlp::Traces>(text.as_bytes(), Encoding::Json) else {
        return (Vec::new(), 1);
    };
    let outcome = browser::traces(&traces, &browser::Post { origin: &post.origin, from_page: true });
    let (mut reports, refused) = (outcome.reports, outcome.rejected.count);
    for spans in &mut reports {
        spans.sender = report.sender.clone();
        for item in &mut spans.items {
            item.page = item.page.take().or_else(|| page.map(str::to_owned));
        }
    }
    (reports, refused)
}

async fn accept(
    app: &App,
    request: Request,
    is_unique: impl FnOnce(&Post) -> bool,
    read: impl FnOnce(&Post) -> Result<Vec<Report>, NotRead>,
) -> Result<(), Failure> {
    beacons::check_origin(app, request.headers())?;
    let post = page_posts::read_json(app, request, MOST).await?;
    let (is_unique, read) = (is_unique(&post), read(&post));
    keep(app, &post, is_unique, read).await
}

/// Stores what was read of a post. `is_unique`: it is none that was sent before, whatever it looks like.
async fn keep(
    app: &App,
    post: &Post,
    is_unique: bool,
    read: Result<Vec<Report>, NotRead>,
) -> Result<(), Failure> {
    let reports = read.map_err(|error| Failure::bad_request(error.code(), error.to_string()))?;
    page_posts::take(app, post)?;
    let id = if is_unique { intake::unique() } else { intake::digest([&post.body[..]]) };
    let beacons =
        intake::gather(reports, &app.senders.views, &id, post.origin.page.as_deref(), post.origin.now);
    Ok(page_posts::keep(app, post, beacons).await?)
}

fn counted(app: &App, outcome: Result<(), Failure>) -> Result<(), Failure> {
    if let Err(failure) = &outcome {
        app.metrics.rejected(failure.code);
        // Only the code is logged: the sender may control the rest.
        tracing::debug!(code = failure.code, "a post was refused");
    }
    outcome
}
