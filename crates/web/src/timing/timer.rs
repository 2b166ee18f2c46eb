//! One `setTimeout` at a time.
use gloo_timers::callback::Timeout;
use whippet_engine::time::Duration;

/// The longest delay in ms: browsers keep it in 32 bits, and fire immediately if it does not fit.
pub(crate) const LONGEST_MS: f64 = i32::MAX as f64;

/// At most one timeout. A host arms it for the next deadline of its machine.
#[derive(Debug, Default)]
#[must_use = "dropping it clears the timeout"]
pub struct HostTimer(Option<Timeout>);

impl HostTimer {
    /// Not armed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `then` after `delay`, instead of an earlier timeout. Beyond 24.8 days, the longest delay of browsers, it
    /// fires early, so the caller has to check the clock.
    pub fn arm(&mut self, delay: Duration, then: impl FnOnce() + 'static) {
        // Rounded up, because a timer that fires early has to be armed again.
        let whole = delay.as_ms().ceil().min(LONGEST_MS) as u32;
        self.0 = Some(Timeout::new(whole, then));
    }

    /// Clears the timeout.
    pub fn disarm(&mut self) {
        self.0 = None;
    }
}
