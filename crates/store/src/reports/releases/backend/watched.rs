//! What watching a backend's releases needs: what was usual before, and the hours since. Its routes are what pages are to an
//! application, and it has one class of devices.
use std::collections::BTreeMap;

use whippet_watch::regressions::drift;
use whippet_watch::regressions::sequential::Stratum;
use whippet_watch::regressions::usual::{ABOVE, Counts, Usual};
use whippet_watch::regressions::watch::{Before, Hour, Shape};

use super::super::watched::{DISPERSION, HourOfReleases, LEARNT, Pages};
use super::members::Backend;
use super::reading::{Want, each};
use super::requests::{METRICS, Requests};
use super::timeline::number;
use crate::database::{Database, Result};
use crate::time::{DAY, HOUR};

/// The name of what has no routes.
const ALL: &str = "";

fn shape(routes: usize) -> Shape {
    Shape { pages: routes, metrics: METRICS, devices: 1 }
}

/// The routes with the most requests in a span; of a backend that tells no routes all requests as one, without a name.
pub fn most_requested(
    db: &dyn Database,
    backend: &Backend,
    (from, to): (i64, i64),
    most: usize,
) -> Result<Pages> {
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    each(db, backend, ((from, to), DAY), Want::Routes, &mut |piece, requests| {
        if let Some(route) = piece.route {
            *counts.entry(route.to_owned()).or_default() += requests.all;
        }
    })?;
    let mut routes: Vec<(String, f64)> = counts.into_iter().collect();
    routes.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    routes.truncate(most);
    if routes.is_empty() {
        routes.push((ALL.to_owned(), 0.0));
    }
    Ok(routes.into_iter().enumerate().map(|(place, route)| (place as i64, route.0)).collect())
}

/// Requests by bucket and route, of those releases that `chosen` gives a key.
fn gather<K: Ord + Copy>(
    db: &dyn Database,
    (backend, routes): (&Backend, &Pages),
    (span, step): ((i64, i64), i64),
    chosen: &dyn Fn(i64, i64) -> Option<K>,
) -> Result<BTreeMap<(K, usize), Requests>> {
    let mut found: BTreeMap<(K, usize), Requests> = BTreeMap::new();
    let place = |name: Option<&str>| routes.iter().position(|route| route.1 == name.unwrap_or(ALL));
    each(db, backend, (span, step), Want::Routes, &mut |piece, requests| {
        let Some(route) = place(piece.route) else { return };
        if let Some(key) = chosen(piece.bucket(step.min(HOUR)), number(piece.release)) {
            found.entry((key, route)).or_default().merge(requests);
        }
    })?;
    Ok(found)
}

fn usual(requests: &Requests) -> [Option<Usual>; METRICS] {
    let failures =
        requests.tells_failures.then(|| Usual::of_failures(requests.failed, requests.all)).flatten();
    [Usual::of_spread(&requests.durations), failures]
}

fn counts(usual: &Usual, metric: usize, requests: &Requests) -> Option<Counts> {
    match metric {
        0 => usual.count_spread(&requests.durations),
        _ => Some(Usual::count_failures(requests.failed, requests.all)),
    }
}

fn all_usual<'r>(shape: Shape, routes: impl Iterator<Item = (usize, &'r Requests)>) -> Vec<Option<Usual>> {
    let mut all = vec![None; shape.places()];
    for (route, requests) in routes {
        for (metric, usual) in usual(requests).into_iter().enumerate() {
            all[shape.place(route, metric, 0)] = usual;
        }
    }
    all
}

fn above(
    shape: Shape,
    usual: &[Option<Usual>],
    hours: &BTreeMap<(i64, usize), Requests>,
    (first, count): (i64, usize),
) -> Vec<Vec<drift::Above>> {
    let mut all = vec![vec![(0.0, 0.0); count]; shape.places()];
    for ((hour, route), requests) in hours {
        let Some(at) = usize::try_from((hour - first) / HOUR).ok().filter(|at| *at < count) else { continue };
        for metric in 0..METRICS {
            let place = shape.place(*route, metric, 0);
            let counts = usual[place].as_ref().and_then(|usual| counts(usual, metric, requests));
            if let Some(counts) = counts {
                all[place][at] = (counts[ABOVE..].iter().sum(), counts.iter().sum());
            }
        }
    }
    all
}

/// What was usual of the old release on these routes before the new one came.
pub fn before(
    db: &dyn Database,
    backend: &Backend,
    (old, first): (i64, i64),
    routes: &Pages,
) -> Result<Before> {
    let shape = shape(routes.len());
    let week = ((first - LEARNT, first), LEARNT);
    let all = gather(db, (backend, routes), week, &|_, release| (release == old).then_some(()))?;
    let usual = all_usual(shape, all.iter().map(|((_, route), requests)| (*route, requests)));
    let begin = (first - DISPERSION) - (first - DISPERSION).rem_euclid(HOUR);
    let hours = gather(db, (backend, routes), ((begin, first), HOUR), &|hour, release| {
        (release == old).then_some(hour)
    })?;
    let count = ((first - begin) / HOUR) as usize;
    Ok(Before::new(shape, usual.clone(), &above(shape, &usual, &hours, (begin, count))))
}

/// The hours of both releases from `from` to `to`, the one under way included; none is left out between them.
pub fn hours(
    db: &dyn Database,
    backend: &Backend,
    (new, old): (i64, i64),
    (routes, before): (&Pages, &Before),
    (from, to): (i64, i64),
) -> Result<Vec<HourOfReleases>> {
    let begin = from - from.rem_euclid(HOUR);
    let count = usize::try_from((to - begin) / HOUR + 1).unwrap_or_default();
    let empty = |place: usize| HourOfReleases {
        begin: begin + place as i64 * HOUR,
        seen: Hour { strata: vec![Stratum::default(); before.shape.places()], ..Hour::default() },
    };
    let mut all: Vec<HourOfReleases> = (0..count).map(empty).collect();
    let mut sides: BTreeMap<(usize, bool, usize), Requests> = BTreeMap::new();
    each(db, backend, ((begin, to), HOUR), Want::Routes, &mut |piece, requests| {
        let place = usize::try_from((piece.bucket(HOUR) - begin) / HOUR).ok().filter(|place| *place < count);
        let Some(place) = place else { return };
        let release = number(piece.release);
        if piece.route.is_none() {
            let hour = &mut all[place].seen;
            hour.all += requests.all;
            hour.new += if release == new { requests.all } else { 0.0 };
        }
        let route = routes.iter().position(|route| route.1 == piece.route.unwrap_or(ALL));
        if let Some(route) = route.filter(|_| release == new || release == old) {
            sides.entry((place, release == new, route)).or_default().merge(requests);
        }
    })?;
    for ((place, is_new, route), requests) in &sides {
        for metric in 0..METRICS {
            let at = before.shape.place(*route, metric, 0);
            let counts = before.usual[at].as_ref().and_then(|usual| counts(usual, metric, requests));
            if let Some(counts) = counts {
                let stratum = &mut all[*place].seen.strata[at];
                *(if *is_new { &mut stratum.new } else { &mut stratum.old }) = counts;
            }
        }
    }
    Ok(all)
}

/// What drift needs: what was usual over four weeks, and the counts of the hours after that. `first` is when the four weeks begin.
pub fn drift(
    db: &dyn Database,
    (backend, routes): (&Backend, &Pages),
    (first, now): (i64, i64),
    (thresholds, floors): (Vec<f64>, Vec<f64>),
) -> Result<(drift::Baseline, Vec<Vec<drift::Above>>)> {
    let shape = shape(routes.len());
    let first = first - first.rem_euclid(HOUR);
    let end = first + drift::LEARNT as i64 * HOUR;
    let by_hour = |hour: i64, _: i64| Some(hour);
    let hours = gather(db, (backend, routes), ((first, end), HOUR), &by_hour)?;
    let mut all: BTreeMap<usize, Requests> = BTreeMap::new();
    for ((_, route), requests) in &hours {
        all.entry(*route).or_default().merge(requests);
    }
    let usual = all_usual(shape, all.iter().map(|(route, requests)| (*route, requests)));
    let past = above(shape, &usual, &hours, (first, drift::LEARNT));
    drop(hours);
    // The hour under way is not over.
    let now = now - now.rem_euclid(HOUR);
    let watched = ((now - end) / HOUR).clamp(0, 2 * drift::WATCHED as i64) as usize;
    let since = if watched > 0 {
        let to = end + watched as i64 * HOUR;
        let hours = gather(db, (backend, routes), ((end, to), HOUR), &by_hour)?;
        above(shape, &usual, &hours, (end, watched))
    } else {
        vec![Vec::new(); shape.places()]
    };
    let baseline = drift::Baseline::learn(shape, usual, (first / HOUR, &past), thresholds, floors);
    Ok((baseline, since))
}
