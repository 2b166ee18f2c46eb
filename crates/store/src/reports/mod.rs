//! The reports that the dashboard shows, computed from the store.
pub mod backend;
pub mod backend_events;
pub mod buckets;
pub mod custom;
pub mod errors;
mod filter;
pub mod histograms;
pub mod loading;
pub mod matches;
pub mod memory;
pub mod metric_chart;
pub mod overview;
pub mod reading;
mod recent;
pub mod scrapes;
pub mod source;
mod split_by;
pub mod splits;
pub mod status;
pub mod steps;
pub mod tagged;
pub mod toolkit;
pub mod vitals;
mod vitals_window;
mod window;

pub use filter::{Filter, NavigationFilter};
pub use split_by::{SplitBy, SplitFilter};
