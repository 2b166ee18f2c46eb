//! How far apart kept values are.
use crate::time::{DAY, HOUR, MINUTE};

/// A level of detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// All scrapes.
    All,
    /// The last scrape of each minute: a part of [`Level::All`], so that a day is read at once.
    Minutes,
    /// The last scrape of each hour.
    Hours,
    /// The last scrape of each day.
    Days,
}

impl Level {
    /// From the finest to the coarsest.
    pub const ALL: [Self; 4] = [Self::All, Self::Minutes, Self::Hours, Self::Days];

    /// Its number in the store.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The time in which one scrape is kept, ms. 0 for all of them.
    pub fn spacing(self) -> i64 {
        match self {
            Self::All => 0,
            Self::Minutes => MINUTE,
            Self::Hours => HOUR,
            Self::Days => DAY,
        }
    }

    /// The time that a chunk covers, ms.
    pub fn length(self) -> i64 {
        match self {
            Self::All | Self::Minutes => HOUR,
            Self::Hours => DAY,
            Self::Days => 32 * DAY,
        }
    }

    /// The beginning of the chunk that `time` is in. A chunk has its end and not its beginning, as a step of a chart.
    pub fn chunk(self, time: i64) -> i64 {
        let inside = time.saturating_sub(1);
        inside - inside.rem_euclid(self.length())
    }

    /// The number of the span of which one scrape is kept.
    pub fn span(self, time: i64) -> i64 {
        time.saturating_sub(1).div_euclid(self.spacing().max(1))
    }
}
