//! The pages.
mod alerts;
mod backend;
mod backend_errors;
mod breakdowns;
mod budgets;
mod cache;
mod custom;
mod distributions;
mod errors;
mod level_tile;
mod loading;
mod losses;
mod overview;
mod percentile;
mod releases;
mod slow_queries;
mod split_timing;
mod splits;
mod targets;
mod view_count;
mod vitals;

pub use alerts::Alerts;
pub use backend::Backend;
pub use cache::Cache;
pub use custom::Custom;
pub use errors::Errors;
pub use loading::Loading;
pub use overview::Overview;
pub use releases::Releases;
pub use vitals::Vitals;

use crate::chart::{ChartSpec, Tone};
use crate::data::ReportQuery;
use leptos::prelude::*;
use whippet_api::{Chart, Unit, Vitals as Measured};

/// A chart of a report; `None` until the report is loaded.
fn spec<T: Send + Sync + 'static>(
    answer: ReportQuery<T>,
    unit: Unit,
    pick: impl Fn(&T) -> &Chart + Send + Sync + 'static,
    finish: impl Fn(ChartSpec, &T) -> ChartSpec + Send + Sync + 'static,
) -> Signal<Option<ChartSpec>> {
    Memo::new(move |_| {
        let report = answer.data.get()?;
        Some(finish(ChartSpec::new(pick(&report.data), &report.range, unit), &report.data))
    })
    .into()
}

/// A chart without thresholds or other changes.
fn plain<T: Send + Sync + 'static>(
    answer: ReportQuery<T>,
    unit: Unit,
    pick: impl Fn(&T) -> &Chart + Send + Sync + 'static,
) -> Signal<Option<ChartSpec>> {
    spec(answer, unit, pick, |spec, _| spec)
}

/// A chart without lines.
static NO_CHART: Chart = Chart { times: Vec::new(), lines: Vec::new(), unfinished: false };

/// The chart of the vital at `index` of [`Measured::metrics`].
fn trend(vitals: &Measured, index: usize) -> &Chart {
    vitals.metrics.get(index).map_or(&NO_CHART, |vital| &vital.chart)
}

/// Adds the thresholds of the vital at `index`.
fn with_thresholds(spec: ChartSpec, vitals: &Measured, index: usize) -> ChartSpec {
    match vitals.metrics.get(index) {
        Some(vital) => spec.bound(vital.good, Tone::Good).bound(vital.poor, Tone::Poor),
        None => spec,
    }
}
