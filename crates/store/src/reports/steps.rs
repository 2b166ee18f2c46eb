//! Dividing a window into steps.
use whippet_api::{Chart, Line, Range};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Round steps, which people can read off an axis, ms.
const STEPS: [i64; 18] = [
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
];

/// The most points of a chart; one more where the window is not a multiple of the step.
const POINTS: i64 = 180;

/// A window in steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The beginning of the window, ms since the epoch.
    pub from: i64,
    /// The end of the window.
    pub to: i64,
    /// The length of a step, ms. The last one may end early, with the window.
    pub step: i64,
    /// The end of each step: a multiple of the step, so that points do not move as the window does.
    pub ends: Vec<i64>,
}

impl Steps {
    /// Divides `range` into at most 180 steps or so, none shorter than `finest`.
    pub fn new(range: &Range, finest: i64) -> Self {
        let length = range.to - range.from;
        let fits = |step: &&i64| **step >= finest && length / **step <= POINTS;
        let step = STEPS.iter().find(fits).copied().unwrap_or(4 * DAY);
        let first = range.from - range.from.rem_euclid(step) + step;
        let mut ends: Vec<i64> = std::iter::successors(Some(first), |end| Some(end + step))
            .take_while(|end| *end < range.to)
            .collect();
        ends.push(range.to);
        Self { from: range.from, to: range.to, step, ends }
    }

    /// The same for values that come every `interval` ms, and whose times are not known: each step has as many of them, two at least,
    /// or so many that one more changes little. Otherwise rates would go up and down with their number.
    pub fn whole(range: &Range, interval: i64) -> Self {
        let interval = interval.max(1);
        let is_even =
            |step: &&i64| **step >= 2 * interval && (**step % interval == 0 || **step >= 10 * interval);
        Self::new(range, STEPS.iter().find(is_even).copied().unwrap_or(2 * interval))
    }

    /// The same window in `count` steps of equal length.
    pub fn coarse(&self, count: i64) -> Self {
        let step = ((self.to - self.from) / count.max(1)).max(1);
        let ends = (1..=count.max(1)).map(|place| self.to - (count.max(1) - place) * step).collect();
        Self { from: self.from, to: self.to, step, ends }
    }

    /// The step that a bucket beginning at `time` belongs to.
    pub fn place(&self, time: i64) -> usize {
        self.ends.partition_point(|end| *end <= time).min(self.ends.len() - 1)
    }

    /// A chart of counts by step. The last step may be unfinished.
    pub fn chart(&self, lines: Vec<Line>) -> Chart {
        Chart { times: self.ends.clone(), lines, unfinished: self.to % self.step != 0 }
    }

    /// The bounds for the beginning of buckets of `length` that overlap the window: the lower is exclusive, the upper
    /// inclusive.
    pub fn bounds(&self, length: i64) -> (i64, i64) {
        (self.from - length, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn check(from: i64, to: i64, finest: i64, expected: expect_test::Expect) {
        let steps = Steps::new(&Range { from, to }, finest);
        let (first, last) = (steps.ends[0], steps.ends[steps.ends.len() - 1]);
        let text = format!("step {} s, {} points, {first} to {last}", steps.step / SECOND, steps.ends.len());
        expected.assert_eq(&text);
    }

    #[test]
    fn steps_grow_with_the_window() {
        let from = 1_700_000_000_000;
        check(from, from + 5 * MINUTE, 5000, expect!["step 5 s, 60 points, 1700000005000 to 1700000300000"]);
        check(
            from,
            from + 15 * MINUTE,
            5000,
            expect!["step 5 s, 180 points, 1700000005000 to 1700000900000"],
        );
        check(from, from + HOUR, 5000, expect!["step 30 s, 121 points, 1700000010000 to 1700003600000"]);
        check(from, from + DAY, 5000, expect!["step 600 s, 145 points, 1700000400000 to 1700086400000"]);
        check(
            from,
            from + 30 * DAY,
            5000,
            expect!["step 14400 s, 181 points, 1700006400000 to 1702592000000"],
        );
        check(
            from,
            from + 400 * DAY,
            5000,
            expect!["step 345600 s, 101 points, 1700006400000 to 1734560000000"],
        );
    }

    #[test]
    fn no_step_is_finer_than_requested() {
        let from = 1_700_000_000_000;
        check(
            from,
            from + 5 * MINUTE,
            MINUTE,
            expect!["step 60 s, 6 points, 1700000040000 to 1700000300000"],
        );
        check(from, from + 1, 5000, expect!["step 5 s, 1 points, 1700000000001 to 1700000000001"]);
    }

    #[test]
    fn a_step_has_whole_scrapes() {
        let range = Range { from: 1_700_000_000_000, to: 1_700_000_000_000 + 5 * MINUTE };
        let scrapes = [1, 2, 5, 7, 10, 12, 15, 20, 30, 60, 90];
        let steps = scrapes.map(|seconds| Steps::whole(&range, seconds * SECOND).step / SECOND);
        assert_eq!(steps, [5, 10, 10, 120, 30, 60, 30, 60, 60, 120, 900]);
        assert_eq!(Steps::whole(&range, 0).step, 5 * SECOND);
    }

    #[test]
    fn a_bucket_belongs_to_the_step_it_begins_in() {
        let steps = Steps::new(&Range { from: 30_000, to: 200_000 }, MINUTE);
        assert_eq!(steps.ends, [60_000, 120_000, 180_000, 200_000]);
        assert_eq!([0, 59_999, 60_000, 180_000, 200_000].map(|time| steps.place(time)), [0, 0, 1, 3, 3]);
    }
}
