//! Bringing coarse buckets to the finest scale, so that they can be merged with fine ones without making those coarse.
//!
//! Where in its bucket a value was is not known any more, so all but the extremes go to the middle. A value that came in a
//! bucket of width `w` is then off by about `w / 2`, as before.
use super::buckets::Buckets;
use super::histogram::ExponentialHistogram;
use super::scale;

impl<const CAP: usize> ExponentialHistogram<CAP> {
    /// Whether `scale` is below the guaranteed one, as only that of a histogram from elsewhere can be.
    pub(super) fn is_too_coarse(scale: i8) -> bool {
        // The first half is a constant: pages' histograms have none of this code.
        Self::GUARANTEED_SCALE > Self::MIN_SCALE && scale < Self::GUARANTEED_SCALE
    }

    /// Brings the buckets to the finest scale.
    pub(super) fn refine(&mut self) {
        self.buckets = self.refined();
    }

    /// The buckets at the finest scale, or at the finest at which `INTO` of them suffice.
    ///
    /// `min` and `max` must lie in the first and in the last bucket ([`from_parts`](Self::from_parts) insists on it), so one
    /// value of the first bucket goes where `min` is, and one of the last where `max` is.
    pub(super) fn refined<const INTO: usize>(&self) -> Buckets<INTO> {
        let mut fine = Buckets::new();
        let steps = scale::MAX_SCALE - self.scale();
        let highest = self.buckets.counts.len().saturating_sub(1);
        for (place, &count) in self.buckets.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let first = (self.buckets.offset + place as i32) << steps;
            let last = first + (1 << steps) - 1;
            // No bucket is below the one that ends at the zero threshold.
            let first = first.max(scale::index(scale::ZERO_THRESHOLD));
            let (mut low, mut high, mut rest) = (first, last, count);
            if place == highest {
                high = scale::index(self.max).clamp(first, last);
                fine.add(high, 1);
                rest -= 1;
            }
            if place == 0 && self.zero == 0 {
                // A negative zero has no index.
                low = if self.min > 0.0 { scale::index(self.min).clamp(first, high) } else { first };
                if rest > 0 {
                    fine.add(low, 1);
                    rest -= 1;
                }
            }
            if rest > 0 {
                fine.add(((first + last) >> 1).clamp(low, high), rest);
            }
        }
        fine
    }
}

#[cfg(test)]
mod tests;
