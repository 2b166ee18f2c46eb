//! Web vitals from performance entries, as version 6 of Chrome's web-vitals library defines them.
//!
//! A [`PageView`] takes the numbers of the browser's performance entries, and when the page is hidden or restored; it
//! returns [`Report`]s. A [`Reporter`] stands for one listener and skips values that the listener already has. What
//! it is made of, and [`Tracker`], are for hosts that follow the page's lifecycle themselves.
mod cls;
mod inp;
mod interaction_count;
mod lcp;
mod metric;
mod navigation;
mod page;
mod report;
mod session_windows;
mod slowest_interactions;
mod tracker;

pub use interaction_count::InteractionCountEstimate;
pub use metric::{Metric, Rating};
pub use navigation::Navigation;
pub use page::{Event, InteractionPaint, PageLoad, PageView, Shift, SoftNavigation};
pub use report::{Report, Reporter};
pub use session_windows::SessionWindows;
pub use slowest_interactions::{EventRank, Interaction, SlowestInteractions};
pub use tracker::Tracker;
