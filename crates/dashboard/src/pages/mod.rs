//! The pages.
mod backend;
mod breakdowns;
mod cache;
mod custom;
mod distributions;
mod errors;
mod loading;
mod losses;
mod overview;
mod vitals;

pub use backend::Backend;
pub use cache::Cache;
pub use custom::Custom;
pub use errors::Errors;
pub use loading::Loading;
pub use overview::Overview;
pub use vitals::Vitals;

use crate::chart::{Spec, Tone};
use crate::data::Answer;
use leptos::prelude::*;
use whippet_api::{Chart, Unit, Vitals as Measured};

/// What a chart shows of an answer; `None` until there is one.
fn spec<T: 'static>(
    answer: Answer<T>,
    unit: Unit,
    pick: impl Fn(&T) -> &Chart + Send + Sync + 'static,
    finish: impl Fn(Spec, &T) -> Spec + Send + Sync + 'static,
) -> Signal<Option<Spec>> {
    Memo::new(move |_| {
        let windowed = answer.data.get()?;
        Some(finish(Spec::new(pick(&windowed.answer), &windowed.range, unit), &windowed.answer))
    })
    .into()
}

/// A chart as it comes, with nothing added.
fn plain<T: 'static>(
    answer: Answer<T>,
    unit: Unit,
    pick: impl Fn(&T) -> &Chart + Send + Sync + 'static,
) -> Signal<Option<Spec>> {
    spec(answer, unit, pick, |spec, _| spec)
}

/// A chart of nothing.
static NO_CHART: Chart = Chart { times: Vec::new(), lines: Vec::new(), unfinished: false };

/// The trend of the vital at `index`, in the order of [`Measured::metrics`].
fn trend(vitals: &Measured, index: usize) -> &Chart {
    vitals.metrics.get(index).map_or(&NO_CHART, |vital| &vital.chart)
}

/// With the bounds of what is good and what is poor.
fn held_against(spec: Spec, vitals: &Measured, index: usize) -> Spec {
    match vitals.metrics.get(index) {
        Some(vital) => spec.bound(vital.good, Tone::Good).bound(vital.poor, Tone::Poor),
        None => spec,
    }
}
