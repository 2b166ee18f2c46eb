//! The number of interactions, in browsers that do not count them.

/// Estimates the number of interactions from the `interactionId`s of events: Chromium raises the id by about seven per
/// interaction. For browsers without `performance.interactionCount`.
pub struct InteractionCountEstimate {
    /// Infinite while there was none.
    lowest: f64,
    /// 0 while there was none.
    highest: f64,
}

impl InteractionCountEstimate {
    const ID_STEP: f64 = 7.0;

    /// An estimate without any interaction.
    pub const fn new() -> Self {
        Self { lowest: f64::INFINITY, highest: 0.0 }
    }

    /// Takes the `interactionId` of an event; 0, that of an event without an interaction, changes nothing.
    pub fn note(&mut self, id: f64) {
        if id > 0.0 && id < self.lowest {
            self.lowest = id;
        }
        if id > self.highest {
            self.highest = id;
        }
    }

    /// The estimated number of interactions.
    pub fn count(&self) -> f64 {
        if self.highest > 0.0 { (self.highest - self.lowest) / Self::ID_STEP + 1.0 } else { 0.0 }
    }
}

impl Default for InteractionCountEstimate {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_follows_from_the_ids() {
        let mut estimate = InteractionCountEstimate::new();
        assert_eq!(estimate.count(), 0.0);
        for id in [0.0, 4014.0, 4007.0, 0.0, 4028.0] {
            estimate.note(id);
        }
        assert_eq!(estimate.count(), 4.0);
    }
}
