//! The time range that reports cover, and its form in the URL.
use crate::format;
use whippet_api::Range;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The latest moment that a JavaScript `Date` can have, ms since the Unix epoch (ECMA-262, "Time Values and Time Range").
const LATEST: i64 = 8_640_000_000_000_000;

/// The units of a length, longest first: ms, letter, singular, plural.
const UNITS: [(i64, &str, &str, &str); 5] = [
    (7 * DAY, "w", "week", "weeks"),
    (DAY, "d", "day", "days"),
    (HOUR, "h", "hour", "hours"),
    (MINUTE, "m", "minute", "minutes"),
    (SECOND, "s", "second", "seconds"),
];

/// A time range, relative or absolute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeRange {
    /// The last so many ms.
    Last(i64),
    /// From one time to another, or to now; ms since the Unix epoch.
    Between(i64, Option<i64>),
}

impl Default for TimeRange {
    fn default() -> Self {
        Self::Last(HOUR)
    }
}

impl TimeRange {
    /// The longest range of a report, ms.
    const LONGEST: i64 = 400 * DAY;
    /// The lengths to choose from, shortest first.
    const CHOICES: [i64; 7] = [15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY];
    /// Those that are there from the first day on.
    const ALWAYS: i64 = 30 * DAY;

    /// The ranges to choose from, up to the collector's `retention`. Of those above a month there are as many as it takes to
    /// see all data, the oldest of which has this `age`; ms.
    pub fn choices(retention: i64, age: i64) -> Vec<Self> {
        let mut lengths: Vec<i64> =
            Self::CHOICES.into_iter().filter(|length| *length <= retention.max(7 * DAY)).collect();
        if retention > 7 * DAY && retention <= Self::LONGEST && !lengths.contains(&retention) {
            lengths.push(retention);
            lengths.sort_unstable();
        }
        let shorter =
            |length: i64| lengths.iter().copied().filter(|other| *other < length).max().unwrap_or(0);
        let useful = |length: &i64| *length <= Self::ALWAYS || shorter(*length) < age;
        lengths.iter().copied().filter(useful).map(Self::Last).collect()
    }

    /// The form in the URL.
    pub fn name(self) -> String {
        match self {
            // Hours, so that one and two days do not look alike.
            Self::Last(DAY) => "24h".to_owned(),
            Self::Last(length) => {
                let (unit, letter, _, _) = unit_of(length);
                format!("{}{letter}", length / unit)
            }
            Self::Between(from, to) => format!("{from}-{}", to.map_or_else(String::new, |to| to.to_string())),
        }
    }

    /// The form in a sentence: `the last hour`.
    pub fn words(self) -> String {
        match self {
            Self::Last(DAY) => "the last 24 hours".to_owned(),
            Self::Last(length) => {
                let (unit, _, one, several) = unit_of(length);
                match length / unit {
                    1 => format!("the last {one}"),
                    count => format!("the last {count} {several}"),
                }
            }
            Self::Between(from, None) => format!("the time since {}", format::moment(from)),
            Self::Between(from, Some(to)) => {
                format!("the time from {} to {}", format::moment(from), format::moment(to))
            }
        }
    }

    /// The form in a list: `6 h`, `7 days`.
    pub fn short(self) -> String {
        match self {
            Self::Last(DAY) => "24 h".to_owned(),
            Self::Last(length) => {
                let (unit, letter, one, several) = unit_of(length);
                let count = length / unit;
                match letter {
                    "h" | "s" => format!("{count} {letter}"),
                    "m" => format!("{count} min"),
                    _ => format!("{count} {}", if count == 1 { one } else { several }),
                }
            }
            Self::Between(from, None) => format!("Since {}", format::moment(from)),
            Self::Between(from, Some(to)) => format!("{} to {}", format::moment(from), format::moment(to)),
        }
    }

    /// Its bounds at `now`.
    pub fn bounds(self, now: i64) -> Range {
        match self {
            Self::Last(length) => Range { from: now - length, to: now },
            Self::Between(from, to) => Range { from, to: to.unwrap_or(now.max(from + 1)) },
        }
    }

    /// Parses a length: `90m`, `2h`, `30d`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (letter, _) = text.char_indices().next_back()?;
        let (count, letter) = text.split_at(letter);
        let unit = UNITS.into_iter().find(|unit| unit.1 == letter)?.0;
        let count = count.bytes().all(|byte| byte.is_ascii_digit()).then(|| count.parse::<i64>().ok())??;
        let length = count.checked_mul(unit)?;
        (MINUTE..=Self::LONGEST).contains(&length).then_some(Self::Last(length))
    }

    /// Parses two times in ms since the Unix epoch. Without `from`, the range is one hour.
    pub(super) fn between(from: Option<&str>, to: Option<&str>) -> Option<Self> {
        let to = match to {
            Some(text) => Some(moment(text)?),
            None => None,
        };
        let from = match from {
            Some(text) => moment(text)?,
            None => (to? - HOUR).max(0),
        };
        let length = to.map_or(1, |to| to - from);
        (1..=Self::LONGEST).contains(&length).then_some(Self::Between(from, to))
    }

    /// Whether a report can be of the time from the one moment to the other, ms since the Unix epoch.
    pub fn is_span(from: i64, to: i64) -> bool {
        (0..=LATEST).contains(&from)
            && (0..=LATEST).contains(&to)
            && (1..=Self::LONGEST).contains(&(to - from))
    }
}

/// Parses a moment in ms since the Unix epoch. Later ones than a `Date` can have are none: there is nothing to add to them.
pub(super) fn moment(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<i64>().ok().filter(|moment| digits && *moment <= LATEST)
}

/// The longest unit that divides `length`. Weeks are written in days.
fn unit_of(length: i64) -> (i64, &'static str, &'static str, &'static str) {
    UNITS.into_iter().skip(1).find(|unit| length % unit.0 == 0).unwrap_or(UNITS[4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_that_no_clock_has_are_not_taken() {
        let last = LATEST.to_string();
        assert_eq!(TimeRange::between(Some(&last), None), Some(TimeRange::Between(LATEST, None)));
        assert_eq!(TimeRange::Between(LATEST, None).bounds(1), Range { from: LATEST, to: LATEST + 1 });
        for text in ["8640000000000001", "9223372036854775807", "-1", "+1", ""] {
            assert_eq!(TimeRange::between(Some(text), None), None, "{text}");
            assert_eq!(TimeRange::between(None, Some(text)), None, "{text}");
        }
    }

    #[test]
    fn a_span_is_no_longer_than_a_report_and_of_moments_in_order() {
        assert!(TimeRange::is_span(0, 1) && TimeRange::is_span(5, 5 + 400 * DAY));
        assert!(
            !TimeRange::is_span(5, 5) && !TimeRange::is_span(6, 5) && !TimeRange::is_span(5, 6 + 400 * DAY)
        );
        // What a field has while `2026` is typed: the years 2, 20 and 202.
        assert!(!TimeRange::is_span(-62_104_060_800_000, 1_790_000_000_000));
        assert!(!TimeRange::is_span(i64::MIN, i64::MAX));
    }
}
