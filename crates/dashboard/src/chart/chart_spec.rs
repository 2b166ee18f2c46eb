//! The description of a chart, for `js/chart.js` and, as text, for screen readers.
use crate::format;
use serde::Serialize;
use whippet_api::{Chart, Range, Unit};

/// The colour of a line, named by its role. Each is a `--chart-…` variable of the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// The first line, such as the median.
    First,
    /// The second line, such as the 95th percentile.
    Second,
    /// The third line, such as the 99th percentile.
    Third,
    /// The fourth line.
    Fourth,
    /// The fifth line.
    Fifth,
    /// The sixth line.
    Sixth,
    /// The seventh line.
    Seventh,
    /// The eighth line.
    Eighth,
    /// A good value, or the threshold of good values.
    Good,
    /// A value that needs attention, such as 4xx.
    Fair,
    /// A bad value, such as 5xx, or the threshold of poor values.
    Poor,
}

impl Tone {
    const LINES: [Self; 8] = [
        Self::First,
        Self::Second,
        Self::Third,
        Self::Fourth,
        Self::Fifth,
        Self::Sixth,
        Self::Seventh,
        Self::Eighth,
    ];

    /// Its name in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Third => "third",
            Self::Fourth => "fourth",
            Self::Fifth => "fifth",
            Self::Sixth => "sixth",
            Self::Seventh => "seventh",
            Self::Eighth => "eighth",
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
        }
    }

    /// The colour of the line with this name and index.
    fn of(name: &str, index: usize) -> Self {
        match name {
            "4xx" => Self::Fair,
            "5xx" => Self::Poor,
            "errors" => Self::Poor,
            _ => Self::LINES[index % Self::LINES.len()],
        }
    }
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// Its colour.
    pub tone: Tone,
    /// One per time.
    pub values: Vec<Option<f64>>,
    /// One per time: whether the true value is only known to be greater. Empty where none is.
    pub beyond: Vec<bool>,
}

/// A threshold, drawn as a dashed line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bound {
    /// The threshold's value.
    pub value: f64,
    /// Its colour.
    pub tone: Tone,
}

/// The description of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChartSpec {
    /// The left edge, ms since the epoch.
    pub from: i64,
    /// The right edge.
    pub to: i64,
    /// The unit of all values.
    pub unit: Unit,
    /// The time of each value.
    pub times: Vec<i64>,
    /// The lines.
    pub lines: Vec<Line>,
    /// The thresholds.
    pub bounds: Vec<Bound>,
    /// Whether the area below the line is filled.
    pub area: bool,
    /// Whether the last step has not ended: the line to its value is dashed.
    pub unfinished: bool,
    /// The lower end of the axis: 0, or a little below the least value where one is negative.
    pub bottom: f64,
    /// The smallest upper end of the axis, so that noise around zero does not fill the chart.
    pub floor: f64,
    /// The largest upper end of the axis.
    pub ceiling: Option<f64>,
}

impl ChartSpec {
    /// Describes `chart` for `range`.
    pub fn new(chart: &Chart, range: &Range, unit: Unit) -> Self {
        let lines: Vec<Line> = chart
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| Line {
                name: line.name.clone(),
                tone: Tone::of(&line.name, index),
                values: line.values.clone(),
                beyond: line.beyond.clone(),
            })
            .collect();
        let ceiling = (unit == Unit::Ratio).then_some(1.0);
        let area = lines.len() == 1;
        let known = || lines.iter().flat_map(|line| &line.values).flatten().copied();
        let least = known().fold(0.0, f64::min);
        let floor = floor_for(unit, known().map(f64::abs).fold(0.0, f64::max));
        Self {
            from: range.from,
            to: range.to,
            unit,
            times: chart.times.clone(),
            lines,
            bounds: Vec::new(),
            area,
            unfinished: chart.unfinished,
            bottom: least * 1.08,
            floor,
            ceiling,
        }
    }

    /// Adds a threshold. What is far below it looks like nothing: the axis is not made for small values.
    pub fn bound(mut self, value: f64, tone: Tone) -> Self {
        self.floor = self.floor.max(usual_floor(self.unit));
        self.bounds.push(Bound { value, tone });
        self
    }

    /// For values with gaps: without a filled area.
    pub fn sparse(mut self) -> Self {
        self.area = false;
        self
    }

    /// Sets the axis to 0–100 %.
    pub fn whole(mut self) -> Self {
        (self.floor, self.ceiling) = (1.0, Some(1.0));
        self
    }

    /// Removes the upper limit of the axis: CPU time of several cores exceeds 100 %.
    pub fn unbounded(mut self) -> Self {
        self.ceiling = None;
        self
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.values.iter().all(Option::is_none))
    }

    /// The newest known value of a line.
    pub fn latest(line: &Line) -> Option<f64> {
        line.values.iter().rev().find_map(|value| *value)
    }

    /// The newest known value, formatted; a dash if there is none.
    pub fn latest_text(line: &Line, unit: Unit) -> String {
        let Some(place) = line.values.iter().rposition(Option::is_some) else {
            return format::NOTHING.to_owned();
        };
        let beyond = line.beyond.get(place).copied().unwrap_or(false);
        format::at_least(line.values[place].unwrap_or_default(), beyond, unit)
    }

    /// Describes the chart in words: the newest, least and greatest value of each line.
    pub fn summary(&self) -> String {
        if self.is_empty() {
            return "No data in this time range.".to_owned();
        }
        let mut text = String::new();
        for line in &self.lines {
            let known = || line.values.iter().copied().flatten();
            let least = known().reduce(f64::min);
            let greatest = known().reduce(f64::max);
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&line.name);
            match (Self::latest(line), least, greatest) {
                (Some(_), Some(least), Some(greatest)) => {
                    let so_far = self.unfinished && line.values.last().is_some_and(Option::is_some);
                    text.push_str(&format!(
                        ": {} at last{}, between {} and {}.",
                        Self::latest_text(line, self.unit),
                        if so_far { " (so far)" } else { "" },
                        format::figure(least, self.unit),
                        // A value beyond the last bucket is the greatest.
                        format::at_least(greatest, line.beyond.contains(&true), self.unit)
                    ));
                }
                _ => text.push_str(": no data."),
            }
        }
        text
    }
}

/// The smallest upper end of the axis, where values are not much smaller.
fn usual_floor(unit: Unit) -> f64 {
    match unit {
        Unit::Ms => 1.0,
        Unit::Ratio => 0.01,
        Unit::PerSecond | Unit::Number => 0.1,
        Unit::Bytes | Unit::BytesPerSecond => 1024.0,
    }
}

/// The smallest upper end of the axis for values up to `greatest`: durations of microseconds, rare events and small numbers take
/// at least a tenth of the height. Shares and sizes that small are noise.
fn floor_for(unit: Unit, greatest: f64) -> f64 {
    // Below this, labels are no longer told apart: a thousandth of a nanosecond.
    const LEAST: f64 = 1e-9;
    let mut floor = usual_floor(unit);
    if greatest > 0.0 && matches!(unit, Unit::Ms | Unit::PerSecond | Unit::Number) {
        while greatest < floor / 10.0 && floor > LEAST {
            floor /= 10.0;
        }
    }
    floor
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn chart(lines: &[(&str, &[Option<f64>])]) -> ChartSpec {
        let times = (0..lines.first().map_or(0, |line| line.1.len()) as i64).collect();
        let lines = lines
            .iter()
            .map(|(name, values)| whippet_api::Line {
                name: (*name).to_owned(),
                values: values.to_vec(),
                ..whippet_api::Line::default()
            })
            .collect();
        ChartSpec::new(&Chart { times, lines, unfinished: false }, &Range { from: 0, to: 9 }, Unit::Ms)
    }

    #[test]
    fn a_summary_names_each_line_and_skips_gaps() {
        let spec =
            chart(&[("p50", &[Some(10.0), None, Some(4.0), None]), ("p95", &[None, None, None, None])]);
        expect!["p50: 4 ms at last, between 4 ms and 10 ms. p95: no data."]
            .assert_eq(&spec.summary().replace('\u{a0}', " "));
    }

    #[test]
    fn a_summary_marks_values_that_are_beyond_or_unfinished() {
        let mut spec = chart(&[("p99", &[Some(10.0), Some(500.0)])]);
        (spec.lines[0].beyond, spec.unfinished) = (vec![false, true], true);
        expect!["p99: > 500 ms at last (so far), between 10 ms and > 500 ms."]
            .assert_eq(&spec.summary().replace('\u{a0}', " "));
    }

    #[test]
    fn negative_values_are_on_the_axis() {
        let bottom = |values: &[Option<f64>]| chart(&[("value", values)]).bottom;
        assert_eq!(bottom(&[Some(10.0), None, Some(4.0)]), 0.0);
        assert!(bottom(&[Some(10.0), None, Some(-50.0)]) < -50.0);
        assert_eq!(bottom(&[None]), 0.0);
    }

    #[test]
    fn microseconds_are_not_a_flat_line_at_zero() {
        let floor = |values: &[Option<f64>]| chart(&[("p50", values)]).floor;
        assert_eq!(
            [floor(&[Some(40.0)]), floor(&[Some(0.2)]), floor(&[Some(0.0)]), floor(&[None])],
            [1.0; 4]
        );
        let small = floor(&[Some(0.004), None, Some(0.002)]);
        assert!(small > 0.004 && small <= 0.041, "{small}");
        assert!(floor(&[Some(1e-300)]) > 0.0);
        assert_eq!((floor_for(Unit::Ratio, 0.000_1), floor_for(Unit::Bytes, 8.0)), (0.01, 1024.0));
        assert!(floor_for(Unit::PerSecond, 0.000_4) < 0.004_1);
        // Beside a threshold, a small value is a small one.
        assert_eq!(chart(&[("p75", &[Some(0.004)])]).bound(2500.0, Tone::Good).floor, 1.0);
    }

    #[test]
    fn a_chart_of_gaps_is_empty() {
        let spec = chart(&[("rate", &[None, None])]);
        assert!(spec.is_empty());
        assert_eq!(spec.summary(), "No data in this time range.");
        assert!(chart(&[]).is_empty());
    }

    #[test]
    fn error_lines_have_rating_colours() {
        let spec = chart(&[("4xx", &[]), ("5xx", &[]), ("other", &[])]);
        assert_eq!(
            spec.lines.iter().map(|line| line.tone).collect::<Vec<_>>(),
            [Tone::Fair, Tone::Poor, Tone::Third]
        );
    }
}
