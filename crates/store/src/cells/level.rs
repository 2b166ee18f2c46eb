//! The lengths of buckets.
use crate::time::{DAY, HOUR, MINUTE};

/// How long the buckets of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What the writer adds to.
    Minute,
    /// The sum of 60 minutes.
    Hour,
    /// The sum of 24 hours, from midnight UTC.
    Day,
}

impl Level {
    /// All of them, the finest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The length of a bucket, ms.
    pub const fn length(self) -> i64 {
        match self {
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }

    /// The beginning of the bucket that `time` is in.
    pub const fn bucket(self, time: i64) -> i64 {
        time.saturating_sub(time.rem_euclid(self.length()))
    }

    /// The table.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Minute => "cells_minute",
            Self::Hour => "cells_hour",
            Self::Day => "cells_day",
        }
    }

    /// The level that this one is added up from.
    pub const fn finer(self) -> Option<Self> {
        match self {
            Self::Minute => None,
            Self::Hour => Some(Self::Minute),
            Self::Day => Some(Self::Hour),
        }
    }

    /// The coarsest level whose buckets are no longer than `step`, ms.
    pub fn within(step: i64) -> Self {
        Self::ALL.into_iter().rev().find(|level| level.length() <= step).unwrap_or(Self::Minute)
    }
}
