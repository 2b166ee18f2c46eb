//! Two sides of a backend: two releases, or two spans.
use std::collections::BTreeMap;

use whippet_api::{Compared, ComparedPage, Comparison, Side};
use whippet_watch::regressions::compare::{Question, compare_failures, compare_spreads};
use whippet_watch::regressions::dispersion::Dispersion;
use whippet_watch::regressions::usual::{ABOVE, Usual};

use super::super::compare::{MOST, Quantile, harm, worst};
use super::super::words;
use super::members::Backend;
use super::reading::{Want, each};
use super::requests::{METRICS, Requests, floor, metric_name, metric_unit};
use crate::database::{Database, Result};
use crate::kind::UNKNOWN;
use crate::time::{DAY, HOUR};

/// Over how much of the old side the dispersion is measured, ms.
const DISPERSION: i64 = 3 * DAY;

/// One side of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendSide {
    /// Only requests that this release answered; `(unknown)`: those of which nothing tells it.
    pub release: Option<String>,
    /// The start, ms since the epoch.
    pub from: i64,
    /// The end.
    pub to: i64,
}

impl BackendSide {
    fn has(&self, release: &str) -> bool {
        match self.release.as_deref() {
            None => true,
            Some(UNKNOWN) => release.is_empty(),
            Some(wanted) => wanted == release,
        }
    }
}

/// A question.
#[derive(Clone, Debug)]
pub struct BackendAsked {
    /// Of what.
    pub backend: Backend,
    /// Only this route.
    pub route: Option<String>,
    /// What is asked for of both sides.
    pub quantile: Quantile,
    /// The newer side.
    pub new: BackendSide,
    /// The older one; `None` where there is none.
    pub old: Option<BackendSide>,
    /// By which share a metric must differ.
    pub thresholds: [f64; METRICS],
    /// Whether routes are compared, too.
    pub routes: bool,
}

type ByRoute = BTreeMap<String, Requests>;

/// Compares both sides.
pub fn compare(db: &dyn Database, asked: &BackendAsked) -> Result<Comparison> {
    let (new, new_routes) = gather(db, asked, &asked.new)?;
    let (old, old_routes) = match &asked.old {
        Some(side) => gather(db, asked, side)?,
        None => Default::default(),
    };
    let dispersions = match &asked.old {
        Some(side) => dispersions(db, asked, side, &old)?,
        None => [1.0; METRICS],
    };
    let metrics = all_metrics(asked, &old, &new, &dispersions);
    let mut routes = compared_routes(asked, old_routes, new_routes, &dispersions);
    let left_out = routes.len().saturating_sub(MOST);
    routes.truncate(MOST);
    let side = |side: &BackendSide, requests: &Requests| Side {
        split: side.release.as_ref().map(|release| format!("release:{release}")),
        from: side.from,
        to: side.to,
        views: requests.all.round() as u64,
    };
    let mut comparison = Comparison {
        quantile: asked.quantile.name.to_owned(),
        confidence: 0.95,
        new: side(&asked.new, &new),
        old: asked.old.as_ref().map(|asked| side(asked, &old)),
        verdict: worst(&metrics),
        words: String::new(),
        devices: Vec::new(),
        metrics,
        pages: routes,
        left_out,
    };
    comparison.words = words::comparison(&comparison, ("requests", "route"));
    Ok(comparison)
}

fn gather(db: &dyn Database, asked: &BackendAsked, side: &BackendSide) -> Result<(Requests, ByRoute)> {
    let (mut whole, mut routes) = (Requests::default(), ByRoute::new());
    let want = if asked.routes || asked.route.is_some() { Want::Routes } else { Want::Whole };
    let step = (side.to - side.from).max(HOUR);
    each(db, &asked.backend, ((side.from, side.to), step), want, &mut |piece, requests| {
        if !side.has(piece.release) {
            return;
        }
        match (piece.route, &asked.route) {
            (None, None) => whole.merge(requests),
            (Some(route), wanted) if wanted.as_ref().is_none_or(|wanted| wanted == route) => {
                if wanted.is_some() {
                    whole.merge(requests);
                }
                routes.entry(route.to_owned()).or_default().merge(requests);
            }
            _ => {}
        }
    })?;
    Ok((whole, routes))
}

fn all_metrics(
    asked: &BackendAsked,
    old: &Requests,
    new: &Requests,
    dispersions: &[f64; METRICS],
) -> Vec<Compared> {
    let one = |metric: usize| {
        let question = Question {
            q: asked.quantile.q,
            threshold: asked.thresholds[metric],
            floor: floor(metric),
            dispersion: dispersions[metric],
        };
        let (compared, old_count, new_count) = if metric == 0 {
            let compared = compare_spreads(&old.durations, &new.durations, &question);
            (compared, old.durations.count(), new.durations.count())
        } else {
            let side =
                |side: &Requests| if side.tells_failures { (side.failed, side.all) } else { (0.0, 0.0) };
            let (old, new) = (side(old), side(new));
            (compare_failures(old, new, &question), old.1, new.1)
        };
        if old_count <= 0.0 && new_count <= 0.0 {
            return None;
        }
        let [change, low, high] = compared.change.map_or([None; 3], |change| change.map(Some));
        let difference = compared.new.zip(compared.old).map_or(0.0, |(new, old)| new - old);
        let mut one = Compared {
            metric: metric_name(metric).to_owned(),
            unit: metric_unit(metric),
            new: compared.new,
            old: compared.old,
            new_count: new_count.round() as u64,
            old_count: old_count.round() as u64,
            change,
            low,
            high,
            verdict: words::verdict(compared.verdict),
            words: String::new(),
            impact: difference * new_count,
        };
        one.words = words::metric(&one);
        Some(one)
    };
    (0..METRICS).filter_map(one).collect()
}

fn compared_routes(
    asked: &BackendAsked,
    mut old: ByRoute,
    new: ByRoute,
    dispersions: &[f64; METRICS],
) -> Vec<ComparedPage> {
    let mut sides: BTreeMap<String, (Requests, Requests)> = BTreeMap::new();
    for (route, new) in new {
        let old = old.remove(&route).unwrap_or_default();
        sides.insert(route, (old, new));
    }
    sides.extend(old.into_iter().map(|(route, old)| (route, (old, Requests::default()))));
    let one = |(page, (old, new)): (String, (Requests, Requests))| {
        let metrics = all_metrics(asked, &old, &new, dispersions);
        ComparedPage {
            page,
            new_views: new.all.round() as u64,
            old_views: old.all.round() as u64,
            verdict: worst(&metrics),
            metrics,
        }
    };
    let mut routes: Vec<ComparedPage> = sides.into_iter().map(one).collect();
    routes.sort_by(|a, b| harm(b).total_cmp(&harm(a)).then_with(|| b.new_views.cmp(&a.new_views)));
    routes
}

/// How much more the old side's counts vary from hour to hour than those of independent requests.
fn dispersions(
    db: &dyn Database,
    asked: &BackendAsked,
    side: &BackendSide,
    old: &Requests,
) -> Result<[f64; METRICS]> {
    let from = side.from.max(side.to - DISPERSION);
    let first = from - from.rem_euclid(HOUR);
    let count = ((side.to - first) / HOUR + 1).clamp(0, 200) as usize;
    let usual = Usual::of_spread(&old.durations);
    let mut hours = vec![[(0.0, 0.0); METRICS]; count];
    let want = if asked.route.is_some() { Want::Routes } else { Want::Whole };
    each(db, &asked.backend, ((from, side.to), HOUR), want, &mut |piece, requests| {
        let place = usize::try_from((piece.bucket(HOUR) - first) / HOUR).ok();
        let is_wanted = side.has(piece.release) && piece.route == asked.route.as_deref();
        let Some(hour) = place.and_then(|place| hours.get_mut(place)).filter(|_| is_wanted) else { return };
        if let Some(counts) = usual.as_ref().and_then(|usual| usual.count_spread(&requests.durations)) {
            hour[0].0 += counts[ABOVE..].iter().sum::<f64>();
            hour[0].1 += counts.iter().sum::<f64>();
        }
        hour[1].0 += requests.failed;
        hour[1].1 += requests.all;
    })?;
    Ok(std::array::from_fn(|metric| {
        let mut dispersion = Dispersion::default();
        dispersion.add(&hours.iter().map(|hour| hour[metric]).collect::<Vec<_>>());
        dispersion.factor()
    }))
}
