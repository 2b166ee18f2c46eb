//! `GET /api/vitals`: web vitals.
use std::collections::HashMap;

use whippet_api::{Cause, Line, Page, Part, Unit, Vital, Vitals};
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;

use super::filter::{Filter, names};
use super::steps::Steps;
use super::vitals_window::{OneMetric, OnePage, WindowVitals};
use crate::cells;
use crate::database::{Database, Result};
use crate::kind::{Kind, OTHER};
use crate::phases;

/// The percentile that web.dev's thresholds apply to.
const P75: f64 = 0.75;
/// The most pages in the report.
const MOST: usize = 200;

/// The most causes of each kind that are listed with a metric.
const CAUSES: usize = 5;

/// The vitals of the window.
pub fn vitals(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<Vitals> {
    let read = WindowVitals::read(db, steps, filter)?;
    let names = names(db, Kind::Page)?;
    let [selectors, urls, states] = [Kind::Element, Kind::Url, Kind::State].map(|kind| self::names(db, kind));
    let (selectors, urls, states) = (selectors?, urls?, states?);
    let metrics = Metric::ALL.iter().zip(read.metrics);
    let metrics = metrics.map(|(metric, values)| {
        let [elements, urls, states] =
            [(0, &selectors), (1, &urls), (2, &states)].map(|of| causes(&values.causes, of));
        Vital { elements, urls, states, ..vital(*metric, &values, steps) }
    });
    // Pages of different applications may have the same name.
    let mut pages: HashMap<&str, OnePage> = HashMap::new();
    for (id, page) in read.pages {
        pages.entry(names.get(&id).map_or(OTHER, String::as_str)).or_default().merge(&page);
    }
    let mut pages: Vec<Page> = pages
        .into_iter()
        .map(|(name, page)| Page {
            page: name.to_owned(),
            views: page.views,
            p75: Metric::ALL
                .iter()
                .zip(&page.values)
                .map(|(metric, values)| values.quantile(*metric, P75))
                .collect(),
        })
        .collect();
    pages.sort_by(|a, b| b.views.cmp(&a.views).then_with(|| a.page.cmp(&b.page)));
    pages.truncate(MOST);
    Ok(Vitals { metrics: metrics.collect(), pages })
}

fn vital(metric: Metric, values: &OneMetric, steps: &Steps) -> Vital {
    let (good, poor) = metric.thresholds();
    let points = values.steps.iter().map(|values| values.quantile(metric, P75)).collect();
    Vital {
        name: metric.as_str().to_owned(),
        unit: if metric == Metric::Cls { Unit::Number } else { Unit::Ms },
        count: values.whole.histogram.count(),
        p75: values.whole.quantile(metric, P75),
        good,
        poor,
        parts: part_times(metric, &values.parts),
        elements: Vec::new(),
        urls: Vec::new(),
        states: Vec::new(),
        ratings: values.whole.ratings,
        chart: steps.chart(vec![Line { name: "p75".to_owned(), values: points, ..Line::default() }]),
    }
}

/// The phases in the order of time; empty where no page view sent any.
fn part_times(metric: Metric, parts: &[StoredHistogram]) -> Vec<Part> {
    let part = |(name, histogram): (&&str, &StoredHistogram)| Part {
        name: (*name).to_owned(),
        p75: histogram.quantile(P75),
    };
    let is_known = parts.iter().any(|histogram| !histogram.is_empty());
    if is_known { phases::names(metric).iter().zip(parts).map(part).collect() } else { Vec::new() }
}

/// The causes of a kind, the highest sum of values first. One without a name was dropped.
fn causes(
    found: &HashMap<(u8, i64), StoredHistogram>,
    (kind, names): (u8, &HashMap<i64, String>),
) -> Vec<Cause> {
    // Elements of different applications may have the same selector.
    let mut merged: HashMap<&str, StoredHistogram> = HashMap::new();
    for ((_, id), histogram) in found.iter().filter(|((found, _), _)| *found == kind) {
        let name = names.get(id).map_or(OTHER, String::as_str);
        cells::merge_histogram(merged.entry(name).or_default(), histogram);
    }
    let mut merged: Vec<(&str, StoredHistogram)> = merged.into_iter().collect();
    merged.sort_by(|a, b| b.1.sum().total_cmp(&a.1.sum()).then_with(|| a.0.cmp(b.0)));
    let cause = |(name, histogram): (&str, StoredHistogram)| Cause {
        name: name.to_owned(),
        count: histogram.count(),
        p75: histogram.quantile(P75),
    };
    merged.into_iter().take(CAUSES).map(cause).collect()
}
