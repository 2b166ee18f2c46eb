//! What one listener got of one metric.

/// The state of one listener to one metric in the current page view. It takes and returns numbers only; the host keeps
/// the browser's entries. Listeners with different options are independent of one another.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    /// The last value that the listener got.
    previous: Option<f64>,
}

impl Tracker {
    /// A listener without any value yet.
    pub const fn new() -> Self {
        Self { previous: None }
    }

    /// By how much `value` differs from the last one that the listener got; `None` if it does not get this one. `wanted`:
    /// the value is final, or the listener gets all. A negative number is no value.
    pub fn delta(&mut self, value: f64, wanted: bool) -> Option<f64> {
        if !(wanted && value >= 0.0) || self.previous == Some(value) {
            return None;
        }
        let before = self.previous.replace(value);
        Some(value - before.unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_gets_what_is_wanted_and_new() {
        let mut tracker = Tracker::default();
        assert_eq!(tracker.delta(0.5, false), None);
        assert_eq!(tracker.delta(0.5, true), Some(0.5));
        assert_eq!(tracker.delta(0.5, true), None);
        assert_eq!(tracker.delta(0.75, true), Some(0.25));
        let mut next = Tracker::new();
        assert_eq!(next.delta(0.0, true), Some(0.0));
        assert_eq!(next.delta(-1.0, true), None);
    }
}
