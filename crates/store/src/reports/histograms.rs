//! The histograms that pages send.
use std::collections::BTreeMap;

use whippet_engine::stats::StoredHistogram;

use super::filter::{Filter, names};
use super::steps::Steps;
use super::window::Window;
use crate::cells::{self, Histograms, Section, Timings};
use crate::database::{Database, Result};
use crate::kind::{Kind, OTHER};
use crate::page_loads::{PAGE_LOADS, PageLoads};

/// Durations of queries' fetches, ms.
pub const FETCHES: &str = "query.fetch";

/// The histogram called `name` for each step.
pub fn histograms(
    db: &dyn Database,
    steps: &Steps,
    filter: &Filter,
    name: &str,
) -> Result<Vec<StoredHistogram>> {
    let names = names(db, Kind::Histogram)?;
    let sums: Vec<Histograms> = Window::new(db, steps, filter)?.by_step(Section::Histograms, steps)?;
    let one = |sum: Histograms| {
        let mut merged = StoredHistogram::new();
        let called = sum.0.iter().filter(|entry| names.get(entry.0).is_some_and(|known| known == name));
        called.for_each(|(_, timings)| cells::merge_histogram(&mut merged, &timings.histogram));
        merged
    };
    Ok(sums.into_iter().map(one).collect())
}

/// All histograms over the whole window, by name.
pub fn by_name(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<BTreeMap<String, Timings>> {
    let names = names(db, Kind::Histogram)?;
    let total: Histograms = Window::new(db, steps, filter)?.total(Section::Histograms)?;
    // Those of different applications may have the same name.
    let mut histograms: BTreeMap<String, Timings> = BTreeMap::new();
    for (name, timings) in &total.0 {
        let name = names.get(name).map_or(OTHER, String::as_str);
        histograms.entry(name.to_owned()).or_default().merge(timings);
    }
    Ok(histograms)
}

/// The page loads among the histograms of [`by_name`].
pub fn page_loads(histograms: &BTreeMap<String, Timings>) -> PageLoads {
    histograms.get(PAGE_LOADS).map(PageLoads::from).unwrap_or_default()
}
