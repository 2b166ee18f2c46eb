//! Charts: the description of a chart ([`ChartSpec`]), and the component that draws it.
mod chart_spec;
mod plot;

pub use chart_spec::{Bound, ChartSpec, Line, Tone};
pub use plot::Plot;
