//! What a store has kept of every vital and every timing, histogram by histogram, so that all percentiles can be compared; and of
//! every error, its count.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use whippet_engine::stats::StoredHistogram;
use whippet_store::cells::{
    Errors, Histograms, Level, Page, Section, Selection, Vitals, WHOLE, merge_histogram, read,
};
use whippet_store::database::{self, Database};
use whippet_store::{Options, Store, StoreMetrics};

/// How long after its last beacon a page view has ended for sure, ms.
const ENDED: i64 = 8 * 60 * 60 * 1000;

/// The shares whose values are compared.
const SHARES: [f64; 4] = [0.5, 0.75, 0.95, 0.99];

/// By application, page, and vital or timing.
pub type Figures = BTreeMap<String, Figure>;

/// What is known of one of them.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    histogram: StoredHistogram,
    /// How many were good, fair and poor, exactly; or how many were slow.
    exact: [u64; 3],
}

impl Figure {
    fn add(&mut self, histogram: &StoredHistogram, exact: [u64; 3]) {
        merge_histogram(&mut self.histogram, histogram);
        for (sum, more) in self.exact.iter_mut().zip(exact) {
            *sum += more;
        }
    }

    /// p50, p75, p95 and p99.
    fn percentiles(&self) -> [Option<f64>; 4] {
        SHARES.map(|share| self.histogram.quantile(share))
    }

    /// Whether percentiles and counts are the same.
    fn is(&self, other: &Self) -> bool {
        self.percentiles() == other.percentiles()
            && self.histogram.count() == other.histogram.count()
            && self.exact == other.exact
    }

    /// The smallest and the largest value.
    fn ends(&self) -> [Option<f64>; 2] {
        [0.0, 1.0].map(|share| self.histogram.quantile(share))
    }
}

/// Opens a store that no collector uses, and ends its page views, which were the last at `now`.
///
/// # Errors
/// Where it cannot be read.
pub fn figures(options: Options, now: i64) -> Result<Figures> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Arc::new(Store::open(options, Arc::new(StoreMetrics::default()))?);
        store.sweep(now + ENDED).await?;
        let figures = store.read_database("figures", |database| all(database)).await?;
        store.close().await;
        Ok(figures)
    })
}

fn all(database: &dyn Database) -> database::Result<Figures> {
    let names = database.query_map("SELECT id, name FROM names", &[], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
    })?;
    let names: BTreeMap<i64, String> = names.into_iter().collect();
    let name = |number: i64| names.get(&number).map_or("?", String::as_str);
    let fingerprints = database.query_map("SELECT id, fingerprint FROM errors", &[], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
    })?;
    let fingerprints: BTreeMap<i64, String> = fingerprints.into_iter().collect();
    let mut figures = Figures::new();
    for pages in [Page::Whole, Page::All] {
        let selection = Selection { from: 0, to: i64::MAX - 1, coarsest: Level::Day, apps: None, pages };
        let place = |app: i64, page: i64| {
            let page = if page == WHOLE { "(all pages)" } else { name(page) };
            format!("{} {page}", name(app))
        };
        read::<Vitals>(database, Section::Vitals, &selection, |bucket, vitals| {
            for (measured, values) in vitals.metrics() {
                let kind = if measured.soft { " (soft)" } else { "" };
                let key = format!("{} {}{kind}", place(bucket.app, bucket.page), measured.metric.as_str());
                figures.entry(key).or_default().add(&values.histogram, values.ratings);
            }
        })?;
        read::<Histograms>(database, Section::Histograms, &selection, |bucket, histograms| {
            for (number, timings) in &histograms.0 {
                let key = format!("{} {}", place(bucket.app, bucket.page), name(*number));
                figures.entry(key).or_default().add(&timings.histogram, [timings.slow, 0, 0]);
            }
        })?;
        read::<Errors>(database, Section::Errors, &selection, |bucket, errors| {
            for (number, error) in &errors.0 {
                let error_name = fingerprints.get(number).map_or("?", String::as_str);
                let key = format!("{} error {error_name:?}", place(bucket.app, bucket.page));
                figures.entry(key).or_default().add(&StoredHistogram::default(), [error.count, 0, 0]);
            }
        })?;
    }
    Ok(figures)
}

/// How two stores differ.
pub struct Differences {
    /// Figures with other percentiles or counts, with those of both.
    pub percentiles: Vec<String>,
    /// How many have the same, and only another smallest or largest value: a value that a page view withdrew may have been it.
    pub ends: usize,
    /// How many figures were compared.
    pub compared: usize,
}

/// Compares them figure by figure.
pub fn differences(expected: &Figures, found: &Figures) -> Differences {
    let none = Figure::default();
    let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let mut differences = Differences { percentiles: Vec::new(), ends: 0, compared: keys.len() };
    for key in keys {
        let [one, other] = [expected, found].map(|figures| figures.get(key).unwrap_or(&none));
        if !one.is(other) {
            let [one, other] =
                [one, other].map(|figure| format!("{:?} {:?}", figure.percentiles(), figure.exact));
            differences.percentiles.push(format!("{key}: {one} is not {other}"));
        } else if one.ends() != other.ends() {
            differences.ends += 1;
        }
    }
    differences
}
