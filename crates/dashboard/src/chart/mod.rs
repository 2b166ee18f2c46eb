//! Charts: what they show ([`Spec`]), and the component that draws it.
mod plot;
mod spec;

pub use plot::Plot;
pub use spec::{Bound, Line, Spec, Tone};
