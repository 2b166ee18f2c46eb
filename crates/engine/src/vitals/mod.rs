//! Web vitals from performance entries, as Chrome's web-vitals library (version 6) defines them.
//!
//! A [`PageView`] is told what the browser's performance entries say, in numbers, and when the page is
//! hidden or shown again; it says what to report. A [`Reporter`] stands for one listener, and leaves out
//! what it was told already. A [`Tracker`] is one metric for one listener, for hosts that keep the page's life
//! themselves.
mod cls;
mod count;
mod inp;
mod lcp;
mod metric;
mod navigation;
mod page;
mod report;
mod slowest;
mod tracker;
mod windows;

pub use count::CountEstimate;
pub use metric::{Metric, Rating};
pub use navigation::Navigation;
pub use page::{Arrival, Event, InteractionPaint, PageView, Shift, SoftNavigation};
pub use report::{Report, Reporter};
pub use slowest::{Interaction, Place, Slowest};
pub use tracker::Tracker;
pub use windows::Windows;
