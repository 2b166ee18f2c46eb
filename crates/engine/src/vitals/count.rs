//! The number of interactions, where the browser does not tell.

/// How many interactions there were, from the ids that events carry: browsers raise the id by about seven
/// for each. For browsers without `performance.interactionCount`.
pub struct CountEstimate {
    lowest: f64,
    highest: f64,
}

impl CountEstimate {
    const STEP: f64 = 7.0;

    /// No interaction yet.
    pub const fn new() -> Self {
        Self { lowest: f64::INFINITY, highest: 0.0 }
    }

    /// An event of the interaction `id`.
    pub fn note(&mut self, id: f64) {
        if id < self.lowest {
            self.lowest = id;
        }
        if id > self.highest {
            self.highest = id;
        }
    }

    /// How many there were, by what the ids say.
    pub fn count(&self) -> f64 {
        if self.highest > 0.0 { (self.highest - self.lowest) / Self::STEP + 1.0 } else { 0.0 }
    }
}

impl Default for CountEstimate {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_follows_from_the_ids() {
        let mut estimate = CountEstimate::new();
        assert_eq!(estimate.count(), 0.0);
        for id in [4014.0, 4007.0, 4028.0] {
            estimate.note(id);
        }
        assert_eq!(estimate.count(), 4.0);
    }
}
