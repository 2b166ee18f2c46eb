//! `GET /api/…`: the reports for the dashboard. `whippet_api` describes their types.
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use whippet_api::{
    Backend, Custom, Errors, Loading, MetricChart, Metrics, Overview, Range, SlowQueries, Splits, Status,
    StoreState, Toolkit, Vitals,
};
use whippet_engine::vitals::Metric;
use whippet_store::database::Database;
use whippet_store::is_own_timing;
use whippet_store::reports::steps::Steps;
use whippet_store::reports::{self, Filter, Kept, SplitBy, SplitFilter};
use whippet_store::time::{DAY, HOUR, MINUTE};

use super::from_prometheus::{self, Source};
use super::params::{Params, Window};
use crate::app::App;
use crate::failure::{Failure, trouble};

type Answer<T> = Result<Json<T>, Failure>;

/// A collector that wrote within this time is there, ms.
const SEEN: i64 = 2 * MINUTE;

/// `GET /api/status`
pub async fn status(State(app): State<App>) -> Answer<Status> {
    let stored = app.store.read_database("read_status", reports::status::status).await?;
    let now = app.clock.now();
    let place = app.store.place();
    let store = StoreState {
        engine: if place.file().is_some() { "sqlite" } else { "postgresql" }.to_owned(),
        place: place.to_string(),
        trouble: app.store.trouble().and_then(trouble).map(str::to_owned),
        collectors: match place.file() {
            Some(_) => 1,
            None => stored.collectors.iter().filter(|seen| now - **seen < SEEN).count() as u64,
        },
        busy: app.store.busy(),
    };
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now,
        beacons: stored.beacons,
        last_beacon: stored.last_beacon,
        apps: stored.apps,
        targets: app.targets(),
        retention: app.retention,
        keep_minutes: app.detail,
        keep_hours: app.hours,
        begun: stored.begun,
        lists: app.target_status.lists(),
        store: Some(store),
        alerts: Some(super::alerts::counts(&app).await?),
        config: Some(app.config.get()),
    }))
}

/// `GET /api/overview`
pub async fn overview(State(app): State<App>, Params(window): Params<Window>) -> Answer<Overview> {
    let now = app.clock.now();
    let range = window.range(now)?;
    let steps = scraped(&app, &range);
    let filter = unsplit(window)?;
    let question = question(&steps, &filter);
    let (targets, interval) = (app.target_status.snapshot(), app.scrape_interval);
    let matches = Arc::clone(&app.matches);
    let only = filter.app.clone();
    let at = steps.clone();
    let apps = move |db: &dyn Database| reports::overview::apps(db, only.as_deref(), &at);
    let apps = app.store.read_beacons("read_overview_apps", &question, apps).await?;
    let read = move |db: &dyn Database| {
        let app = filter.app.as_deref();
        reports::overview::overview(db, &matches, &targets, app, &steps, (interval, now))
    };
    let mut overview = app.store.read_database("read_overview", read).await?;
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
    let Some(metric) = named(window.metric.as_deref()) else {
        return Err(Failure::bad_request(
            "bad_query",
            "`metric` is missing: name one of those in /api/series",
        ));
    };
    let by = named(window.by.as_deref());
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
    let filter = filter(window)?;
    let question = question(&steps, &filter);
    let read = move |db: &dyn Database| reports::vitals::vitals(db, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_vitals", &question, read).await?))
}

/// `GET /api/splits`
pub async fn splits(State(app): State<App>, Params(window): Params<Window>) -> Answer<Splits> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let wrong = |message: String| Failure::bad_request("bad_query", message);
    let by = window.by.as_deref().unwrap_or_default();
    let Some(by) = SplitBy::from_label(by) else {
        return Err(wrong(format!("`by` must be one of: {}", SplitBy::LABELS)));
    };
    let only = match named(window.metric.as_deref()) {
        None => None,
        Some(name) => match Metric::ALL.into_iter().find(|metric| metric.as_str() == name) {
            Some(metric) => Some(metric),
            None => return Err(wrong("`metric` must be one of: LCP, INP, CLS, FCP, TTFB".to_owned())),
        },
    };
    let timing = named(window.timing.as_deref());
    if let Some(timing) = &timing {
        if is_own_timing(timing) {
            let message =
                format!("`timing` names a timing of the application's own: {timing} is one of Whippet's");
            return Err(wrong(message));
        }
        if window.navigation.is_some() {
            let message = "`navigation` selects vitals, and timings are split by one dimension at a time: leave it out, or \
                           ask with by=navigation";
            return Err(wrong(message.to_owned()));
        }
    }
    let filter = filter(window)?;
    if filter.split.is_some() {
        return Err(wrong(
            "`split` is for /api/vitals and /api/custom: page views are split by one dimension at a time"
                .to_owned(),
        ));
    }
    let question = format!("{} {only:?} {timing:?} {}", by.label(), question(&steps, &filter));
    let read = move |db: &dyn Database| {
        let kept = timing.as_deref().map(|name| reports::kept(db, &filter, name)).transpose()?;
        if let Some(kept @ (Kept::Not | Kept::Whole)) = kept {
            return Ok(Err(kept));
        }
        reports::splits::splits(db, &steps, &filter, by, only, timing.as_deref()).map(Ok)
    };
    let splits: Result<Splits, Kept> = app.store.read_beacons("read_splits", &question, read).await?;
    splits.map(Json).map_err(unsplit_timing)
}

/// Why there is no answer for a timing.
fn unsplit_timing(kept: Kept) -> Failure {
    match kept {
        Kept::Whole => Failure::bad_request(
            "unsplit_timing",
            "the application has too many timings, and this one is kept of all page views together: `whippet names drop histogram \
             NAME` makes a place for it",
        ),
        _ => Failure::bad_request(
            "unknown_timing",
            "there is no such timing: name one of those in /api/custom",
        ),
    }
}

/// `GET /api/toolkit`
pub async fn toolkit(State(app): State<App>, Params(window): Params<Window>) -> Answer<Toolkit> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let filter = unsplit(window)?;
    let question = question(&steps, &filter);
    let read = move |db: &dyn Database| reports::toolkit::toolkit(db, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_toolkit", &question, read).await?))
}

/// `GET /api/loading`
pub async fn loading(State(app): State<App>, Params(window): Params<Window>) -> Answer<Loading> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let filter = unsplit(window)?;
    let question = question(&steps, &filter);
    let read = move |db: &dyn Database| reports::loading::loading(db, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_loading", &question, read).await?))
}

/// `GET /api/custom`
pub async fn custom(State(app): State<App>, Params(window): Params<Window>) -> Answer<Custom> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let filter = filter(window)?;
    let question = question(&steps, &filter);
    let read = move |db: &dyn Database| reports::custom::custom(db, &steps, &filter);
    Ok(Json(app.store.read_beacons("read_custom", &question, read).await?))
}

/// `GET /api/errors`
pub async fn errors(State(app): State<App>, Params(window): Params<Window>) -> Answer<Errors> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    let target = window.target.clone().filter(|target| !target.is_empty());
    let filter = unsplit(window)?;
    let question = question(&steps, &filter);
    let at = steps.clone();
    let read = move |db: &dyn Database| reports::errors::errors(db, &steps, &filter);
    let mut errors: Errors = app.store.read_beacons("read_errors", &question, read).await?;
    // They come with scrapes, so that no answer of theirs is kept until the next beacon.
    let read = move |db: &dyn Database| reports::backend_events::errors(db, target.as_deref(), &at);
    errors.backends = app.store.read_database("read_backend_errors", read).await?;
    Ok(Json(errors))
}

/// `GET /api/slow_queries`
pub async fn slow_queries(State(app): State<App>, Params(window): Params<Window>) -> Answer<SlowQueries> {
    let steps = reported(&app, &window.range(app.clock.now())?);
    // Lists come with the documents of scrapes. A Prometheus has figures only, so its targets list nothing.
    if source(&app, &window).is_some() {
        return Ok(Json(SlowQueries::default()));
    }
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

/// A parameter. An empty one is the same as none: a form sends it for "all".
fn named(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn filter(window: Window) -> Result<Filter, Failure> {
    let split = match named(window.split.as_deref()) {
        None => None,
        Some(text) => Some(SplitFilter::parse(&text).ok_or_else(|| {
            let message = "`split` is a dimension and a value of it, such as device:phone, release:1.2.0 or \
                           release_device:1.2.0:phone";
            Failure::bad_request("bad_query", message)
        })?),
    };
    let (app, page) = (named(window.app.as_deref()), named(window.page.as_deref()));
    Ok(Filter { app, page, navigation: window.navigation, split })
}

/// The filter of a report that is not kept by dimension. With a split it would show the figures of all page views as those of some.
fn unsplit(window: Window) -> Result<Filter, Failure> {
    let filter = filter(window)?;
    if filter.split.is_some() {
        let message =
            "`split` is for /api/vitals, /api/custom and /api/compare: nothing else is kept by dimension";
        return Err(Failure::bad_request("bad_query", message));
    }
    Ok(filter)
}

/// Steps for scraped samples, which are kept one per hour once they are old. Where one per day is left, rates are computed over a
/// day.
fn scraped(app: &App, range: &Range) -> Steps {
    let old = range.from < app.clock.now() - app.detail;
    Steps::new(range, if old { app.scrape_interval.max(HOUR) } else { app.scrape_interval })
}

/// Steps for what beacons report: as long as the shortest buckets that are left of the window's beginning. It may be a little
/// older than they are kept, as the clock of the browser that asks may be behind.
fn reported(app: &App, range: &Range) -> Steps {
    let age = app.clock.now() - range.from - MINUTE;
    let finest = match age {
        _ if age > app.hours => DAY,
        _ if age > app.detail => HOUR,
        _ => MINUTE,
    };
    Steps::new(range, finest)
}
