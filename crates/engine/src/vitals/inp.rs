//! Interaction to Next Paint: the slowest interaction but for outliers, <https://web.dev/articles/inp>.
use super::slowest_interactions::{EventRank, SlowestInteractions};
use alloc::vec::Vec;

/// The slowest interactions, and the slowest events of each.
pub(super) struct Inp<E> {
    slowest: SlowestInteractions,
    /// The slowest events by `interactionId`.
    entries: Vec<(f64, Vec<E>)>,
}

impl<E: Clone> Inp<E> {
    pub(super) const fn new() -> Self {
        Self { slowest: SlowestInteractions::new(), entries: Vec::new() }
    }

    /// Takes an event of the interaction `id`.
    pub(super) fn event(&mut self, id: f64, start: f64, duration: f64, entry: E) {
        let rank = self.slowest.event(id, start, duration);
        if rank == EventRank::Ignored {
            return;
        }
        match self.entries.iter_mut().find(|known| known.0 == id) {
            Some((_, entries)) => {
                if rank == EventRank::Slowest {
                    entries.clear();
                }
                entries.push(entry);
            }
            None => {
                // A faster interaction may have dropped out of the list.
                self.entries.retain(|known| self.slowest.contains(known.0));
                self.entries.push((id, alloc::vec![entry]));
            }
        }
    }

    /// Whether the interaction `id` is one of the slowest.
    pub(super) fn is_candidate(&self, id: f64) -> bool {
        self.slowest.contains(id)
    }

    /// INP after `count` interactions, with the entries that it came from.
    pub(super) fn value(&self, count: f64) -> Option<(f64, &[E])> {
        let inp = self.slowest.inp(count)?;
        let (_, entries) = self.entries.iter().find(|known| known.0 == inp.id)?;
        Some((inp.duration, entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn inp(durations: &[f64], count: f64) -> Option<f64> {
        let mut inp = Inp::new();
        for (id, duration) in durations.iter().enumerate() {
            inp.event(id as f64, 0.0, *duration, ());
        }
        inp.value(count).map(|value| value.0)
    }

    #[test]
    fn inp_is_the_slowest_of_few_interactions() {
        assert_eq!(inp(&[], 0.0), None);
        assert_eq!(inp(&[40.0, 200.0, 56.0], 3.0), Some(200.0));
        assert_eq!(inp(&[40.0, 200.0, 56.0], 49.0), Some(200.0));
    }

    #[test]
    fn inp_skips_one_outlier_per_fifty_interactions() {
        assert_eq!(inp(&[40.0, 200.0, 56.0], 50.0), Some(56.0));
        assert_eq!(inp(&[40.0, 200.0, 56.0], 100.0), Some(40.0));
        assert_eq!(inp(&[40.0, 200.0, 56.0], 10_000.0), Some(40.0));
    }

    #[test]
    fn an_interaction_counts_once_by_its_slowest_events() {
        let mut inp = Inp::new();
        for (duration, name) in [(48.0, 'a'), (96.0, 'b'), (96.0, 'c'), (8.0, 'd')] {
            inp.event(7.0, 10.0, duration, name);
        }
        inp.event(14.0, 50.0, 64.0, 'e');
        assert_eq!(inp.value(2.0), Some((96.0, ['b', 'c'].as_slice())));
        assert_eq!(inp.value(50.0), Some((64.0, ['e'].as_slice())));
    }

    proptest! {
        /// Compares with the sorted list of all durations.
        #[test]
        fn inp_matches_the_sorted_durations(durations in prop::collection::vec((16..200u32).prop_map(f64::from), 1..450)) {
            let mut sorted = durations.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let expected = sorted[(durations.len() / 50).min(durations.len() - 1)];
            prop_assert_eq!(inp(&durations, durations.len() as f64), Some(expected));
        }
    }

    #[test]
    fn only_the_slowest_interactions_are_kept() {
        let mut inp = Inp::new();
        for id in 0..1000 {
            inp.event(f64::from(id), 0.0, f64::from(id), vec![0u8; 10]);
        }
        assert_eq!(inp.slowest.list().len(), SlowestInteractions::CAPACITY);
        assert_eq!(inp.entries.len(), SlowestInteractions::CAPACITY);
    }
}
