//! Interaction to Next Paint: nearly the slowest interaction, <https://web.dev/articles/inp>.
use alloc::vec;
use alloc::vec::Vec;

/// The ten slowest interactions, slowest first. One of fifty may be slower than what is reported: the 98th
/// percentile, near enough, whatever the number of interactions.
pub(super) struct Inp<E> {
    slowest: Vec<Interaction<E>>,
}

struct Interaction<E> {
    id: f64,
    duration: f64,
    start: f64,
    entries: Vec<E>,
}

impl<E: Clone> Inp<E> {
    const KEPT: usize = 10;
    const PER_OUTLIER: f64 = 50.0;

    pub(super) const fn new() -> Self {
        Self { slowest: Vec::new() }
    }

    /// An event of the interaction `id`; an interaction is as slow as its slowest event.
    pub(super) fn event(&mut self, id: f64, start: f64, duration: f64, entry: E) {
        let mut place = match self.slowest.iter().position(|interaction| interaction.id == id) {
            Some(place) => {
                let known = &mut self.slowest[place];
                if duration > known.duration {
                    known.duration = duration;
                    known.start = start;
                    known.entries.clear();
                    known.entries.push(entry);
                } else if duration == known.duration && start == known.start {
                    known.entries.push(entry);
                }
                place
            }
            None => {
                if self.slowest.len() == Self::KEPT {
                    if self.slowest[Self::KEPT - 1].duration >= duration {
                        return;
                    }
                    self.slowest.truncate(Self::KEPT - 1);
                }
                let entries = vec![entry];
                self.slowest.push(Interaction { id, duration, start, entries });
                self.slowest.len() - 1
            }
        };
        while place > 0 && self.slowest[place - 1].duration < self.slowest[place].duration {
            self.slowest.swap(place - 1, place);
            place -= 1;
        }
    }

    /// INP after `count` interactions, with the entries it came from.
    pub(super) fn value(&self, count: f64) -> Option<(f64, &[E])> {
        let last = self.slowest.len().checked_sub(1)?;
        let outliers = (count / Self::PER_OUTLIER) as usize;
        let interaction = self.slowest.get(outliers.min(last))?;
        Some((interaction.duration, &interaction.entries))
    }
}

/// How many interactions there were, from the ids that events carry: browsers raise the id by about seven
/// for each. For browsers without `performance.interactionCount`.
pub(super) struct CountEstimate {
    lowest: f64,
    highest: f64,
}

impl CountEstimate {
    const STEP: f64 = 7.0;

    pub(super) const fn new() -> Self {
        Self { lowest: f64::INFINITY, highest: 0.0 }
    }

    pub(super) fn note(&mut self, id: f64) {
        if id < self.lowest {
            self.lowest = id;
        }
        if id > self.highest {
            self.highest = id;
        }
    }

    pub(super) fn count(&self) -> f64 {
        if self.highest > 0.0 { (self.highest - self.lowest) / Self::STEP + 1.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inp(durations: &[f64], count: f64) -> Option<f64> {
        let mut inp = Inp::new();
        for (id, duration) in durations.iter().enumerate() {
            inp.event(id as f64, 0.0, *duration, ());
        }
        inp.value(count).map(|value| value.0)
    }

    #[test]
    fn few_interactions_report_the_slowest() {
        assert_eq!(inp(&[], 0.0), None);
        assert_eq!(inp(&[40.0, 200.0, 56.0], 3.0), Some(200.0));
        assert_eq!(inp(&[40.0, 200.0, 56.0], 49.0), Some(200.0));
    }

    #[test]
    fn one_outlier_per_fifty_is_forgiven() {
        assert_eq!(inp(&[40.0, 200.0, 56.0], 50.0), Some(56.0));
        assert_eq!(inp(&[40.0, 200.0, 56.0], 100.0), Some(40.0));
        assert_eq!(inp(&[40.0, 200.0, 56.0], 10_000.0), Some(40.0));
    }

    #[test]
    fn events_of_one_interaction_count_once_by_the_slowest() {
        let mut inp = Inp::new();
        for (duration, name) in [(48.0, 'a'), (96.0, 'b'), (96.0, 'c'), (8.0, 'd')] {
            inp.event(7.0, 10.0, duration, name);
        }
        inp.event(14.0, 50.0, 64.0, 'e');
        assert_eq!(inp.value(2.0), Some((96.0, ['b', 'c'].as_slice())));
        assert_eq!(inp.value(50.0), Some((64.0, ['e'].as_slice())));
    }

    #[test]
    fn the_count_follows_from_the_ids() {
        let mut estimate = CountEstimate::new();
        assert_eq!(estimate.count(), 0.0);
        for id in [4014.0, 4007.0, 4028.0] {
            estimate.note(id);
        }
        assert_eq!(estimate.count(), 4.0);
    }

    proptest! {
        /// Against all durations, sorted.
        #[test]
        fn it_is_the_slowest_but_one_per_fifty(durations in prop::collection::vec((16..200u32).prop_map(f64::from), 1..450)) {
            let mut sorted = durations.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let expected = sorted[(durations.len() / 50).min(durations.len() - 1)];
            prop_assert_eq!(inp(&durations, durations.len() as f64), Some(expected));
        }
    }

    #[test]
    fn no_more_is_kept_than_is_needed() {
        let mut inp = Inp::new();
        for id in 0..1000 {
            inp.event(f64::from(id), 0.0, f64::from(id), vec![0u8; 10]);
        }
        assert_eq!(inp.slowest.len(), Inp::<()>::KEPT);
    }
}
