//! One metric for one listener, in numbers alone.
use super::report::Reporter;
use super::slowest::{Interaction, Place, Slowest};
use super::windows::Windows;

/// What one listener to one metric knows of the page view that is going on. The host keeps the browser's entries,
/// and tells and asks in numbers; so listeners with different options are independent of one another.
#[derive(Clone, Debug)]
pub struct Tracker {
    reporter: Reporter,
    windows: Windows,
    slowest: Slowest,
    count_before: f64,
}

impl Tracker {
    /// INP of a page view whose interactions were all too short for an entry, ms.
    pub const TOO_SHORT: f64 = 8.0;

    /// A listener that knows nothing yet; with `all_changes` it wants every value.
    pub const fn new(all_changes: bool) -> Self {
        Self {
            reporter: Reporter::new(all_changes),
            windows: Windows::new(),
            slowest: Slowest::new(),
            count_before: 0.0,
        }
    }

    /// A new page view begins, after `count` interactions in this document.
    pub fn begin(&mut self, count: f64) {
        self.reporter.begin();
        self.windows.end();
        self.slowest.clear();
        self.count_before = count;
    }

    /// A layout shift that no input caused; says whether it began a new window.
    pub fn shift(&mut self, at: f64, value: f64) -> bool {
        self.windows.shift(at, value)
    }

    /// The score of the present window.
    pub fn score(&self) -> f64 {
        self.windows.score()
    }

    /// An event of the interaction `id`.
    pub fn event(&mut self, id: f64, start: f64, duration: f64) -> Place {
        self.slowest.event(id, start, duration)
    }

    /// Whether the interaction `id` is one of the slowest.
    pub fn holds(&self, id: f64) -> bool {
        self.slowest.list().iter().any(|interaction| interaction.id == id)
    }

    /// The interaction that INP comes from, after `count` interactions in this document. Where there were some but
    /// none was long enough to be told of, and the page view is not the document's first (whose first input is
    /// always known), it is one of [`TOO_SHORT`](Self::TOO_SHORT) without an id.
    pub fn worst(&self, count: f64, is_first_view: bool) -> Option<Interaction> {
        let count = count - self.count_before;
        let worst = self.slowest.worst(count);
        if worst.is_none() && count != 0.0 && !is_first_view {
            return Some(Interaction { id: 0.0, duration: Self::TOO_SHORT, start: 0.0 });
        }
        worst
    }

    /// By how much `value` differs from what the listener was told last; `None` where it is not to be told. What is
    /// negative is no value.
    pub fn news(&mut self, value: f64, settled: bool) -> Option<f64> {
        if value >= 0.0 { self.reporter.news_of(value, settled) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn a_page_view_begins_with_nothing() {
        let mut tracker = Tracker::new(false);
        assert!(tracker.shift(0.0, 0.25) && !tracker.shift(10.0, 0.25));
        assert_eq!(tracker.score(), 0.5);
        assert_eq!(tracker.event(7.0, 0.0, 48.0), Place::Slowest);
        assert_eq!(tracker.news(0.5, false), None);
        assert_eq!(tracker.news(0.5, true), Some(0.5));
        assert_eq!(tracker.news(0.5, true), None);
        assert_eq!(tracker.news(0.75, true), Some(0.25));
        tracker.begin(1.0);
        assert_eq!((tracker.score(), tracker.holds(7.0)), (0.0, false));
        assert!(tracker.shift(20.0, 0.125));
        assert_eq!(tracker.news(0.0, true), Some(0.0));
        assert_eq!(tracker.news(-1.0, true), None);
    }

    #[test]
    fn interactions_too_short_to_be_told_of_count_in_later_page_views() {
        let mut tracker = Tracker::new(false);
        assert_eq!(tracker.worst(3.0, true), None);
        tracker.begin(3.0);
        assert_eq!(tracker.worst(3.0, false), None);
        assert_eq!(tracker.worst(4.0, false).map(|worst| worst.duration), Some(Tracker::TOO_SHORT));
        tracker.event(70.0, 0.0, 16.0);
        assert_eq!(tracker.worst(4.0, false).map(|worst| worst.id), Some(70.0));
    }

    #[test]
    fn an_interaction_is_as_slow_as_its_slowest_event() {
        let mut tracker = Tracker::new(true);
        assert_eq!(tracker.event(7.0, 10.0, 48.0), Place::Slowest);
        assert_eq!(tracker.event(7.0, 10.0, 48.0), Place::Equal);
        assert_eq!(tracker.event(7.0, 11.0, 48.0), Place::Ignored);
        assert_eq!(tracker.event(7.0, 12.0, 96.0), Place::Slowest);
        assert_eq!(tracker.event(7.0, 12.0, 8.0), Place::Ignored);
    }

    proptest! {
        /// Against a list that is sorted as a whole each time, as the definition says it.
        #[test]
        fn it_is_a_stable_sort(events in prop::collection::vec((1..30u32, 0..20u32), 1..200), count in 0..600u32) {
            let mut tracker = Tracker::new(false);
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
            let worst = tracker.worst(f64::from(count), true).map(|worst| (worst.id, worst.duration));
            prop_assert_eq!(worst, Some(expected));
        }
    }
}
