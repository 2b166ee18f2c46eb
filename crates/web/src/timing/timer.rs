//! `setTimeout`, once at a time.
use gloo_timers::callback::Timeout;
use whippet_engine::time::Duration;

/// Browsers keep the delay in 32 bits and fire at once where it does not fit.
const LONGEST: f64 = i32::MAX as f64;

/// Holds at most one timeout. A machine's driver arms it for the machine's next deadline.
#[derive(Debug, Default)]
#[must_use = "dropping it clears the timeout"]
pub struct HostTimer(Option<Timeout>);

impl HostTimer {
    /// Not armed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `then` after `delay`, in place of what was armed before. It fires early where the delay is
    /// beyond what browsers can wait, 24.8 days: whoever arms must look at the clock again.
    pub fn arm(&mut self, delay: Duration, then: impl FnOnce() + 'static) {
        // Up to the next whole ms: a timer that fires early has to be armed again.
        let whole = delay.as_ms().ceil().min(LONGEST) as u32;
        self.0 = Some(Timeout::new(whole, then));
    }

    /// Clears what is armed.
    pub fn disarm(&mut self) {
        self.0 = None;
    }
}
