//! Which level answers for which part of a window: whole days, then hours, then minutes.
use super::level::Level;
use crate::database::{self, Database};
use crate::totals;

/// How far the levels have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Up to when hours and days are complete.
    complete: [i64; 2],
    /// Before when minutes and hours were deleted.
    deleted: [i64; 2],
}

impl Marks {
    /// As they are in the database.
    pub fn load(database: &dyn Database) -> database::Result<Self> {
        let mark = |name| Ok::<_, database::Error>(totals::get(database, name)?.unwrap_or(i64::MIN));
        Ok(Self {
            complete: [mark("hours")?, mark("days")?],
            deleted: [mark(Level::Minute.deleted_mark())?, mark(Level::Hour.deleted_mark())?],
        })
    }

    /// Up to when the level is complete.
    pub fn complete(&self, level: Level) -> i64 {
        match level {
            Level::Minute => i64::MAX,
            Level::Hour => self.complete[0],
            Level::Day => self.complete[1],
        }
    }

    /// Before when the level's rows were deleted to leave the coarser ones.
    fn deleted(&self, level: Level) -> i64 {
        match level {
            Level::Minute => self.deleted[0],
            Level::Hour => self.deleted[1],
            Level::Day => i64::MIN,
        }
    }

    /// The parts of the buckets that begin in `from..to`, each with its level, in any order. No bucket is longer than
    /// `coarsest` where a finer one is there. A longer one counts if it begins in the window.
    pub fn parts(&self, from: i64, to: i64, coarsest: Level) -> Vec<(Level, i64, i64)> {
        let mut parts = Vec::new();
        self.divide(Level::Day, from, to, coarsest, &mut parts);
        parts
    }

    fn divide(&self, level: Level, from: i64, to: i64, coarsest: Level, parts: &mut Vec<(Level, i64, i64)>) {
        if from >= to {
            return;
        }
        let Some(finer) = level.finer() else {
            parts.push((level, from, to));
            return;
        };
        let length = level.length();
        let up = |time: i64| level.bucket(time.saturating_add(length - 1));
        let complete = self.complete(level);
        // Before this time nothing finer is left.
        let deleted = self.deleted(finer);
        let first = up(from);
        let mut end = if deleted > from { up(deleted.min(to)).min(complete) } else { first };
        if level <= coarsest {
            end = end.max(level.bucket(to.min(complete)));
        }
        if first < end {
            parts.push((level, first, end));
            self.divide(finer, from.max(deleted), first, coarsest, parts);
            self.divide(finer, end, to, coarsest, parts);
        } else {
            self.divide(finer, from.max(deleted), to, coarsest, parts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DAY, HOUR, MINUTE};
    use proptest::prelude::*;

    const NONE: i64 = i64::MIN;

    #[test]
    fn whole_days_come_first_then_hours_then_minutes() {
        let marks = Marks { complete: [3 * DAY + 5 * HOUR, 3 * DAY], deleted: [NONE, NONE] };
        let from = DAY - 2 * HOUR - 5 * MINUTE;
        let to = 3 * DAY + 6 * HOUR + 1;
        let mut parts = marks.parts(from, to, Level::Day);
        parts.sort_by_key(|part| part.1);
        assert_eq!(
            parts,
            [
                (Level::Minute, from, DAY - 2 * HOUR),
                (Level::Hour, DAY - 2 * HOUR, DAY),
                (Level::Day, DAY, 3 * DAY),
                (Level::Hour, 3 * DAY, 3 * DAY + 5 * HOUR),
                (Level::Minute, 3 * DAY + 5 * HOUR, to),
            ]
        );
        assert_eq!(marks.parts(from, to, Level::Minute), [(Level::Minute, from, to)]);
        let nothing = Marks { complete: [NONE, NONE], deleted: [NONE, NONE] };
        assert_eq!(nothing.parts(from, to, Level::Day), [(Level::Minute, from, to)]);
    }

    #[test]
    fn where_minutes_are_gone_the_hours_that_begin_in_the_window_count() {
        let marks = Marks { complete: [10 * HOUR, NONE], deleted: [8 * HOUR, NONE] };
        let from = 2 * HOUR + MINUTE;
        assert_eq!(
            marks.parts(from, 8 * HOUR + 5 * MINUTE, Level::Minute),
            [(Level::Hour, 3 * HOUR, 8 * HOUR), (Level::Minute, 8 * HOUR, 8 * HOUR + 5 * MINUTE)]
        );
        assert_eq!(marks.parts(from, 5 * HOUR + 1, Level::Minute), [(Level::Hour, 3 * HOUR, 6 * HOUR)]);
        assert_eq!(marks.parts(from, from + 1, Level::Minute), []);
    }

    proptest! {
        /// Each minute of the window is in one part, unless it is at the ragged edge of what is left of older data.
        #[test]
        fn nothing_is_counted_twice(
            from in 0_i64..4 * 1440,
            length in 1_i64..4 * 1440,
            hours in 0_i64..96,
            days in 0_i64..4,
            minutes_from in 0_i64..96,
            hours_from in 0_i64..4,
            coarsest in 0_usize..3,
        ) {
            let days = days.min(hours / 24);
            let (minutes_from, hours_from) = (minutes_from.min(hours), hours_from.min(days));
            let marks = Marks {
                complete: [hours * HOUR, days * DAY],
                deleted: [minutes_from * HOUR, hours_from * DAY],
            };
            let (from, to) = (from * MINUTE, (from + length) * MINUTE);
            let mut parts = marks.parts(from, to, Level::ALL[coarsest]);
            parts.sort_by_key(|part| part.1);
            let mut end = i64::MIN;
            for (level, first, last) in &parts {
                prop_assert!(first < last && *first >= end && *first >= from, "{:?}", parts);
                prop_assert!(*last <= marks.complete(*level));
                let is_needed = *last <= level.bucket(marks.deleted(level.finer().unwrap_or(*level)) + level.length() - 1);
                prop_assert!(*level <= Level::ALL[coarsest] || is_needed, "{:?}", parts);
                prop_assert!(*first >= marks.deleted(*level), "{:?}", parts);
                end = *last;
            }
            // All that is left in full detail is there.
            let covered: i64 = parts.iter().map(|(_, first, last)| (*last).min(to) - *first).sum();
            let due = to - from.max(minutes_from * HOUR).max(hours_from * DAY).min(to);
            prop_assert!(covered >= due, "{} of {}: {:?}", covered, due, parts);
        }
    }
}
