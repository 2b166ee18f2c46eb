//! One metric for one listener.
use super::session_windows::SessionWindows;
use super::slowest_interactions::{EventRank, Interaction, SlowestInteractions};

/// The state of one listener to one metric in the current page view. It takes and returns numbers only; the host keeps
/// the browser's entries. Listeners with different options are independent of one another.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    /// The last value that the listener got.
    previous: Option<f64>,
    windows: SessionWindows,
    slowest: SlowestInteractions,
    /// Interactions of the document before this page view.
    count_before: f64,
}

impl Tracker {
    /// INP of a page view whose interactions were all too short for an entry, ms: Event Timing rounds to 8 ms.
    pub const TOO_SHORT: f64 = 8.0;

    /// Starts a new page view, after `count` interactions in this document.
    pub fn begin(&mut self, count: f64) {
        self.previous = None;
        self.windows.end();
        self.slowest.clear();
        self.count_before = count;
    }

    /// Adds a layout shift that no input caused. Returns whether it starts a new session window.
    pub fn shift(&mut self, at: f64, value: f64) -> bool {
        self.windows.shift(at, value)
    }

    /// The score of the current session window.
    pub fn score(&self) -> f64 {
        self.windows.score()
    }

    /// Takes an event of the interaction `id`.
    pub fn event(&mut self, id: f64, start: f64, duration: f64) -> EventRank {
        self.slowest.event(id, start, duration)
    }

    /// Whether the interaction `id` is one of the slowest, which INP may come from.
    pub fn is_candidate(&self, id: f64) -> bool {
        self.slowest.contains(id)
    }

    /// The interaction that INP comes from, after `count` interactions in this document. If there were interactions but
    /// the browser reported none, all were too short: the result has no id and lasts [`TOO_SHORT`](Self::TOO_SHORT). The
    /// document's first page view is an exception, since the browser always reports its first input.
    pub fn inp(&self, count: f64, is_first_view: bool) -> Option<Interaction> {
        let count = count - self.count_before;
        let inp = self.slowest.inp(count);
        if inp.is_none() && count != 0.0 && !is_first_view {
            return Some(Interaction { id: 0.0, duration: Self::TOO_SHORT, start: 0.0 });
        }
        inp
    }

    /// By how much `value` differs from the last one that the listener got; `None` if it does not get this one. `wanted`:
    /// the value is final, or the listener gets all. A negative number is no value.
    pub fn delta(&mut self, value: f64, wanted: bool) -> Option<f64> {
        if !(wanted && value >= 0.0) || self.previous == Some(value) {
            return None;
        }
        Some(value - self.previous.replace(value).unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn a_new_page_view_starts_without_values() {
        let mut tracker = Tracker::default();
        assert!(tracker.shift(0.0, 0.25) && !tracker.shift(10.0, 0.25));
        assert_eq!(tracker.score(), 0.5);
        assert_eq!(tracker.event(7.0, 0.0, 48.0), EventRank::Slowest);
        assert_eq!(tracker.delta(0.5, false), None);
        assert_eq!(tracker.delta(0.5, true), Some(0.5));
        assert_eq!(tracker.delta(0.5, true), None);
        assert_eq!(tracker.delta(0.75, true), Some(0.25));
        tracker.begin(1.0);
        assert_eq!((tracker.score(), tracker.is_candidate(7.0)), (0.0, false));
        assert!(tracker.shift(20.0, 0.125));
        assert_eq!(tracker.delta(0.0, true), Some(0.0));
        assert_eq!(tracker.delta(-1.0, true), None);
    }

    #[test]
    fn unreported_short_interactions_count_in_later_page_views() {
        let mut tracker = Tracker::default();
        assert_eq!(tracker.inp(3.0, true), None);
        tracker.begin(3.0);
        assert_eq!(tracker.inp(3.0, false), None);
        assert_eq!(tracker.inp(4.0, false).map(|inp| inp.duration), Some(Tracker::TOO_SHORT));
        tracker.event(70.0, 0.0, 16.0);
        assert_eq!(tracker.inp(4.0, false).map(|inp| inp.id), Some(70.0));
    }

    #[test]
    fn an_interaction_is_as_slow_as_its_slowest_event() {
        let mut tracker = Tracker::default();
        assert_eq!(tracker.event(7.0, 10.0, 48.0), EventRank::Slowest);
        assert_eq!(tracker.event(7.0, 10.0, 48.0), EventRank::Equal);
        assert_eq!(tracker.event(7.0, 11.0, 48.0), EventRank::Ignored);
        assert_eq!(tracker.event(7.0, 12.0, 96.0), EventRank::Slowest);
        assert_eq!(tracker.event(7.0, 12.0, 8.0), EventRank::Ignored);
    }

    proptest! {
        /// Compares with a list that is sorted as a whole after each event, as the definition of INP says.
        #[test]
        fn the_slowest_interactions_match_a_stable_sort(events in prop::collection::vec((1..30u32, 0..20u32), 1..200), count in 0..600u32) {
            let mut tracker = Tracker::default();
            let mut list: Vec<(f64, f64)> = Vec::new();
            for (id, duration) in events {
                let (id, duration) = (f64::from(id), f64::from(duration) * 8.0);
                tracker.event(id, 0.0, duration);
                let known = list.iter().position(|known| known.0 == id);
                match known {
                    Some(place) => list[place].1 = list[place].1.max(duration),
                    None if list.len() < 10 || duration > list[9].1 => list.push((id, duration)),
                    None => {}
                }
                list.sort_by(|a, b| b.1.total_cmp(&a.1));
                list.truncate(10);
            }
            let place = (count / 50) as usize;
            let expected = list[place.min(list.len() - 1)];
            let inp = tracker.inp(f64::from(count), true).map(|inp| (inp.id, inp.duration));
            prop_assert_eq!(inp, Some(expected));
        }
    }
}
