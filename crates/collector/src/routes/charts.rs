//! `GET /api/…`: the reports for the dashboard. `whippet_api` describes their types.
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use whippet_api::{
    Backend, Custom, Errors, Loading, MetricChart, Metrics, Overview, Range, SlowQueries, Status, Toolkit,
    Vitals,
};
use whippet_store::database::Database;
use whippet_store::reports::steps::Steps;
use whippet_store::reports::{self, Filter};
use whippet_store::time::{HOUR, MINUTE};

use super::from_prometheus::{self, Source};
use super::params::{Params, Window};
use crate::app::App;
use crate::failure::Failure;

type Answer<T> = Result<Json<T>, Failure>;

/// `GET /api/status`
pub async fn status(State(app): State<App>) -> Answer<Status> {
    let (beacons, last_beacon, apps) = app.store.read("read_status", reports::status::status).await?;
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: app.clock.now(),
        beacons,
        last_beacon,
        apps,
        targets: app.targets(),
        retention: app.retention,
        lists: app.target_status.lists(),
    }))
}

/// `GET /api/overview`
pub async fn overview(State(app): State<App>, Params(window): Params<Window>) -> Answer<Overview> {
    let now = app.clock.now();
    let range = window.range(now)?;
    let steps = scraped(&app, &range);
    let filter = filter(window);
    let question = question(&steps, &filter);
    let (targets, interval) = (app.target_status.snapshot(), app.scrape_interval);
    let matches = Arc::clone(&app.matches);
    let only = filter.app.clone();
    let at = steps.clone();
    let apps = move |connection: &_| reports::overview::apps(connection, only.as_deref(), &at);
    let apps = app.store.read_beacons("read_overview_apps", &question, apps).await?;
    let read = move |connection: &_| {
        reports::overview::overview(
            connection,
            &matches,
            &targets,
            filter.app.as_deref(),
            &steps,
            (interval, now),
        )
    };
    let mut overview = app.store.read("read_overview", read).await?;
    overview.levels.extend(apps.levels);
    overview.losses = apps.losses;
    from_prometheus::add_to(&mut overview, &app, &range).await;
    Ok(Json(overview))
}

/// `GET /api/backend`
pub async fn backend(State(app): State<App>, Params(window): Params<Window>) -> Answer<Backend> {
    if let Some(source) = source(&app, &window) {
        return source.backend(&app, &window).await;
    }
    let steps = scraped(&app, &window.range(app.clock.now())?);
    let (target, interval) = target(&app, window.target)?;
    let matches = Arc::clone(&app.matches);
    let read = move |db: &dyn Database| reports::backend::backend(db, &matches, &target, &steps, interval);
    Ok(Json(app.store.read_database("read_backend", read).await?))
}

/// `GET /api/series`
pub async fn series(State(app): State<App>, Params(window): Params<Window>) -> Answer<Metrics> {
    if let Some(source) = source(&app, &window) {
        return source.series(&app, &window).await;
    }
    let (target, _) = target(&app, window.target)?;
    let matches = Arc::clone(&app.matches);
    let read = move |db: &dyn Database| reports::metric_chart::metrics(db, &matches, &target);
    Ok(Json(app.store.read_database("read_series", read).await?))
}

/// `GET /api/chart`
pub async fn chart(State(app): State<App>, Params(window): Params<Window>) -> Answer<MetricChart> {
    let steps = scraped(&app, &window.range(app.clock.now())?);
    let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let Some(metric) = named(&window.metric) else {
        return Err(Failure::bad_request(
            "bad_query",
            "`metric` is missing: name one of those in /api/series",
        ));
    };
    let by = named(&window.by);
    let chart = match source(&app, &window) {
        Some(source) => source.chart(&app, &window, metric, by).await?,
        None => {
            let (target, interval) = target(&app, window.target)?;
            let matches = Arc::clone(&app.matches);
            let read = move |db: &dyn Database| {
                let question = (target.as_str(), metric.as_str(), by.as_deref());
                reports::metric_chart::metric_chart(db, &matches, question, &steps, interval)
            };
            app.store.read_database("read_chart", read).await?
        }
    };
    chart.map(Json).ok_or_else(|| {
        Failure::bad_request(
            "unknown_metric",
            "the target has no such metric: name one of those in /api/series",
        )
    })
}

/// The Prometheus that has the target that a query names.
fn source(app: &App, window: &Window) -> Option<Source> {
    Source::of(app, window.target.as_deref()?)
}

/// The target that a query names, and the time between two scrapes of it.
fn target(app: &App, named: Option<String>) -> Result<(String, i64), Failure> {
    let Some(target) = named else {
        return Err(Failure::bad_request(
            "bad_query",
            "`target` is missing: name one of those in /api/status",
        ));
    };
    let known = app.target_status.snapshot();
    let Some(entry) = known.into_iter().find(|entry| entry.name == target) else {
        let message = "there is no such target: name one of those in /api/status";
        return Err(Failure::bad_request("unknown_target", message));
    };
    let interval = if entry.interval > 0 { entry.interval } else { app.scrape_interval };
    Ok((target, interval))
}

/// `GET /api/vitals`
pub async fn vitals(State(app): State<App>, Params(window): Params<Window>) -> Answer<Vitals> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let filter = filter(window);
    let question = question(&steps, &filter);
    let read = move |connection: &_| reports::vitals::vitals(connection, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_vitals", &question, read).await?))
}

/// `GET /api/toolkit`
pub async fn toolkit(State(app): State<App>, Params(window): Params<Window>) -> Answer<Toolkit> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let filter = filter(window);
    let question = question(&steps, &filter);
    let read = move |connection: &_| reports::toolkit::toolkit(connection, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_toolkit", &question, read).await?))
}

/// `GET /api/loading`
pub async fn loading(State(app): State<App>, Params(window): Params<Window>) -> Answer<Loading> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let filter = filter(window);
    let question = question(&steps, &filter);
    let read = move |connection: &_| reports::loading::loading(connection, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_loading", &question, read).await?))
}

/// `GET /api/custom`
pub async fn custom(State(app): State<App>, Params(window): Params<Window>) -> Answer<Custom> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let filter = filter(window);
    let question = question(&steps, &filter);
    let read = move |connection: &_| reports::custom::custom(connection, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_custom", &question, read).await?))
}

/// `GET /api/errors`
pub async fn errors(State(app): State<App>, Params(window): Params<Window>) -> Answer<Errors> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let target = window.target.clone().filter(|target| !target.is_empty());
    let filter = filter(window);
    let question = question(&steps, &filter);
    let at = steps.clone();
    let read = move |connection: &_| reports::errors::errors(connection, &steps, &filter);
    let mut errors: Errors = app.store.read_beacons("read_errors", &question, read).await?;
    // They come with scrapes, so that no answer of theirs is kept until the next beacon.
    let read = move |db: &dyn Database| reports::backend_events::errors(db, target.as_deref(), &at);
    errors.backends = app.store.read_database("read_backend_errors", read).await?;
    Ok(Json(errors))
}

/// `GET /api/slow_queries`
pub async fn slow_queries(State(app): State<App>, Params(window): Params<Window>) -> Answer<SlowQueries> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let (target, _) = target(&app, window.target)?;
    let read = move |db: &dyn Database| reports::backend_events::slow_queries(db, &target, &steps);
    Ok(Json(app.store.read_database("read_slow_queries", read).await?))
}

/// The key of a cached report. A window that moves by less than a thousandth of its length keeps its key, as nobody would see
/// the difference.
fn question(steps: &Steps, filter: &Filter) -> String {
    let grid = ((steps.to - steps.from) / 1000).max(1);
    format!("{filter:?} {} {} {}", steps.step, steps.from / grid, steps.to / grid)
}

fn filter(window: Window) -> Filter {
    // An empty parameter is the same as none: a form sends it for "all".
    let chosen = |choice: Option<String>| choice.filter(|choice| !choice.is_empty());
    Filter { app: chosen(window.app), page: chosen(window.page), navigation: window.navigation }
}

/// Steps for scraped samples, which are kept one per hour once they are old. Where one per day is left, rates are computed over a
/// day.
fn scraped(app: &App, range: &Range) -> Steps {
    let old = range.from < app.clock.now() - app.detail;
    Steps::new(range, if old { app.scrape_interval.max(HOUR) } else { app.scrape_interval })
}

/// Steps for what beacons report, which is kept per minute, and per hour once it is old.
fn reported(app: &App, range: &Range) -> Steps {
    let old = range.from < app.clock.now() - app.detail;
    Steps::new(range, if old { HOUR } else { MINUTE })
}
