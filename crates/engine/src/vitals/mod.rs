//! Web vitals from performance entries, as Chrome's web-vitals library (version 6) defines them.
//!
//! A [`PageView`] is told what the browser's performance entries say, in numbers, and when the page is
//! hidden or shown again; it says what to report. A [`Reporter`] stands for one listener, and leaves out
//! what it was told already.
mod cls;
mod inp;
mod lcp;
mod metric;
mod navigation;
mod page;
mod report;

pub use metric::{Metric, Rating};
pub use navigation::Navigation;
pub use page::{Arrival, Event, PageView, Shift};
pub use report::{Report, Reporter};
