//! What watching releases needs: what was usual before, and the hours since.
use std::collections::{BTreeMap, HashMap};

use whippet_engine::beacon::Device;
use whippet_engine::stats::StoredHistogram;
use whippet_watch::regressions::drift;
use whippet_watch::regressions::sequential::Stratum;
use whippet_watch::regressions::usual::{ABOVE, Usual};
use whippet_watch::regressions::watch::{Before, Hour, Shape};

use super::super::filter::Filter;
use super::super::split_by::SplitBy;
use super::super::vitals_window::{METRICS, values};
use super::reading::{At, Reading, Span};
use crate::cells::{Cell, Level, Page, Vitals, WHOLE};
use crate::database::{Database, Result};
use crate::dimension::Dimension;
use crate::time::{DAY, HOUR};

/// Over how long before a release what is usual is learnt, ms.
pub const LEARNT: i64 = 7 * DAY;
/// Over how long before it the dispersion is measured, ms.
pub const DISPERSION: i64 = 3 * DAY;
/// Classes of devices.
const DEVICES: usize = Device::ALL.len();

/// A release, and the one that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The application.
    pub app: String,
    /// The number of the new release's name.
    pub new: i64,
    /// That of the old one's.
    pub old: i64,
    /// When the new one was first seen, ms since the epoch.
    pub first: i64,
}

/// The pages that are watched, by number; in the order of their page views.
pub type Pages = Vec<(i64, String)>;

/// An hour of both releases.
#[derive(Clone, Debug)]
pub struct HourOfReleases {
    /// Its beginning, ms since the epoch.
    pub begin: i64,
    /// What was seen.
    pub seen: Hour,
}

/// The pages with the most page views in a span.
pub fn most_viewed(db: &dyn Database, app: &str, (from, to): (i64, i64), most: usize) -> Result<Pages> {
    let reading = Reading::new(db, app)?;
    let mut views: HashMap<i64, u64> = HashMap::new();
    let by = SplitBy::One(Dimension::Device);
    reading.each(by, Page::All, (from, to, Level::Day), &mut |at, vitals, _| {
        *views.entry(at.page).or_default() += vitals.views;
    })?;
    let mut pages: Vec<(i64, u64)> =
        views.into_iter().filter(|(page, _)| reading.pages.contains_key(page)).collect();
    pages.sort_by_key(|(page, views)| (std::cmp::Reverse(*views), *page));
    pages.truncate(most);
    Ok(pages.into_iter().map(|(page, _)| (page, reading.page(page).to_owned())).collect())
}

fn shape(pages: usize) -> Shape {
    Shape { pages, metrics: METRICS, devices: DEVICES }
}

/// Page views by place of the page and class of device, of one bucket or of several together.
type Vitalities = HashMap<(usize, usize), Vitals>;

/// Gathers vitals by bucket, page and device, of the releases that `chosen` names.
fn gather<K: Ord>(
    reading: &Reading<'_>,
    (by, pages): (SplitBy, &Pages),
    span: Span,
    chosen: &dyn Fn(&At) -> Option<(K, i64)>,
) -> Result<BTreeMap<K, Vitalities>> {
    let numbers: Vec<i64> = pages.iter().map(|page| page.0).collect();
    let places: HashMap<i64, usize> =
        numbers.iter().enumerate().map(|(place, page)| (*page, place)).collect();
    let mut found: BTreeMap<K, Vitalities> = BTreeMap::new();
    reading.each(by, Page::These(&numbers), span, &mut |at, vitals, _| {
        let Some((key, device)) = chosen(&at) else { return };
        let (Some(page), Ok(device)) = (places.get(&at.page), usize::try_from(device)) else { return };
        if device < DEVICES {
            found.entry(key).or_default().entry((*page, device)).or_default().merge(vitals);
        }
    })?;
    Ok(found)
}

/// By metric; soft navigations count as in all reports.
fn histograms(vitals: &Vitals) -> [StoredHistogram; METRICS] {
    values(vitals, &Filter::default()).map(|values| values.histogram)
}

fn usual(shape: Shape, vitalities: &Vitalities) -> Vec<Option<Usual>> {
    let mut usual = vec![None; shape.places()];
    for ((page, device), vitals) in vitalities {
        for (metric, histogram) in histograms(vitals).iter().enumerate() {
            usual[shape.place(*page, metric, *device)] = Usual::new(histogram);
        }
    }
    usual
}

/// How many values of each hour are above the usual p75, by place.
fn above(
    shape: Shape,
    usual: &[Option<Usual>],
    hours: &BTreeMap<i64, Vitalities>,
    (first, count): (i64, usize),
) -> Vec<Vec<drift::Above>> {
    let mut all = vec![vec![(0.0, 0.0); count]; shape.places()];
    for (hour, vitalities) in hours {
        let Some(at) = usize::try_from((hour - first) / HOUR).ok().filter(|at| *at < count) else { continue };
        for ((page, device), vitals) in vitalities {
            for (metric, histogram) in histograms(vitals).iter().enumerate() {
                let place = shape.place(*page, metric, *device);
                if let Some(usual) = &usual[place] {
                    let counts = usual.count(histogram);
                    all[place][at] = (counts[ABOVE..].iter().sum(), counts.iter().sum());
                }
            }
        }
    }
    all
}

/// What was usual of the old release on these pages before the new one came.
pub fn before(db: &dyn Database, pair: &Pair, pages: &Pages) -> Result<Before> {
    let reading = Reading::new(db, &pair.app)?;
    let shape = shape(pages.len());
    let by = (SplitBy::ReleaseAndDevice, pages);
    let until = pair.first - 1;
    let old = |at: &At| (at.key.value == pair.old).then_some(at.key.device);
    let week = (pair.first - LEARNT, until, Level::Day);
    let all = gather(&reading, by, week, &|at| old(at).map(|device| ((), device)))?;
    let usual = usual(shape, all.get(&()).unwrap_or(&Vitalities::default()));
    let first = Level::Hour.bucket(pair.first - DISPERSION);
    let hours = gather(&reading, by, (first, until, Level::Hour), &|at| {
        old(at).map(|device| (Level::Hour.bucket(at.time), device))
    })?;
    let count = ((pair.first - first) / HOUR) as usize;
    Ok(Before::new(shape, usual.clone(), &above(shape, &usual, &hours, (first, count))))
}

/// The hours of both releases from `from` to `to`, the one under way included; none is left out between them.
pub fn hours(
    db: &dyn Database,
    pair: &Pair,
    (pages, before): (&Pages, &Before),
    (from, to): (i64, i64),
) -> Result<Vec<HourOfReleases>> {
    let reading = Reading::new(db, &pair.app)?;
    let begin = Level::Hour.bucket(from);
    let count = usize::try_from((to - begin) / HOUR + 1).unwrap_or_default();
    let empty = |place: usize| HourOfReleases {
        begin: begin + place as i64 * HOUR,
        seen: Hour { strata: vec![Stratum::default(); before.shape.places()], ..Hour::default() },
    };
    let mut all: Vec<HourOfReleases> = (0..count).map(empty).collect();
    let place = |time: i64| usize::try_from((time - begin) / HOUR).ok().filter(|place| *place < count);
    let span = (begin, to, Level::Hour);
    reading.each(SplitBy::One(Dimension::Release), Page::Whole, span, &mut |at, vitals, _| {
        debug_assert_eq!(at.page, WHOLE);
        if let Some(hour) = place(at.time).map(|place| &mut all[place].seen) {
            hour.all += vitals.views as f64;
            if at.key.value == pair.new {
                hour.new += vitals.views as f64;
            }
        }
    })?;
    let found = gather(&reading, (SplitBy::ReleaseAndDevice, pages), span, &|at| {
        let is_new = at.key.value == pair.new;
        (is_new || at.key.value == pair.old).then_some(((Level::Hour.bucket(at.time), is_new), at.key.device))
    })?;
    for ((time, is_new), vitalities) in &found {
        let Some(hour) = place(*time).map(|place| &mut all[place].seen) else { continue };
        for ((page, device), vitals) in vitalities {
            for (metric, histogram) in histograms(vitals).iter().enumerate() {
                let at = before.shape.place(*page, metric, *device);
                if let Some(usual) = &before.usual[at] {
                    let counts = usual.count(histogram);
                    *(if *is_new { &mut hour.strata[at].new } else { &mut hour.strata[at].old }) = counts;
                }
            }
        }
    }
    Ok(all)
}

/// What drift needs: what was usual over four weeks, and the counts of the hours after that. `first` is when the four weeks begin.
pub fn drift(
    db: &dyn Database,
    (app, pages): (&str, &Pages),
    (first, now): (i64, i64),
    (thresholds, floors): (Vec<f64>, Vec<f64>),
) -> Result<(drift::Baseline, Vec<Vec<drift::Above>>)> {
    let reading = Reading::new(db, app)?;
    let shape = shape(pages.len());
    let by = (SplitBy::One(Dimension::Device), pages);
    let first = Level::Hour.bucket(first);
    let end = first + drift::LEARNT as i64 * HOUR;
    let all = gather(&reading, by, (first, end - 1, Level::Day), &|at| Some(((), at.key.value)))?;
    let usual = usual(shape, all.get(&()).unwrap_or(&Vitalities::default()));
    let by_hour = |at: &At| Some((Level::Hour.bucket(at.time), at.key.value));
    let hours = gather(&reading, by, (first, end - 1, Level::Hour), &by_hour)?;
    let past = above(shape, &usual, &hours, (first, drift::LEARNT));
    drop(hours);
    // The hour under way is not over.
    let watched = ((Level::Hour.bucket(now) - end) / HOUR).clamp(0, 2 * drift::WATCHED as i64) as usize;
    let since = if watched > 0 {
        let to = end + watched as i64 * HOUR - 1;
        above(shape, &usual, &gather(&reading, by, (end, to, Level::Hour), &by_hour)?, (end, watched))
    } else {
        vec![Vec::new(); shape.places()]
    };
    let baseline = drift::Baseline::learn(shape, usual, (first / HOUR, &past), thresholds, floors);
    Ok((baseline, since))
}
