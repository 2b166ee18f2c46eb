//! Series whose hour is over: a value per target, metric name and span of time has the values of all series of that name.
//!
//! ```text
//! scrapes        ──► pack: the scrapes of an hour ──► All, Minutes   chunks of an hour
//! (what changed)                              └─────► Hours          chunks of a day
//!                    finish: a day that is over ────► Days           chunks of 32 days
//! ```
//!
//! A kept value is that of a scrape, whatever the level, and counters are kept without their resets. So the increase between two
//! kept times is the same at any level and at any age.
mod chunk;
mod expire;
mod kept;
mod level;
mod pack;
mod values;

pub use chunk::{Point, read as read_tracks, read_times};
pub use expire::{coarsen, delete, expire, oldest, oldest_detail};
pub use kept::{Place, after, before, chunks, each_value, since, spacing, times};
pub use level::Level;
pub use pack::{Hour, finish, pack};
