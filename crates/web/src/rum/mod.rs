//! Real user monitoring: measures the page, gathers errors and figures, and sends them in small beacons.
//!
//! An application only calls [`start`]. It measures the same as `startRum` of the npm package (pkg/src/rum), by the same
//! rules.
mod browser;
mod callback;
mod driver;
mod entry_observer;
mod errors;
mod frames;
mod handle;
mod listener;
mod marks;
mod method_proxy;
mod navigation;
mod observe_vitals;
mod options;
mod persistent_listeners;
mod read;
mod resources;
mod route_observer;
mod send;
mod task;
mod thrown_value;
mod trace;
mod view;
mod views;
mod visit_storage;
mod vitals;

use driver::Inner;
pub use handle::{Rum, Sent};
pub use observe_vitals::{VitalsObserver, WebVital, observe_vitals};
pub use options::{
    BeforeSend, Collect, ErrorPattern, Format, FormattedRequest, NamePage, RumOptions, ScrubUrl, Traceparent,
};
pub use whippet_engine::beacon::{Attribution, KeepBounds};
pub use whippet_engine::vitals::{Metric, Navigation, Rating};

/// Measures the page from now on, with what the browser recorded before, and sends beacons.
pub fn start(options: RumOptions) -> Rum {
    let inner = Inner::new(options);
    inner.begin(false);
    Rum::new(inner)
}
