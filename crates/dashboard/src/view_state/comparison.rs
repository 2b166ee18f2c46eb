//! What a release, a time span or a value of a split is compared with, and its form in the URL.
use super::Split;
use super::time_range::moment;
use whippet_api::Range;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// The side that something is compared with: `with` in the URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Versus {
    /// The span of the same length just before.
    Before,
    /// The same hours a day before.
    DayBefore,
    /// The same hours a week before.
    WeekBefore,
    /// Another span: its bounds, ms since the Unix epoch.
    Span(i64, i64),
    /// Another value of the split, in the same range.
    Split(Split),
}

impl Versus {
    /// The form in the URL.
    pub fn name(&self) -> String {
        match self {
            Self::Before => "before".to_owned(),
            Self::DayBefore => "day-before".to_owned(),
            Self::WeekBefore => "week-before".to_owned(),
            Self::Span(from, to) => format!("{from}-{to}"),
            Self::Split(split) => split.name(),
        }
    }

    /// The other side's span, where `range` is that of the one; `None` for the same.
    pub fn span(&self, range: &Range) -> Option<Range> {
        let earlier = |by: i64| Some(Range { from: range.from - by, to: range.to - by });
        match self {
            Self::Before => earlier(range.to - range.from),
            Self::DayBefore => earlier(DAY),
            Self::WeekBefore => earlier(7 * DAY),
            Self::Span(from, to) => Some(Range { from: *from, to: *to }),
            Self::Split(_) => None,
        }
    }

    /// Parses the form in the URL.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "before" => return Some(Self::Before),
            "day-before" => return Some(Self::DayBefore),
            "week-before" => return Some(Self::WeekBefore),
            _ => {}
        }
        if let Some((from, to)) = text.split_once('-')
            && let (Some(from), Some(to)) = (moment(from), moment(to))
        {
            return (from < to).then_some(Self::Span(from, to));
        }
        Split::parse(text).filter(|split| split.value.is_some()).map(Self::Split)
    }
}

/// The quantile that is compared: `quantile` in the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quantile {
    /// The median.
    P50,
    /// What web.dev's thresholds are for.
    #[default]
    P75,
    /// 90 %.
    P90,
    /// 95 %.
    P95,
    /// 99 %.
    P99,
}

impl Quantile {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::P50, Self::P75, Self::P90, Self::P95, Self::P99];

    /// The form in the URL and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P75 => "p75",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
        }
    }

    /// The quantile of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quantile| quantile.name() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_side_is_written_and_parsed() {
        for text in
            ["before", "day-before", "week-before", "1000-2000", "release:1.2", "device:phone", "release:1-2"]
        {
            assert_eq!(Versus::read(text).map(|versus| versus.name()).as_deref(), Some(text));
        }
        for text in
            ["", "after", "2000-1000", "1000-1000", "device", "device:", "colour:red", "-1-5", "1000-"]
        {
            assert_eq!(Versus::read(text), None, "{text}");
        }
        assert_eq!(Versus::read("1000-9223372036854775807"), None, "no clock has this moment");
    }

    #[test]
    fn spans_are_relative_to_the_one_side() {
        let range = Range { from: 10 * DAY, to: 10 * DAY + HOUR };
        let span = |versus: Versus| versus.span(&range).map(|span| (span.from, span.to));
        assert_eq!(span(Versus::Before), Some((10 * DAY - HOUR, 10 * DAY)));
        assert_eq!(span(Versus::DayBefore), Some((9 * DAY, 9 * DAY + HOUR)));
        assert_eq!(span(Versus::WeekBefore), Some((3 * DAY, 3 * DAY + HOUR)));
        assert_eq!(span(Versus::Span(1, 2)), Some((1, 2)));
        assert_eq!(span(Versus::read("release:1.2").unwrap()), None);
    }
}
