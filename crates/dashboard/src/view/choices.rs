//! The choices of time range and refresh, and how the URL names them.
use crate::format;
use whippet_api::Range;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The units that a length may be in, the longest first: their letter, what one and several are called.
const UNITS: [(i64, &str, &str, &str); 5] = [
    (7 * DAY, "w", "week", "weeks"),
    (DAY, "d", "day", "days"),
    (HOUR, "h", "hour", "hours"),
    (MINUTE, "m", "minute", "minutes"),
    (SECOND, "s", "second", "seconds"),
];

/// What the charts reach over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// So many ms up to now.
    Last(i64),
    /// From one moment to another, or to now; ms since the epoch.
    Between(i64, Option<i64>),
}

impl Default for Window {
    fn default() -> Self {
        Self::Last(HOUR)
    }
}

impl Window {
    /// The longest that the collector answers, ms.
    const LONGEST: i64 = 400 * DAY;
    /// Those to choose from, shortest first.
    const CHOICES: [i64; 6] = [15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY];

    /// Those to choose from where data is kept for `retention` ms: up to all of it.
    pub fn choices(retention: i64) -> Vec<Self> {
        let mut lengths: Vec<i64> =
            Self::CHOICES.into_iter().filter(|length| *length <= retention.max(7 * DAY)).collect();
        if retention > 7 * DAY && retention <= Self::LONGEST && !lengths.contains(&retention) {
            lengths.push(retention);
            lengths.sort_unstable();
        }
        lengths.into_iter().map(Self::Last).collect()
    }

    /// As the URL has it.
    pub fn name(self) -> String {
        match self {
            // A day is its hours, so that one and two days do not look alike.
            Self::Last(DAY) => "24h".to_owned(),
            Self::Last(length) => {
                let (unit, letter, _, _) = unit_of(length);
                format!("{}{letter}", length / unit)
            }
            Self::Between(from, to) => format!("{from}-{}", to.map_or_else(String::new, |to| to.to_string())),
        }
    }

    /// As a reader reads it: `the last hour`.
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

    /// As a list to choose from has it: `6 h`, `7 days`.
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

    /// The range it is at `now`.
    pub fn range(self, now: i64) -> Range {
        match self {
            Self::Last(length) => Range { from: now - length, to: now },
            Self::Between(from, to) => Range { from, to: to.unwrap_or(now.max(from + 1)) },
        }
    }

    /// A length as the URL may have it: `90m`, `2h`, `30d`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (letter, _) = text.char_indices().next_back()?;
        let (count, letter) = text.split_at(letter);
        let unit = UNITS.into_iter().find(|unit| unit.1 == letter)?.0;
        let count = count.bytes().all(|byte| byte.is_ascii_digit()).then(|| count.parse::<i64>().ok())??;
        let length = count.checked_mul(unit)?;
        (MINUTE..=Self::LONGEST).contains(&length).then_some(Self::Last(length))
    }

    /// From one moment to another, as the URL may have them: ms since the epoch. Without a beginning, an hour.
    pub(super) fn between(from: Option<&str>, to: Option<&str>) -> Option<Self> {
        let moment = |text: &str| text.parse::<i64>().ok().filter(|moment| *moment >= 0);
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
}

/// The longest unit of which `length` is a multiple. Weeks are written in days.
fn unit_of(length: i64) -> (i64, &'static str, &'static str, &'static str) {
    UNITS.into_iter().skip(1).find(|unit| length % unit.0 == 0).unwrap_or(UNITS[4])
}

/// How often the page asks again by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Refresh {
    /// Never.
    Off,
    /// Every 5 seconds.
    #[default]
    FiveSeconds,
    /// Every 30 seconds.
    HalfMinute,
    /// Every minute.
    Minute,
}

impl Refresh {
    /// All of them, `Off` first.
    pub const ALL: [Self; 4] = [Self::Off, Self::FiveSeconds, Self::HalfMinute, Self::Minute];

    /// As the URL has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::FiveSeconds => "5s",
            Self::HalfMinute => "30s",
            Self::Minute => "1m",
        }
    }

    /// Between two requests, ms; `None` is never. An answer that took `cost` ms is not asked for so often that the
    /// collector works on it more than a twentieth of the time.
    pub fn interval(self, cost: f64) -> Option<f64> {
        let interval = match self {
            Self::Off => return None,
            Self::FiveSeconds => 5_000.0,
            Self::HalfMinute => 30_000.0,
            Self::Minute => 60_000.0,
        };
        // In whole steps: the interval is not begun anew for every answer.
        Some(interval * (20.0 * cost / interval).ceil().max(1.0))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refresh| refresh.name() == text)
    }
}
