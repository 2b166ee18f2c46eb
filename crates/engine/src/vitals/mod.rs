//! Web vitals from performance entries, as Chrome's web-vitals library (version 6) defines them.
mod metric;
mod navigation;

pub use metric::{Metric, Rating};
pub use navigation::Navigation;
