//! Debounce and throttle, batches, rate limits and memos, and the timers that drive them.
//!
//! All debounced and throttled functions of a thread share one [`Timers`](whippet_engine::pace::Timers) and one `setTimeout`.
//!
//! ```no_run
//! use whippet_engine::time::Duration;
//! use whippet_web::timing::debounce;
//!
//! let search = debounce(Duration::from_ms(300.0), |text: String| { /* fetch the results */ });
//! search.call("whip".into());
//! search.call("whippet".into()); // runs once, after 300 ms
//! ```
mod batch;
mod ended;
mod host;
mod lists;
mod memo;
mod paced;
mod rate_limit;
mod timer;

pub use batch::{Batch, BatchOptions};
pub use ended::{Ended, NoValue};
pub use host::{Stats, stats};
pub use memo::{MemoAsync, MemoOptions};
pub use paced::{Paced, debounce, throttle};
pub use rate_limit::{RateLimit, RateLimitOptions};
pub use timer::HostTimer;
pub(crate) use timer::LONGEST_MS;
pub use whippet_engine::pace::Pacing;
