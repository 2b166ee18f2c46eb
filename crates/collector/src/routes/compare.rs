//! `GET /api/compare`: two sets of page views, or of a backend's requests.
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use whippet_api::Comparison;
use whippet_store::database::{Database, Result};
use whippet_store::reports::releases::backend::{self, Backend, BackendAsked, BackendSide};
use whippet_store::reports::releases::{Asked, Quantile, SideAsked, compare, timeline, views};
use whippet_store::reports::{Filter, NavigationFilter, SplitBy, SplitFilter};
use whippet_store::{Dimension, UNKNOWN};
use whippet_watch::regressions::compare::is_beside;

use super::from_prometheus::Source;
use super::params::{Params, range};
use super::releases::HALF_A_MINUTE;
use crate::app::App;
use crate::failure::Failure;
use crate::regressions::{Subject, backend_thresholds, thresholds};

/// The parameters; an empty one is as none.
#[derive(Deserialize)]
pub struct Question {
    app: Option<String>,
    target: Option<String>,
    page: Option<String>,
    navigation: Option<NavigationFilter>,
    quantile: Option<String>,
    split: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
    with_split: Option<String>,
    with_from: Option<i64>,
    with_to: Option<i64>,
}

/// `GET /api/compare`
pub async fn get(
    State(app): State<App>,
    Params(question): Params<Question>,
) -> std::result::Result<Json<Comparison>, Failure> {
    let now = app.clock.now();
    let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let quantile = match named(&question.quantile) {
        None => Quantile::ALL[1],
        Some(text) => Quantile::called(&text).ok_or_else(|| {
            Failure::bad_request("bad_query", "`quantile` is one of p50, p75, p90, p95 and p99")
        })?,
    };
    let (new_range, new_split) = (range((question.from, question.to), now)?, split(named(&question.split))?);
    let is_with = question.with_from.is_some() || question.with_to.is_some();
    let with_split = split(named(&question.with_split))?;
    let with_range = match is_with {
        true => Some(range((question.with_from, question.with_to), now)?),
        false => None,
    };
    let new = SideAsked { split: new_split, from: new_range.from, to: new_range.to };
    let Some(name) = named(&question.app) else {
        let Some(target) = named(&question.target) else {
            let message = "`app` or `target` is missing: it names the application whose page views are compared, or the \
                           backend whose requests are";
            return Err(Failure::bad_request("bad_query", message));
        };
        if question.navigation.is_some() {
            let message = "requests of a backend have no `navigation`: it goes with `app` alone";
            return Err(Failure::bad_request("bad_query", message));
        }
        let other = (with_split, with_range.map(|range| (range.from, range.to)));
        return of_backend(&app, &target, (named(&question.page), quantile), new, other, now).await;
    };
    let filter = Filter {
        app: Some(name.clone()),
        page: named(&question.page),
        navigation: question.navigation,
        split: None,
    };
    let metrics = thresholds(&app.regressions.settings());
    let cached = format!("{filter:?} {quantile:?} {new:?} {with_split:?} {with_range:?}");
    let read = move |db: &dyn Database| {
        let old = match (&with_split, with_range) {
            (None, None) => other(db, &name, &new, now)?,
            (split, range) => Some(SideAsked {
                split: split.clone().or_else(|| new.split.clone()),
                from: range.as_ref().map_or(new.from, |range| range.from),
                to: range.as_ref().map_or(new.to, |range| range.to),
            }),
        };
        compare(db, &Asked { filter, quantile, new, old, metrics, pages: true })
    };
    Ok(Json(app.store.read_beacons("read_comparison", &cached, read).await?))
}

/// The same of a backend's requests.
async fn of_backend(
    app: &App,
    target: &str,
    (route, quantile): (Option<String>, Quantile),
    new: SideAsked,
    (with_split, with_range): (Option<SplitFilter>, Option<(i64, i64)>),
    now: i64,
) -> std::result::Result<Json<Comparison>, Failure> {
    let wrong = |message: &str| Err(Failure::bad_request("bad_query", message));
    if Source::of(app, target).is_some() {
        return wrong(
            "the figures of this target are a Prometheus': only targets that are scraped here, or that push, are compared",
        );
    }
    let is_release = |split: &SplitFilter| split.by == SplitBy::One(Dimension::Release);
    if !new.split.iter().chain(&with_split).all(is_release) {
        return wrong("requests of a backend are told apart by `release` alone: `split=release:1.2.0`");
    }
    let Some(backend) = app.backends().await?.called(target) else {
        return Ok(Json(Comparison {
            quantile: quantile.name.to_owned(),
            confidence: 0.95,
            words: "There is nothing to compare with.".to_owned(),
            ..Comparison::default()
        }));
    };
    let release = |split: Option<SplitFilter>| split.map(|split| split.value);
    let new = BackendSide { release: release(new.split), from: new.from, to: new.to };
    let with = release(with_split);
    let thresholds = backend_thresholds(&app.regressions.settings());
    // Scrapes outdate no answer.
    let at = now / HALF_A_MINUTE;
    let question = format!("{target} {route:?} {quantile:?} {new:?} {with:?} {with_range:?} {at}");
    let read = move |db: &dyn Database| {
        let old = match (with, with_range) {
            (None, None) => other_requests(db, &backend, &new, now)?,
            (release, range) => Some(BackendSide {
                release: release.or_else(|| new.release.clone()),
                from: range.map_or(new.from, |range| range.0),
                to: range.map_or(new.to, |range| range.1),
            }),
        };
        backend::compare(db, &BackendAsked { backend, route, quantile, new, old, thresholds, routes: true })
    };
    Ok(Json(app.store.read_beacons("read_comparison", &question, read).await?))
}

/// What a backend's requests are compared with if nothing else is asked for: those of the release before, in the same range; where that
/// had gone by then, in the range of the same length before the new one came.
fn other_requests(
    db: &dyn Database,
    backend: &Backend,
    new: &BackendSide,
    now: i64,
) -> Result<Option<BackendSide>> {
    let earlier = |release: Option<String>, end: i64| BackendSide {
        release,
        from: (end - (new.to - new.from)).max(0),
        to: end,
    };
    let Some(name) = new.release.as_ref().filter(|name| *name != UNKNOWN) else {
        return Ok(Some(earlier(new.release.clone(), new.from)));
    };
    let timeline = backend::timeline(db, backend, now)?;
    let seen = timeline.seen.iter().find(|seen| seen.name == *name);
    let Some((seen, before)) = seen.and_then(|seen| Some((seen, timeline.before(seen)?))) else {
        return Ok(None);
    };
    let in_range = Subject::Backend(backend.clone()).views(db, (seen.first.max(new.from), new.to))?;
    let count = |number: i64| in_range.get(&number).copied().unwrap_or_default();
    let release = Some(before.name.clone());
    Ok(Some(match is_beside(count(before.number), count(seen.number)) {
        true => BackendSide { release, ..new.clone() },
        // Not before the range: by then the old one may have gone as well.
        false => earlier(release, seen.first),
    }))
}

/// What is compared with if nothing else is asked for: of a release the one before it, in the same range or, where that had gone by
/// then, in as long a range before the new one came; of anything else the span before.
fn other(db: &dyn Database, app: &str, new: &SideAsked, now: i64) -> Result<Option<SideAsked>> {
    let is_release = |split: &&SplitFilter| split.by == SplitBy::One(Dimension::Release);
    let Some(split) = new.split.as_ref().filter(is_release) else {
        let length = new.to - new.from;
        let from = (new.from - length).max(0);
        return Ok(Some(SideAsked { split: new.split.clone(), from, to: new.from - 1 }));
    };
    let timeline = timeline(db, app, now)?;
    let seen = timeline.seen.iter().find(|seen| seen.name == split.value);
    let Some((seen, before)) = seen.and_then(|seen| Some((seen, timeline.before(seen)?))) else {
        return Ok(None);
    };
    let in_range = views(db, app, (seen.first.max(new.from), new.to))?;
    let count = |number: i64| in_range.get(&number).copied().unwrap_or_default();
    let (from, to) = match is_beside(count(before.number), count(seen.number)) {
        true => (new.from, new.to),
        // Not before the range: by then the old one may have gone as well.
        false => ((seen.first - (new.to - new.from)).max(0), seen.first - 1),
    };
    let split = Some(SplitFilter { value: before.name.clone(), ..split.clone() });
    Ok(Some(SideAsked { split, from, to }))
}

fn split(text: Option<String>) -> std::result::Result<Option<SplitFilter>, Failure> {
    text.map(|text| {
        SplitFilter::parse(&text).ok_or_else(|| {
            let message = "`split` and `with_split` are a dimension and a value of it, such as device:phone, \
                           release:1.2.0 or release_device:1.2.0:phone";
            Failure::bad_request("bad_query", message)
        })
    })
    .transpose()
}
