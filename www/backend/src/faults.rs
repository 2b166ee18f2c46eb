//! The switch that makes the server misbehave, so that the page can be seen coping.
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU8, Ordering};

/// How the server behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As it should.
    #[default]
    Normal,
    /// Every answer is held back.
    Slow,
    /// Every answer is a 500.
    Failing,
    /// All works, but stars are refused with a 409.
    Refuse,
}

/// The switch, shared by all requests.
#[derive(Debug, Default)]
pub struct Faults(AtomicU8);

const MODES: [Mode; 4] = [Mode::Normal, Mode::Slow, Mode::Failing, Mode::Refuse];

impl Faults {
    /// How the server behaves now.
    pub fn mode(&self) -> Mode {
        MODES[usize::from(self.0.load(Ordering::Relaxed))]
    }

    /// Turns the switch.
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
