//! Interaction to Next Paint: nearly the slowest interaction, <https://web.dev/articles/inp>.
use super::slowest::{Place, Slowest};
use alloc::vec::Vec;

/// The slowest interactions, and the events that made them so.
pub(super) struct Inp<E> {
    slowest: Slowest,
    entries: Vec<(f64, Vec<E>)>,
}

impl<E: Clone> Inp<E> {
    pub(super) const fn new() -> Self {
        Self { slowest: Slowest::new(), entries: Vec::new() }
    }

    /// An event of the interaction `id`.
    pub(super) fn event(&mut self, id: f64, start: f64, duration: f64, entry: E) {
        let place = self.slowest.event(id, start, duration);
        if place == Place::Ignored {
            return;
        }
        match self.entries.iter_mut().find(|known| known.0 == id) {
            Some((_, entries)) => {
                if place == Place::Slowest {
                    entries.clear();
                }
                entries.push(entry);
            }
            None => {
                // One may have fallen out of the list.
                let list = self.slowest.list();
                self.entries.retain(|known| list.iter().any(|interaction| interaction.id == known.0));
                self.entries.push((id, alloc::vec![entry]));
            }
        }
    }

    /// Whether the interaction `id` is one of the slowest.
    pub(super) fn holds(&self, id: f64) -> bool {
        self.slowest.list().iter().any(|interaction| interaction.id == id)
    }

    /// INP after `count` interactions, with the entries it came from.
    pub(super) fn value(&self, count: f64) -> Option<(f64, &[E])> {
        let worst = self.slowest.worst(count)?;
        let (_, entries) = self.entries.iter().find(|known| known.0 == worst.id)?;
        Some((worst.duration, entries))
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
        assert_eq!(inp.slowest.list().len(), Slowest::KEPT);
        assert_eq!(inp.entries.len(), Slowest::KEPT);
    }
}
