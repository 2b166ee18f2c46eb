//! The slowest interactions of a page view, <https://web.dev/articles/inp>.

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
    list: [Interaction; Self::CAPACITY],
    length: usize,
}

impl SlowestInteractions {
    /// How many interactions are kept.
    pub const CAPACITY: usize = 10;
    const PER_OUTLIER: f64 = 50.0;

    /// An empty list.
    pub const fn new() -> Self {
        Self { list: [Interaction { id: 0.0, duration: 0.0, start: 0.0 }; Self::CAPACITY], length: 0 }
    }

    /// Forgets all interactions.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// The interactions that are kept, slowest first.
    pub fn list(&self) -> &[Interaction] {
        self.list.get(..self.length).unwrap_or(&[])
    }

    /// Whether the interaction `id` is one of the slowest.
    pub fn contains(&self, id: f64) -> bool {
        self.list().iter().any(|interaction| interaction.id == id)
    }

    /// Takes an event of the interaction `id`. An interaction is as slow as its slowest event.
    pub fn event(&mut self, id: f64, start: f64, duration: f64) -> EventRank {
        let known = self.list().iter().position(|interaction| interaction.id == id);
        // The place of the interaction; of a new one, the first that is free, or else that of the fastest.
        let mut place = known.unwrap_or(self.length.min(Self::CAPACITY - 1));
        let Some(before) = self.list.get(place) else { return EventRank::Ignored };
        if place == self.length {
            self.length += 1;
        } else if before.duration >= duration {
            let is_equal = before.id == id && before.duration == duration && before.start == start;
            return if is_equal { EventRank::Equal } else { EventRank::Ignored };
        }
        // Faster interactions move one place down.
        while let Some(before) = self.list.get(place.wrapping_sub(1)).copied() {
            if before.duration >= duration {
                break;
            }
            if let Some(slot) = self.list.get_mut(place) {
                *slot = before;
            }
            place -= 1;
        }
        if let Some(slot) = self.list.get_mut(place) {
            *slot = Interaction { id, duration, start };
        }
        EventRank::Slowest
    }

    /// The interaction whose duration is INP after `count` interactions.
    pub fn inp(&self, count: f64) -> Option<Interaction> {
        let last = self.length.checked_sub(1)?;
        let outliers = (count / Self::PER_OUTLIER) as usize;
        self.list.get(outliers.min(last)).copied()
    }
}

impl Default for SlowestInteractions {
    fn default() -> Self {
        Self::new()
    }
}
