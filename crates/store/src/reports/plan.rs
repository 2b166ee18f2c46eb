//! Which buckets of which level a report reads. This is the only place that chooses levels.
//!
//! A window is read from the coarsest buckets that lie in it: whole days, then hours, then minutes. A bucket of a level counts
//! only where the level is complete, which its mark says, and where it does not lie across two steps of a chart. Where the finer
//! level is deleted already, the coarser bucket counts if it begins in the window.
use crate::time::{DAY, HOUR, MINUTE};

/// How long the buckets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// One minute.
    Minute,
    /// One hour.
    Hour,
    /// One day of UTC.
    Day,
}

impl Level {
    /// The length of a bucket, ms.
    pub const fn length(self) -> i64 {
        match self {
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }
}

/// Where each level has data. All times are ms since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Hours that end until then are complete.
    pub hours_to: i64,
    /// Days that end until then are complete.
    pub days_to: i64,
    /// Minutes before are deleted.
    pub minutes_from: i64,
    /// Hours before are deleted.
    pub hours_from: i64,
}

/// Buckets of a level that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The level.
    pub level: Level,
    /// The beginning of the first bucket.
    pub from: i64,
    /// The end of the last one.
    pub to: i64,
}

/// The buckets to read, in the order of time, for the minutes that begin from `from` to before `to`. Both are multiples of a
/// minute. `step`: the length of a chart's steps, which begin at multiples of it; `None` where only sums are wanted.
pub fn plan((from, to): (i64, i64), step: Option<i64>, kept: &Kept) -> Vec<Segment> {
    let mut plan = Plan { window: (from, to), step, kept, segments: Vec::new() };
    let mut day = from - from.rem_euclid(DAY);
    while day < to {
        plan.cover(Level::Day, day);
        day += DAY;
    }
    plan.segments
}

struct Plan<'a> {
    window: (i64, i64),
    step: Option<i64>,
    kept: &'a Kept,
    segments: Vec<Segment>,
}

impl Plan<'_> {
    /// Adds the part of a bucket's time that is in the window.
    fn cover(&mut self, level: Level, begin: i64) {
        let (from, to) = self.window;
        let end = begin + level.length();
        let inside = (begin.max(from), end.min(to));
        if inside.0 >= inside.1 {
            return;
        }
        let finer = match level {
            Level::Minute => return self.add(level, inside),
            Level::Hour => Level::Minute,
            Level::Day => Level::Hour,
        };
        let fits = self.step.is_none_or(|step| step % level.length() == 0);
        let is_whole = (begin, end) == inside;
        let is_complete = self.is_complete(level, begin);
        let has_finer = inside.0 >= self.oldest_below(level);
        if is_complete && (is_whole && fits || !has_finer) {
            if begin >= from {
                self.add(level, (begin, end));
            }
            return;
        }
        if finer == Level::Minute {
            return self.add(finer, inside);
        }
        let mut part = begin;
        while part < end {
            self.cover(finer, part);
            part += finer.length();
        }
    }

    fn is_complete(&self, level: Level, begin: i64) -> bool {
        match level {
            Level::Minute => true,
            Level::Hour => begin + HOUR <= self.kept.hours_to && begin >= self.kept.hours_from,
            Level::Day => begin + DAY <= self.kept.days_to,
        }
    }

    /// The time from which a finer level than this has data.
    fn oldest_below(&self, level: Level) -> i64 {
        let minutes = self.kept.minutes_from;
        if level == Level::Day { minutes.min(self.kept.hours_from) } else { minutes }
    }

    fn add(&mut self, level: Level, (from, to): (i64, i64)) {
        match self.segments.last_mut() {
            Some(last) if last.level == level && last.to == from => last.to = to,
            _ => self.segments.push(Segment { level, from, to }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use proptest::prelude::*;

    /// Day 100 is far from the time's beginning, so that nothing is negative.
    const BASE: i64 = 100 * DAY;

    fn written(segments: &[Segment]) -> String {
        let one = |segment: &Segment| {
            let count = (segment.to - segment.from) / segment.level.length();
            let at = segment.from - BASE;
            let (day, hour, minute) =
                (at.div_euclid(DAY), at.rem_euclid(DAY) / HOUR, at.rem_euclid(HOUR) / MINUTE);
            format!("{count} {:?} from day {day} {hour:02}:{minute:02}\n", segment.level)
        };
        segments.iter().map(one).collect()
    }

    /// All levels are up to date at `now`, and nothing is deleted.
    fn all(now: i64) -> Kept {
        Kept { hours_to: now - now % HOUR, days_to: now - now % DAY, minutes_from: 0, hours_from: 0 }
    }

    #[test]
    fn whole_days_then_hours_then_minutes() {
        let now = BASE + 7 * DAY + 2 * HOUR + 3 * MINUTE;
        let kept = all(now);
        let window = (now - 7 * DAY, now + MINUTE);
        expect![[r#"
            57 Minute from day 0 02:03
            21 Hour from day 0 03:00
            6 Day from day 1 00:00
            2 Hour from day 7 00:00
            4 Minute from day 7 02:00
        "#]]
        .assert_eq(&written(&plan(window, None, &kept)));
        // A chart with a point per hour has no use for days.
        expect![[r#"
            57 Minute from day 0 02:03
            167 Hour from day 0 03:00
            4 Minute from day 7 02:00
        "#]]
        .assert_eq(&written(&plan(window, Some(HOUR), &kept)));
        expect!["10024 Minute from day 0 02:03\n"].assert_eq(&written(&plan(
            (window.0, window.0 + 10024 * MINUTE),
            Some(MINUTE),
            &kept,
        )));
    }

    #[test]
    fn the_coarser_bucket_counts_where_the_finer_one_is_deleted() {
        let now = BASE + 7 * DAY + 2 * HOUR + 3 * MINUTE;
        let kept = Kept { minutes_from: now - 2 * DAY, hours_from: now - 4 * DAY, ..all(now) };
        // Day 0 begins before the window.
        expect![[r#"
            6 Day from day 1 00:00
            2 Hour from day 7 00:00
            4 Minute from day 7 02:00
        "#]]
        .assert_eq(&written(&plan((now - 7 * DAY, now + MINUTE), None, &kept)));
        expect![[r#"
            3 Day from day 1 00:00
            73 Hour from day 4 00:00
        "#]]
        .assert_eq(&written(&plan((now - 7 * DAY, now - HOUR - 3 * MINUTE), Some(HOUR), &kept)));
    }

    fn arbitrary() -> impl Strategy<Value = ((i64, i64), Option<i64>, Kept)> {
        let minutes = 6 * DAY / MINUTE;
        let step = prop::sample::select(vec![
            None,
            Some(MINUTE),
            Some(10 * MINUTE),
            Some(HOUR),
            Some(4 * HOUR),
            Some(DAY),
            Some(2 * DAY),
        ]);
        ((0..minutes), (1..minutes), step, (0..150_i64), (0..7_i64), (-1..minutes), (-1..minutes)).prop_map(
            |(from, length, step, hours, days, minutes_gone, hours_gone)| {
                let hours_to = BASE + hours * HOUR;
                // Days are made of hours, and nothing is deleted before the level above has it.
                let days_to = (BASE + days * DAY).min(hours_to - hours_to % DAY);
                let minutes_from = (BASE + minutes_gone * MINUTE).min(hours_to);
                let hours_from = (BASE + hours_gone * MINUTE).min(days_to);
                let from = BASE + from * MINUTE;
                ((from, from + length * MINUTE), step, Kept { hours_to, days_to, minutes_from, hours_from })
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn every_minute_is_read_exactly_once((window, step, kept) in arbitrary()) {
            let kept = Kept { minutes_from: 0, hours_from: 0, ..kept };
            let segments = plan(window, step, &kept);
            let mut at = window.0;
            for segment in &segments {
                prop_assert_eq!(segment.from, at, "nothing twice, nothing left out");
                prop_assert!(segment.to > segment.from);
                let length = segment.level.length();
                prop_assert!(segment.from % length == 0 && segment.to % length == 0);
                prop_assert!(step.is_none_or(|step| step % length == 0), "no bucket is in two steps");
                let complete = match segment.level {
                    Level::Minute => i64::MAX,
                    Level::Hour => kept.hours_to,
                    Level::Day => kept.days_to,
                };
                prop_assert!(segment.to <= complete);
                at = segment.to;
            }
            prop_assert_eq!(at, window.1);
        }

        #[test]
        fn few_buckets_are_read((window, _, kept) in arbitrary()) {
            let now = window.1;
            let kept = Kept { minutes_from: 0, hours_from: 0, ..all(now.max(kept.days_to)) };
            let read: i64 = plan(window, None, &kept).iter().map(|part| (part.to - part.from) / part.level.length()).sum();
            prop_assert!(read <= 6 + 2 * 23 + 2 * 59 + 1, "{read} buckets");
        }

        #[test]
        fn what_is_deleted_is_read_from_the_level_above((window, step, kept) in arbitrary()) {
            let segments = plan(window, step, &kept);
            let mut at = i64::MIN;
            for segment in &segments {
                prop_assert!(segment.from >= at, "nothing twice");
                prop_assert!(segment.from >= window.0, "a bucket counts where it begins");
                at = segment.to;
            }
            let mut minute = window.0;
            while minute < window.1 {
                let found = segments.iter().find(|segment| segment.from <= minute && minute < segment.to);
                let whole_hour = minute - minute % HOUR >= window.0 && minute - minute % HOUR + HOUR <= window.1;
                let whole_day = minute - minute % DAY >= window.0 && minute - minute % DAY + DAY <= window.1;
                let has_minute = minute >= kept.minutes_from;
                let has_hour = minute - minute % HOUR >= kept.hours_from && minute - minute % HOUR + HOUR <= kept.hours_to;
                let has_day = minute - minute % DAY + DAY <= kept.days_to;
                match found.map(|segment| segment.level) {
                    Some(Level::Minute) => prop_assert!(has_minute || !has_hour && !has_day),
                    Some(Level::Hour) => prop_assert!(has_hour),
                    Some(Level::Day) => prop_assert!(has_day),
                    // It was in the window with its bucket, or as a minute: then it would have been found.
                    None => prop_assert!(!(has_hour && whole_hour && has_day && whole_day)),
                }
                minute += MINUTE;
            }
        }
    }
}
