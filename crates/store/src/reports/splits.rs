//! `GET /api/splits`: vitals, page loads and one of the application's own timings by what the page views have in common.
use std::collections::BTreeMap;

use whippet_api::{Quantiles, Split, SplitVital, Splits};
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;

use super::filter::{Filter, NavigationFilter, names};
use super::split_by::SplitBy;
use super::split_timings;
use super::steps::Steps;
use super::vitals_window::{values, views};
use super::window::Window;
use crate::cells::{self, Cell, Errors, Timings, Vitals};
use crate::database::{Database, Result};
use crate::kind::Kind;
use crate::page_loads::PageLoads;

/// The most values in a report: more than the bounds of releases and devices allow for one application.
const MOST: usize = 200;

/// The page views with one value. Releases of different applications may have the same name.
#[derive(Default)]
struct One {
    vitals: Vitals,
    loads: Timings,
    errors: Errors,
    timing: StoredHistogram,
}

/// The values of a dimension over the window: with one vital where `only` names it, and with the timing where `timing` does.
pub fn splits(
    db: &dyn Database,
    steps: &Steps,
    filter: &Filter,
    by: SplitBy,
    only: Option<Metric>,
    timing: Option<&str>,
) -> Result<Splits> {
    let window = Window::new(db, steps, filter)?;
    let releases = names(db, Kind::Release)?;
    let named = |key| by.name(key, &releases);
    let mut found: BTreeMap<(&str, Option<&str>), One> = BTreeMap::new();
    let total: cells::Split = window.total(by.section())?;
    for (key, part) in &total.0 {
        let one = found.entry(named(*key)).or_default();
        one.vitals.merge(&part.vitals);
        one.loads.merge(&part.loads);
        one.errors.merge(&part.errors);
    }
    window.each_waiting(&mut |view| {
        view.add_vitals(&mut found.entry(named(by.key(&view.origin))).or_default().vitals);
    })?;
    if let Some(name) = timing {
        for (key, histogram) in split_timings::by_key(db, &window, by, name)? {
            cells::merge_histogram(&mut found.entry(named(key)).or_default().timing, &histogram);
        }
    }
    // A route change loads no page: page loads are those of documents.
    let has_loads = filter.navigation != Some(NavigationFilter::Soft);
    let has_errors = by == SplitBy::One(crate::Dimension::Release);
    let split = |((value, device), one): ((&str, Option<&str>), One)| {
        let values = values(&one.vitals, filter);
        let vitals =
            Metric::ALL.into_iter().zip(&values).filter(|vital| only.is_none_or(|only| only == vital.0));
        let errors = one.errors.0.values().fold(0_u64, |sum, error| sum.saturating_add(error.count));
        Split {
            value: value.to_owned(),
            device: device.map(str::to_owned),
            views: views(one.vitals.views, &values, filter),
            metrics: vitals.map(|(metric, values)| vital(metric, values)).collect(),
            loads: loads(&one.loads).filter(|_| has_loads),
            errors: has_errors.then_some(errors),
            timing: timing.map(|_| quantiles(one.timing.count(), |q| one.timing.quantile(q))),
        }
    };
    let mut all: Vec<Split> = found.into_iter().map(split).filter(is_filled).collect();
    // They are sorted by name already.
    all.sort_by_key(|split| std::cmp::Reverse(split.views));
    let left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    Ok(Splits { by: by.label().to_owned(), values: all, left_out })
}

/// Whether anything is known of it. Of a kind of navigation that is not wanted nothing is.
fn is_filled(split: &Split) -> bool {
    split.views > 0
        || split.loads.is_some()
        || split.errors.is_some_and(|errors| errors > 0)
        || split.timing.is_some_and(|timing| timing.count > 0)
}

fn vital(metric: Metric, values: &cells::Values) -> SplitVital {
    let quantiles = quantiles(values.histogram.count(), |q| values.quantile(metric, q));
    SplitVital { name: metric.as_str().to_owned(), ratings: values.ratings, quantiles }
}

fn loads(timings: &Timings) -> Option<Quantiles> {
    let loads = PageLoads::from(timings);
    (!loads.histogram.is_empty()).then(|| quantiles(loads.histogram.count(), |q| loads.quantile(q)))
}

fn quantiles(count: u64, quantile: impl Fn(f64) -> Option<f64>) -> Quantiles {
    Quantiles { count, p50: quantile(0.5), p75: quantile(0.75), p95: quantile(0.95), p99: quantile(0.99) }
}
