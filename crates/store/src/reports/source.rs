//! Where the reports on backends read series from: the store, or figures that were fetched from another server before.
use std::collections::BTreeMap;

use super::steps::Steps;

/// The indices of two points of a [`Grid`].
pub type Pair = (usize, usize);

/// The labels of a series.
pub type Labels = BTreeMap<String, String>;

/// The series of one target over a window.
///
/// A report asks for series by name, and for nothing that its signals do not need.
pub trait Source {
    /// Why series cannot be read.
    type Error;

    /// The points in time at which there are values.
    fn grid(&self) -> &Grid;

    /// All series called `name` as counters: their values only grow. One whose type was not declared is taken for a counter.
    fn counters(&self, name: &str) -> Result<Vec<Counter>, Self::Error>;

    /// All gauges called `name`.
    fn gauges(&self, name: &str) -> Result<Vec<Gauge>, Self::Error>;
}

/// The points in time at which a report needs values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// The times, ms since the epoch.
    pub points: Vec<i64>,
    /// For each step of a chart the two points between which rates are computed; `None` while the target was down.
    pub steps: Vec<Option<Pair>>,
    /// The first and the last point of the window; `None` if there are fewer than two.
    pub whole: Option<Pair>,
}

impl Grid {
    /// The grid of scrapes at `times`, which are sorted and `interval` ms apart.
    ///
    /// Rates are computed over a step, or over three scrapes where steps are shorter, so that a late scrape makes no dip in
    /// a chart. `times` should begin two such windows before the steps.
    pub fn new(times: &[i64], steps: &Steps, interval: i64) -> Self {
        Self::kept(times, |_| 0, steps, interval)
    }

    /// The same where only some scrapes are kept: `spacing` says how far apart they are at a time, ms. There a rate is computed
    /// over that at least.
    pub fn kept(times: &[i64], spacing: impl Fn(i64) -> i64, steps: &Steps, interval: i64) -> Self {
        let window = Self::window(steps, interval);
        let pair = |from: i64, to: i64, window: i64| {
            // The last scrape before the end, unless the target has been down since.
            let last = times.partition_point(|time| *time <= to).checked_sub(1)?;
            (times[last] > to - window).then_some(())?;
            // The last scrape before the beginning, or the first after it where the target was down before.
            let before = times.partition_point(|time| *time <= from);
            let first = before.checked_sub(1).filter(|place| times[*place] > from - window).unwrap_or(before);
            (first < last).then(|| (times[first], times[last]))
        };
        let step = |end: &i64| {
            let window = window.max(spacing(*end));
            pair(end - window, *end, window)
        };
        let pairs: Vec<Option<(i64, i64)>> = steps.ends.iter().map(step).collect();
        let last = times.last().copied().unwrap_or_default();
        let whole = pair(steps.from, last, window.max(spacing(steps.from)));
        let mut points: Vec<i64> =
            pairs.iter().flatten().chain(&whole).flat_map(|(first, last)| [*first, *last]).collect();
        points.sort_unstable();
        points.dedup();
        let place = |time: i64| points.partition_point(|point| *point < time);
        let places = |pair: &(i64, i64)| (place(pair.0), place(pair.1));
        let steps = pairs.iter().map(|pair| pair.as_ref().map(places)).collect();
        let whole = whole.as_ref().map(places);
        Self { points, steps, whole }
    }

    /// The time over which a rate is computed, ms.
    pub fn window(steps: &Steps, interval: i64) -> i64 {
        steps.step.max(3 * interval)
    }

    /// The seconds between two points.
    pub fn seconds(&self, (first, last): Pair) -> f64 {
        (self.points[last] - self.points[first]) as f64 / 1000.0
    }
}

/// A counter over a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    /// Its labels.
    pub labels: Labels,
    /// The first value ever seen. The counter is taken to have had it before.
    pub first: f64,
    /// Its value at each point, corrected for resets.
    pub values: Vec<Option<f64>>,
}

impl Counter {
    /// The increase between two points.
    pub fn increase(&self, (first, last): Pair) -> f64 {
        let Some(end) = self.values[last] else { return 0.0 };
        (end - self.values[first].unwrap_or(self.first)).max(0.0)
    }

    /// Whether it is there at the end of a pair. A bucket that is not bounds nothing.
    pub fn is_at(&self, (_, last): Pair) -> bool {
        self.values[last].is_some()
    }

    /// The value of a label; empty where it has none.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }
}

/// A gauge over a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Gauge {
    /// Its labels.
    pub labels: Labels,
    /// Its value at each point; `None` where it had none.
    pub values: Vec<Option<f64>>,
}

impl Gauge {
    /// The value at the end of a pair.
    pub fn at(&self, (_, last): Pair) -> Option<f64> {
        self.values[last]
    }
}

/// Makes a counter of raw values by Prometheus' rule: it was reset to zero wherever it fell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unreset {
    before: Option<f64>,
    base: f64,
}

impl Unreset {
    /// The value after `raw`, as if there had been no reset.
    pub fn next(&mut self, raw: f64) -> f64 {
        if let Some(before) = self.before.filter(|before| raw < *before) {
            self.base += before;
        }
        self.before = Some(raw);
        self.base + raw
    }
}
