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
pub mod status;
pub mod steps;
pub mod tagged;
pub mod toolkit;
pub mod vitals;

pub use filter::{Filter, NavigationFilter};
