//! Debounce and throttle, and the timer that drives them.
//!
//! All paced functions of a thread share one [`Timers`](whippet_engine::pace::Timers) and one `setTimeout`.
//!
//! ```no_run
//! use whippet_engine::time::Duration;
//! use whippet_web::timing::debounce;
//!
//! let search = debounce(Duration::from_ms(300.0), |text: String| { /* fetch the results */ });
//! search.call("whip".into());
//! search.call("whippet".into()); // runs once, after 300 ms
//! ```
mod host;
mod paced;
mod timer;

pub use host::{Stats, stats};
pub use paced::{Paced, debounce, throttle};
pub use timer::HostTimer;
pub use whippet_engine::pace::Pacing;
