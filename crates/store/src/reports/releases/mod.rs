//! Releases: when each was there, how two compare, and what watching them needs.
pub mod backend;
mod compare;
mod figures;
mod reading;
mod timeline;
mod watched;
mod words;

pub use compare::{Asked, Metrics, Quantile, SideAsked, compare};
pub use timeline::{Seen, Timeline, listed, releases, timeline, views};
pub use watched::{HourOfReleases, Pages, Pair, before, drift, hours, most_viewed};
pub use words::{percent, summed_up};
