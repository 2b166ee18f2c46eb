//! `GET /api/vitals`: what browsers measured. Page views that may still report are read one by one, those
//! that have ended from their folded histograms; both are added up to the same figures.
use std::collections::HashMap;

use rusqlite::{Connection, named_params};
use whippet_api::{Chart, Line, Page, Unit, Vital, Vitals};
use whippet_engine::stats::Histogram;
use whippet_engine::vitals::Metric;

use super::steps::Steps;
use super::{Filter, MATCHES, names};
use crate::store::views::{self, Values};
use crate::store::{Kind, MINUTE, buckets};

const METRICS: usize = Metric::ALL.len();
/// What web.dev's thresholds are meant for.
const P75: f64 = 0.75;
/// More pages are not listed.
const MOST: usize = 200;

/// The vitals of the window.
pub fn vitals(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Vitals> {
    let found = Found::read(connection, steps, filter)?;
    let names = names(connection, Kind::Page)?;
    let metrics = Metric::ALL.iter().zip(found.metrics).map(|(metric, values)| vital(*metric, values, steps));
    // Pages of different applications may have the same name.
    let mut pages: HashMap<&str, OnePage> = HashMap::new();
    for (id, page) in found.pages {
        pages.entry(names.get(&id).map_or("", String::as_str)).or_default().merge(&page);
    }
    let mut pages: Vec<Page> = pages
        .into_iter()
        .map(|(name, page)| Page {
            page: name.to_owned(),
            views: page.views,
            p75: page.values.iter().map(|histogram| histogram.quantile(P75)).collect(),
        })
        .collect();
    pages.sort_by(|a, b| b.views.cmp(&a.views).then_with(|| a.page.cmp(&b.page)));
    pages.truncate(MOST);
    Ok(Vitals { metrics: metrics.collect(), pages })
}

/// The 75th percentile of each vital over the window.
pub fn p75(
    connection: &Connection,
    steps: &Steps,
    filter: &Filter,
) -> rusqlite::Result<[Option<f64>; METRICS]> {
    let found = Found::read(connection, steps, filter)?;
    Ok(found.metrics.map(|metric| metric.whole.histogram.quantile(P75)))
}

fn vital(metric: Metric, values: OneMetric, steps: &Steps) -> Vital {
    let (good, poor) = metric.thresholds();
    let points = values.steps.iter().map(|histogram| histogram.quantile(P75)).collect();
    Vital {
        name: metric.as_str().to_owned(),
        unit: if metric == Metric::Cls { Unit::Number } else { Unit::Ms },
        count: values.whole.histogram.count(),
        p75: values.whole.histogram.quantile(P75),
        good,
        poor,
        ratings: values.whole.ratings.map(|count| count.max(0) as u64),
        chart: Chart {
            times: steps.ends.clone(),
            lines: vec![Line { name: "p75".to_owned(), values: points }],
        },
    }
}

struct OneMetric {
    whole: Values,
    steps: Vec<Histogram>,
}

#[derive(Default)]
struct OnePage {
    views: u64,
    values: [Histogram; METRICS],
}

impl OnePage {
    fn merge(&mut self, other: &Self) {
        self.views += other.views;
        for (values, other) in self.values.iter_mut().zip(&other.values) {
            buckets::merge(values, other);
        }
    }
}

struct Found {
    metrics: [OneMetric; METRICS],
    pages: HashMap<i64, OnePage>,
}

impl Found {
    fn read(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Self> {
        let empty =
            |_| OneMetric { whole: Values::default(), steps: vec![Histogram::new(); steps.ends.len()] };
        let mut found = Self { metrics: std::array::from_fn(empty), pages: HashMap::new() };
        found.read_views(connection, steps, filter)?;
        found.read_open(connection, steps, filter)?;
        found.read_folded(connection, steps, filter)?;
        Ok(found)
    }

    fn read_views(
        &mut self,
        connection: &Connection,
        steps: &Steps,
        filter: &Filter,
    ) -> rusqlite::Result<()> {
        let (from, to) = steps.bounds(MINUTE);
        let mut statement = connection.prepare_cached(&format!(
            "SELECT page, count(*) FROM views
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
            "SELECT minute, page, metric, value FROM views JOIN measures ON measures.view = views.id
             WHERE folded = 0 AND minute > :from AND minute <= :to AND {MATCHES}"
        ))?;
        let mut rows = statement.query(named_params! {
            ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
        })?;
        while let Some(row) = rows.next()? {
            let (place, value): (i64, f64) = (row.get(2)?, row.get(3)?);
            let Some(metric) = views::metric(place) else { continue };
            let index = metric as usize;
            self.metrics[index].whole.record(metric, value);
            self.metrics[index].steps[steps.place(row.get(0)?)].record(value);
            self.pages.entry(row.get(1)?).or_default().values[index].record(value);
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
            let Some(metric) = views::metric(row.get(2)?) else { continue };
            let index = metric as usize;
            let mut held = Histogram::new();
            buckets::merge_bytes(&mut held, row.get_ref(6)?.as_blob()?);
            let whole = &mut self.metrics[index].whole;
            for (rating, count) in
                whole.ratings.iter_mut().zip([row.get::<_, i64>(3)?, row.get(4)?, row.get(5)?])
            {
                *rating += count;
            }
            buckets::merge(&mut whole.histogram, &held);
            buckets::merge(&mut self.metrics[index].steps[steps.place(row.get(0)?)], &held);
            buckets::merge(&mut self.pages.entry(row.get(1)?).or_default().values[index], &held);
        }
        Ok(())
    }
}
