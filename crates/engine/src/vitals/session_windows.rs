//! Session windows of layout shifts, <https://web.dev/articles/cls>.

/// Sums layout shifts by session window: a window ends after a second without a shift, and after five seconds at the
/// latest. The CLS of a page view is the score of its worst window.
#[derive(Clone, Debug)]
pub struct SessionWindows {
    score: f64,
    /// When the first and the last shift of the current window happened, ms.
    first: f64,
    last: f64,
}

impl SessionWindows {
    /// ms without a shift that end a window.
    const GAP: f64 = 1000.0;
    /// The longest a window may be, ms.
    const LENGTH: f64 = 5000.0;

    /// Windows without any shift.
    pub const fn new() -> Self {
        Self { score: 0.0, first: 0.0, last: 0.0 }
    }

    /// Adds a shift of `value` at `at` ms that no input caused. Returns whether it starts a new window.
    pub fn shift(&mut self, at: f64, value: f64) -> bool {
        let starts = !(self.score > 0.0 && at - self.last < Self::GAP && at - self.first < Self::LENGTH);
        if starts {
            self.score = value;
            self.first = at;
        } else {
            self.score += value;
        }
        self.last = at;
        starts
    }

    /// Ends the current window: the next shift starts a new one, however soon it comes.
    pub fn end(&mut self) {
        self.score = 0.0;
    }

    /// The score of the current window, which may be lower than that of an earlier one.
    pub fn score(&self) -> f64 {
        self.score
    }
}

impl Default for SessionWindows {
    fn default() -> Self {
        Self::new()
    }
}
