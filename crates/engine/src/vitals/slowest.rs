//! The slowest interactions of a page view, in numbers, <https://web.dev/articles/inp>.

/// One interaction: all events that a key press, a tap or a click fires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// `interactionId`
    pub id: f64,
    /// The duration of its slowest event, ms.
    pub duration: f64,
    /// When that began, ms.
    pub start: f64,
}

/// What an event was to the list of the slowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Place {
    /// It changes nothing: its interaction is too fast, or has a slower event.
    Ignored,
    /// It is as slow as its interaction's slowest, and began with it.
    Equal,
    /// It is its interaction's slowest by now, the first or not: those before it do not matter any more.
    Slowest,
}

/// The ten slowest interactions, slowest first. One of fifty may be slower than what is reported: the 98th
/// percentile, near enough, whatever the number of interactions.
#[derive(Clone, Debug)]
pub struct Slowest {
    list: [Interaction; Self::KEPT],
    length: usize,
}

impl Slowest {
    /// How many are kept.
    pub const KEPT: usize = 10;
    const PER_OUTLIER: f64 = 50.0;

    /// No interaction yet.
    pub const fn new() -> Self {
        Self { list: [Interaction { id: 0.0, duration: 0.0, start: 0.0 }; Self::KEPT], length: 0 }
    }

    /// No interaction any more.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// The interactions that are kept, slowest first.
    pub fn list(&self) -> &[Interaction] {
        self.list.get(..self.length).unwrap_or(&[])
    }

    /// An event of the interaction `id`; an interaction is as slow as its slowest event.
    pub fn event(&mut self, id: f64, start: f64, duration: f64) -> Place {
        let known = self.list().iter().position(|interaction| interaction.id == id);
        let mut place = match known.and_then(|place| self.list.get(place)) {
            Some(before) if duration > before.duration => known.unwrap_or(0),
            Some(before) if duration == before.duration && start == before.start => return Place::Equal,
            Some(_) => return Place::Ignored,
            None if self.length < Self::KEPT => {
                self.length += 1;
                self.length - 1
            }
            None if duration > self.list[Self::KEPT - 1].duration => Self::KEPT - 1,
            None => return Place::Ignored,
        };
        // Those that are faster move one down.
        while place > 0 && place < Self::KEPT && self.list[place - 1].duration < duration {
            self.list[place] = self.list[place - 1];
            place -= 1;
        }
        if let Some(slot) = self.list.get_mut(place) {
            *slot = Interaction { id, duration, start };
        }
        Place::Slowest
    }

    /// The interaction that INP is the duration of, after `count` interactions.
    pub fn worst(&self, count: f64) -> Option<Interaction> {
        let last = self.length.checked_sub(1)?;
        let outliers = (count / Self::PER_OUTLIER) as usize;
        self.list.get(outliers.min(last)).copied()
    }
}

impl Default for Slowest {
    fn default() -> Self {
        Self::new()
    }
}
