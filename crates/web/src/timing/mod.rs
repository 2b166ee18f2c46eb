//! The host timer, and debounce and throttle on it.
//!
//! All paced functions of a thread live in one [`Pace`](whippet_engine::pace::Pace) and wait for one
//! `setTimeout`, however many they are.
//!
//! ```no_run
//! use whippet_engine::time::Duration;
//! use whippet_web::timing::debounce;
//!
//! let search = debounce(Duration::from_ms(300.0), |text: String| { /* ask the server */ });
//! search.call("whip".into());
//! search.call("whippet".into()); // runs once, 300 ms from here
//! ```
mod host;
mod paced;
mod timer;

pub use host::{Stats, stats};
pub use paced::{Paced, debounce, throttle};
pub use timer::HostTimer;
pub use whippet_engine::pace::Pacing;
