//! The pages.
mod backend;
mod cache;
mod errors;
mod overview;
mod vitals;

pub use backend::Backend;
pub use cache::Cache;
pub use errors::Errors;
pub use overview::Overview;
pub use vitals::Vitals;

use crate::chart::Spec;
use crate::data::Answer;
use leptos::prelude::*;
use whippet_api::{Chart, Unit};

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
