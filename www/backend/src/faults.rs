//! The fault mode: the server misbehaves on demand, to show how the page reacts.
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU8, Ordering};

/// The fault mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// No faults.
    #[default]
    Normal,
    /// Every answer is delayed.
    Slow,
    /// Every answer is a 500.
    Failing,
    /// Stars are refused with 409.
    Refuse,
}

/// The current fault mode, shared by all requests.
#[derive(Debug, Default)]
pub struct Faults(AtomicU8);

const MODES: [Mode; 4] = [Mode::Normal, Mode::Slow, Mode::Failing, Mode::Refuse];

impl Faults {
    /// The current mode.
    pub fn mode(&self) -> Mode {
        MODES[usize::from(self.0.load(Ordering::Relaxed))]
    }

    /// Sets the mode.
    pub fn set(&self, mode: Mode) {
        self.0.store(mode as u8, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_keeps_each_mode() {
        let faults = Faults::default();
        assert_eq!(faults.mode(), Mode::Normal);
        for mode in MODES {
            faults.set(mode);
            assert_eq!(faults.mode(), mode);
        }
    }
}
