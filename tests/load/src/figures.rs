//! What a store has kept of every vital and every timing, histogram by histogram: so that all percentiles can be compared.
use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use whippet_engine::stats::StoredHistogram;
use whippet_store::cells::{
    Histograms, Level, Page, Section, Selection, Vitals, WHOLE, merge_histogram, read,
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

    /// Everything but the sum, whose last digits depend on the order of addition.
    fn is(&self, other: &Self) -> bool {
        let ends = |figure: &Self| [0.0, 1.0].map(|share| figure.histogram.quantile(share));
        self.percentiles() == other.percentiles()
            && ends(self) == ends(other)
            && self.histogram.count() == other.histogram.count()
            && self.exact == other.exact
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
    }
    Ok(figures)
}

/// The figures that differ, with both sides' percentiles.
pub fn differences(expected: &Figures, found: &Figures) -> Vec<String> {
    let none = Figure::default();
    let mut keys: Vec<&String> = expected.keys().chain(found.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let of = |figures: &Figures, key: &str| figures.get(key).cloned().unwrap_or_else(|| none.clone());
    let differ = keys.into_iter().filter_map(|key| {
        let (one, other) = (of(expected, key), of(found, key));
        let text = || format!("{key}: {:?} is not {:?}", one.percentiles(), other.percentiles());
        (!one.is(&other)).then(text)
    });
    differ.take(10).collect()
}
