//! Cells: what is kept of each minute, hour and day.
//!
//! A cell is what one collector knows of one section of one bucket: its key is the beginning of the bucket, the section, the
//! application, the page and the collector. Page [`WHOLE`] is the whole application; its cells are added to by the same code
//! as those of its pages. Values merge ([`Cell`]), so that readers add up collectors, pages and buckets in any order.
//!
//! ```text
//! batch ──► hot (a group) ──► journal ··► cells_minute ──► roll_up ──► cells_hour ──► roll_up ──► cells_day
//! views ──► settle, fold ──► hot ───────► cells_minute  reports ──► read: whole days, then hours, then minutes
//! ```
//!
//! With SQLite a group of beacons is in the journal when it is acknowledged, and in the cells before anybody reads them.
mod addition;
mod attribution;
mod codec;
#[cfg(test)]
mod engine_tests;
mod errors;
mod histogram;
mod hot;
mod journal;
mod journal_1;
mod level;
mod loading;
mod open_views;
mod page;
mod place;
mod read;
mod refill;
mod remapped;
mod rest;
mod roll_up;
mod section;
mod shelf;
mod split_reader;
mod split_timings;
mod splits;
mod sums;
mod targets;
#[cfg(test)]
mod tests;
mod timing_reader;
mod timings;
mod values;
pub(crate) mod view_rows;
mod vitals;
mod window;

pub use attribution::Attribution;
pub use codec::{Reader, decode, encode, merge_bytes};
pub use errors::{ErrorCount, Errors};
pub use histogram::{Spread, merge as merge_histogram, merge_bytes as merge_histogram_bytes};
pub(crate) use hot::Hot;
pub(crate) use journal::JOURNAL;
pub use level::Level;
pub use loading::{Loading, Resources, Script};
pub(crate) use open_views::{COLUMNS as OPEN_COLUMNS, read_measures, write_measures};
pub use open_views::{Measure, OpenView, State, read_waiting};
pub use page::{Page, WHOLE};
pub(crate) use place::Place;
pub(crate) use read::Lookups;
pub use read::{Bucket, Selection, read, read_bytes};
pub(crate) use remapped::remapped;
pub use rest::add_vitals;
pub(crate) use roll_up::roll_up;
pub use section::{Cell, Section};
pub(crate) use shelf::Key;
pub use split_reader::add_split;
pub use split_timings::SplitTimings;
pub use splits::{Origin, Part, Split, SplitKey};
pub use sums::{Gauge, Sums, add};
pub use targets::Targets;
pub use timing_reader::each_split_timing;
pub use timings::{Histograms, Timings};
pub use values::Values;
pub use vitals::{Measured, SUPERSEDED, Vitals};
pub use window::Marks;
