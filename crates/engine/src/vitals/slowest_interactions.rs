//! The slowest interactions of a page view, <https://web.dev/articles/inp>.

use alloc::vec::Vec;

/// One interaction: all events that a key press, a tap or a click dispatches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// `interactionId`
    pub id: f64,
    /// The duration of its slowest event, ms.
    pub duration: f64,
    /// The `startTime` of that event, ms.
    pub start: f64,
}

/// How an event ranks within its interaction, if that is one of the slowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EventRank {
    /// The event changes nothing: its interaction is not among the slowest, or has a slower event.
    Ignored,
    /// It is as slow as the slowest event of its interaction and started together with it.
    Equal,
    /// It is the slowest event of its interaction so far; the earlier ones no longer matter.
    Slowest,
}

/// The ten slowest interactions, slowest first. INP skips one outlier per fifty interactions, which approximates the
/// 98th percentile.
#[derive(Clone, Debug)]
pub struct SlowestInteractions {
    list: Vec<Interaction>,
}

impl SlowestInteractions {
    /// INP of a page view whose interactions were all too short for an entry, ms: Event Timing rounds to 8 ms.
    pub const TOO_SHORT: f64 = 8.0;
    /// How many interactions are kept.
    pub const CAPACITY: usize = 10;
    const PER_OUTLIER: f64 = 50.0;

    /// An empty list.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Forgets all interactions.
    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// The interactions that are kept, slowest first.
    pub fn list(&self) -> &[Interaction] {
        &self.list
    }

    /// Whether the interaction `id` is one of the slowest.
    pub fn contains(&self, id: f64) -> bool {
        self.list.iter().any(|known| known.id == id)
    }

    /// Takes an event of the interaction `id`. An interaction is as slow as its slowest event.
    pub fn event(&mut self, id: f64, start: f64, duration: f64) -> EventRank {
        if let Some(place) = self.list.iter().position(|known| known.id == id) {
            let before = self.list[place];
            if before.duration >= duration {
                let is_equal = before.duration == duration && before.start == start;
                return if is_equal { EventRank::Equal } else { EventRank::Ignored };
            }
            self.list.remove(place);
        }
        // Behind those that are as slow.
        let place = self.list.iter().filter(|known| known.duration >= duration).count();
        if place >= Self::CAPACITY {
            return EventRank::Ignored;
        }
        self.list.insert(place, Interaction { id, duration, start });
        self.list.truncate(Self::CAPACITY);
        EventRank::Slowest
    }

    /// The interaction whose duration is INP after `count` interactions.
    pub fn inp(&self, count: f64) -> Option<Interaction> {
        let mut inp = None;
        let mut needed = 0.0;
        for known in &self.list {
            if needed <= count || inp.is_none() {
                inp = Some(*known);
            }
            needed += Self::PER_OUTLIER;
        }
        inp
    }

    /// The interaction that INP comes from, after `count` interactions in this page view. If there were interactions but
    /// the browser reported none, all were too short: the result has no id and lasts [`TOO_SHORT`](Self::TOO_SHORT). The
    /// document's first page view is an exception, since the browser always reports its first input.
    pub fn inp_of_view(&self, count: f64, is_first_view: bool) -> Option<Interaction> {
        let inp = self.inp(count);
        if inp.is_none() && count != 0.0 && !is_first_view {
            return Some(Interaction { id: 0.0, duration: Self::TOO_SHORT, start: 0.0 });
        }
        inp
    }
}

impl Default for SlowestInteractions {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_interactions_count_where_the_browser_reports_none() {
        let mut slowest = SlowestInteractions::default();
        assert_eq!(slowest.inp_of_view(3.0, true), None);
        assert_eq!(slowest.inp_of_view(0.0, false), None);
        let short = slowest.inp_of_view(1.0, false).map(|inp| inp.duration);
        assert_eq!(short, Some(SlowestInteractions::TOO_SHORT));
        slowest.event(70.0, 0.0, 16.0);
        assert_eq!(slowest.inp_of_view(1.0, false).map(|inp| inp.id), Some(70.0));
    }

    #[test]
    fn an_interaction_is_as_slow_as_its_slowest_event() {
        let mut slowest = SlowestInteractions::new();
        assert_eq!(slowest.event(7.0, 10.0, 48.0), EventRank::Slowest);
        assert_eq!(slowest.event(7.0, 10.0, 48.0), EventRank::Equal);
        assert_eq!(slowest.event(7.0, 11.0, 48.0), EventRank::Ignored);
        assert_eq!(slowest.event(7.0, 12.0, 96.0), EventRank::Slowest);
        assert_eq!(slowest.event(7.0, 12.0, 8.0), EventRank::Ignored);
    }

    proptest! {
        /// Compares with a list that is sorted as a whole after each event, as the definition of INP says.
        #[test]
        fn they_match_a_stable_sort(events in prop::collection::vec((1..30u32, 0..20u32), 1..200), count in 0..600u32) {
            let mut slowest = SlowestInteractions::new();
            let mut list: Vec<(f64, f64)> = Vec::new();
            for (id, duration) in events {
                let (id, duration) = (f64::from(id), f64::from(duration) * 8.0);
                slowest.event(id, 0.0, duration);
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
            let inp = slowest.inp_of_view(f64::from(count), true).map(|inp| (inp.id, inp.duration));
            prop_assert_eq!(inp, Some(expected));
        }
    }
}
