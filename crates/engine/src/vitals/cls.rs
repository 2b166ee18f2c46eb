//! Cumulative Layout Shift: the worst session window, <https://web.dev/articles/cls>.
use super::session_windows::SessionWindows;
use alloc::vec::Vec;

/// The score of the worst session window, and the shifts in it.
pub(super) struct Cls<E> {
    value: f64,
    entries: Vec<E>,
    windows: SessionWindows,
    /// The shifts of the current window.
    window: Vec<E>,
}

impl<E: Clone> Cls<E> {
    pub(super) const fn new() -> Self {
        Self { value: 0.0, entries: Vec::new(), windows: SessionWindows::new(), window: Vec::new() }
    }

    /// Adds a shift that no input caused. Returns whether the score rose.
    pub(super) fn shift(&mut self, at: f64, value: f64, entry: E) -> bool {
        if self.windows.shift(at, value) {
            self.window.clear();
        }
        self.window.push(entry);
        if self.windows.score() > self.value {
            self.value = self.windows.score();
            self.entries.clone_from(&self.window);
            return true;
        }
        false
    }

    pub(super) fn value(&self) -> f64 {
        self.value
    }

    /// The shifts of the worst window, up to the moment when it became the worst.
    pub(super) fn entries(&self) -> &[E] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(shifts: &[(f64, f64)]) -> f64 {
        let mut cls = Cls::new();
        for (at, value) in shifts {
            cls.shift(*at, *value, ());
        }
        cls.value()
    }

    #[test]
    fn shifts_within_a_second_add_up() {
        assert_eq!(score(&[(0.0, 0.25), (999.0, 0.25), (1500.0, 0.5)]), 1.0);
    }

    #[test]
    fn a_second_without_shifts_starts_a_new_window() {
        assert_eq!(score(&[(0.0, 0.25), (1000.0, 0.5), (2500.0, 0.125)]), 0.5);
    }

    #[test]
    fn a_window_ends_after_five_seconds() {
        let mut shifts: Vec<(f64, f64)> = (0..6).map(|i| (f64::from(i) * 900.0, 0.125)).collect();
        assert_eq!(score(&shifts), 0.75);
        shifts.push((5000.0, 0.125));
        assert_eq!(score(&shifts), 0.75);
    }

    #[test]
    fn the_entries_belong_to_the_worst_window() {
        let mut cls = Cls::new();
        for (at, value, name) in [(0.0, 0.5, 'a'), (100.0, 0.5, 'b'), (5000.0, 0.25, 'c')] {
            cls.shift(at, value, name);
        }
        assert_eq!(cls.entries(), ['a', 'b']);
    }

    #[test]
    fn a_window_keeps_a_bounded_number_of_shifts() {
        // Browsers report at most one shift per frame, and a window lasts at most five seconds.
        let mut cls = Cls::new();
        for frame in 0..10_000 {
            cls.shift(f64::from(frame) * 16.0, 0.001, frame);
        }
        assert!(cls.entries().len() <= 5000 / 16 + 1);
        assert!(cls.window.len() <= 5000 / 16 + 1);
    }
}
