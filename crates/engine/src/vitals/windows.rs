//! Session windows of layout shifts, in numbers, <https://web.dev/articles/cls>.

/// Shifts are gathered in session windows: a window ends after a second without a shift, and after five
/// seconds in any case. A page view's score is that of its worst window.
#[derive(Clone, Debug)]
pub struct Windows {
    score: f64,
    first: f64,
    last: f64,
}

impl Windows {
    const GAP: f64 = 1000.0;
    const LENGTH: f64 = 5000.0;

    /// No shift yet.
    pub const fn new() -> Self {
        Self { score: 0.0, first: 0.0, last: 0.0 }
    }

    /// A shift of `value` that no input caused, at `at` ms; says whether it began a new window.
    pub fn shift(&mut self, at: f64, value: f64) -> bool {
        let begins = !(self.score > 0.0 && at - self.last < Self::GAP && at - self.first < Self::LENGTH);
        if begins {
            self.score = value;
            self.first = at;
        } else {
            self.score += value;
        }
        self.last = at;
        begins
    }

    /// The next shift begins a window, however soon it comes.
    pub fn end(&mut self) {
        self.score = 0.0;
    }

    /// The score of the present window, which may be lower than one before it.
    pub fn score(&self) -> f64 {
        self.score
    }
}

impl Default for Windows {
    fn default() -> Self {
        Self::new()
    }
}
