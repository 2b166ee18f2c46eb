//! `GET /api/vitals`: web vitals. Open page views, which may still report, are read one by one, and ended ones from folded
//! histograms. Both are added to the same figures.
use std::collections::HashMap;

use rusqlite::{Connection, named_params};
use whippet_api::{Cause, Line, Page, Part, Unit, Vital, Vitals};
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;

use super::filter::{Filter, MATCHES, NavigationFilter, names};
use super::steps::Steps;
use crate::kind::{Kind, OTHER};
use crate::minute_buckets::{self, Detail};
use crate::phases;
use crate::time::MINUTE;
use crate::views::{self, Values};

const METRICS: usize = Metric::ALL.len();
/// The percentile that web.dev's thresholds apply to.
const P75: f64 = 0.75;
/// The most pages in the report.
const MOST: usize = 200;

/// The most causes of each kind that are listed with a metric.
const CAUSES: usize = 5;

/// The vitals of the window.
pub fn vitals(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Vitals> {
    let read = WindowVitals::read(connection, steps, filter)?;
    let names = names(connection, Kind::Page)?;
    let [selectors, urls, states] =
        [Kind::Element, Kind::Url, Kind::State].map(|kind| self::names(connection, kind));
    let (selectors, urls, states) = (selectors?, urls?, states?);
    let metrics = Metric::ALL.iter().zip(read.metrics);
    let metrics = metrics.map(|(metric, values)| {
        let [elements, urls, states] =
            [&selectors, &urls, &states].map(|names| causes(&values.causes, names));
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

/// The 75th percentile of each vital over the window, and how many page views have the vital.
pub fn p75(
    connection: &Connection,
    steps: &Steps,
    filter: &Filter,
) -> rusqlite::Result<[(Option<f64>, u64); METRICS]> {
    let read = WindowVitals::read(connection, steps, filter)?;
    Ok(std::array::from_fn(|place| {
        let whole = &read.metrics[place].whole;
        (whole.quantile(Metric::ALL[place], P75), whole.histogram.count())
    }))
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
        ratings: values.whole.ratings.map(|count| count.max(0) as u64),
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

/// The causes among `names`, the highest sum of values first.
fn causes(found: &HashMap<i64, StoredHistogram>, names: &HashMap<i64, String>) -> Vec<Cause> {
    // Elements of different applications may have the same selector.
    let mut merged: HashMap<&str, StoredHistogram> = HashMap::new();
    for (id, histogram) in found {
        let Some(name) = names.get(id) else { continue };
        minute_buckets::merge(merged.entry(name).or_default(), histogram);
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

/// Whether a page view that began this way counts. A soft navigation waits for no server and paints no document: without a
/// filter it counts for INP and CLS only, as its loading times, which are near 0, would make documents look fast.
fn wanted(filter: &Filter, metric: Metric, soft: bool) -> bool {
    match filter.navigation {
        Some(NavigationFilter::Soft) => soft,
        Some(NavigationFilter::Document) => !soft,
        None => !soft || matches!(metric, Metric::Inp | Metric::Cls),
    }
}

/// The metric of a folded row, if such page views count.
fn folded(filter: &Filter, place: i64) -> Option<Metric> {
    let (metric, soft) = views::folded(place)?;
    wanted(filter, metric, soft).then_some(metric)
}

struct OneMetric {
    whole: Values,
    steps: Vec<Values>,
    causes: HashMap<i64, StoredHistogram>,
    /// The phases, in the order of [`phases::names`].
    parts: Vec<StoredHistogram>,
}

#[derive(Default)]
struct OnePage {
    views: u64,
    values: [Values; METRICS],
}

impl OnePage {
    fn merge(&mut self, other: &Self) {
        self.views += other.views;
        for (values, other) in self.values.iter_mut().zip(&other.values) {
            values.merge(other);
        }
    }
}

/// All vitals of a window, by metric and by page.
struct WindowVitals {
    metrics: [OneMetric; METRICS],
    pages: HashMap<i64, OnePage>,
}

impl WindowVitals {
    fn read(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Self> {
        let empty = |place: usize| OneMetric {
            whole: Values::default(),
            steps: vec![Values::default(); steps.ends.len()],
            causes: HashMap::new(),
            parts: vec![StoredHistogram::new(); phases::names(Metric::ALL[place]).len()],
        };
        let mut read = Self { metrics: std::array::from_fn(empty), pages: HashMap::new() };
        read.read_views(connection, steps, filter)?;
        read.read_open(connection, steps, filter)?;
        read.read_folded(connection, steps, filter)?;
        for detail in [Detail::Causes, Detail::Parts] {
            read.read_details(connection, steps, filter, detail)?;
        }
        if filter.navigation.is_some() {
            // Folded page views are not counted by navigation: the views with the most frequent vital stand for all.
            for page in read.pages.values_mut() {
                page.views = page.values.iter().map(|values| values.histogram.count()).max().unwrap_or(0);
            }
            read.pages.retain(|_, page| page.views > 0);
        }
        Ok(read)
    }

    fn read_views(
        &mut self,
        connection: &Connection,
        steps: &Steps,
        filter: &Filter,
    ) -> rusqlite::Result<()> {
        let (from, to) = steps.bounds(MINUTE);
        let mut statement = connection.prepare_cached(&format!(
            "SELECT page, sum(weight) FROM views
             WHERE folded = 0 AND minute > :from AND minute <= :to AND {MATCHES} GROUP BY page
             UNION ALL SELECT page, sum(views) FROM page_views
             WHERE minute > :from AND minute <= :to AND {MATCHES} GROUP BY page"
        ))?;
        let mut rows = statement.query(named_params! {
            ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
        })?;
        while let Some(row) = rows.next()? {
            self.pages.entry(row.get(0)?).or_default().views += row.get::<_, i64>(1)?.max(0) as u64;
        }
        Ok(())
    }

    fn read_open(&mut self, connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<()> {
        let (from, to) = steps.bounds(MINUTE);
        let mut statement = connection.prepare_cached(&format!(
            "SELECT minute, page, metric, value, weight, element, url, state, parts, navigation FROM views JOIN measures ON measures.view = views.id
             WHERE folded = 0 AND minute > :from AND minute <= :to AND {MATCHES}"
        ))?;
        let mut rows = statement.query(named_params! {
            ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
        })?;
        while let Some(row) = rows.next()? {
            let (place, value): (i64, f64) = (row.get(2)?, row.get(3)?);
            let Some(metric) = views::metric(place) else { continue };
            if !wanted(filter, metric, views::is_soft(row.get(9)?)) {
                continue;
            }
            let weight = row.get::<_, i64>(4)?.max(0) as u64;
            let index = metric as usize;
            let found = &mut self.metrics[index];
            found.whole.record(metric, value, weight);
            found.steps[steps.place(row.get(0)?)].record(metric, value, weight);
            self.pages.entry(row.get(1)?).or_default().values[index].record(metric, value, weight);
            for cause in views::causes(row, 5)? {
                found.causes.entry(cause).or_default().record_many(value, weight);
            }
            for (part, ms) in phases::read(row.get_ref(8)?.as_str()?) {
                if let Some(values) = found.parts.get_mut(part) {
                    values.record_many(ms, weight);
                }
            }
        }
        Ok(())
    }

    fn read_details(
        &mut self,
        connection: &Connection,
        steps: &Steps,
        filter: &Filter,
        detail: Detail,
    ) -> rusqlite::Result<()> {
        let (from, to) = steps.bounds(MINUTE);
        let (table, column) = detail.table();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT metric, {column}, histogram FROM {table}
             WHERE minute > :from AND minute <= :to AND {MATCHES}"
        ))?;
        let mut rows = statement.query(named_params! {
            ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
        })?;
        while let Some(row) = rows.next()? {
            let Some(metric) = folded(filter, row.get(0)?) else { continue };
            let found = &mut self.metrics[metric as usize];
            let which: i64 = row.get(1)?;
            let held = match detail {
                Detail::Causes => Some(found.causes.entry(which).or_default()),
                Detail::Parts => usize::try_from(which).ok().and_then(|place| found.parts.get_mut(place)),
            };
            if let Some(held) = held {
                minute_buckets::merge_bytes(held, row.get_ref(2)?.as_blob()?);
            }
        }
        Ok(())
    }

    fn read_folded(
        &mut self,
        connection: &Connection,
        steps: &Steps,
        filter: &Filter,
    ) -> rusqlite::Result<()> {
        let (from, to) = steps.bounds(MINUTE);
        let mut statement = connection.prepare_cached(&format!(
            "SELECT minute, page, metric, good, fair, poor, histogram FROM vitals
             WHERE minute > :from AND minute <= :to AND {MATCHES}"
        ))?;
        let mut rows = statement.query(named_params! {
            ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
        })?;
        while let Some(row) = rows.next()? {
            let Some(metric) = folded(filter, row.get(2)?) else { continue };
            let index = metric as usize;
            let mut held = Values { ratings: [row.get(3)?, row.get(4)?, row.get(5)?], ..Values::default() };
            minute_buckets::merge_bytes(&mut held.histogram, row.get_ref(6)?.as_blob()?);
            self.metrics[index].whole.merge(&held);
            self.metrics[index].steps[steps.place(row.get(0)?)].merge(&held);
            self.pages.entry(row.get(1)?).or_default().values[index].merge(&held);
        }
        Ok(())
    }
}
