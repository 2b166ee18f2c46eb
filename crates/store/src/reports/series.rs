//! Scraped series over a window: the increases of counters and the values of gauges, by step.
use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::steps::Steps;

/// The indices of two scrapes in a [`Scrapes`].
pub type Pair = (usize, usize);

/// The labels of a series.
pub type Labels = BTreeMap<String, String>;

/// The scrapes of one target that a window needs.
#[derive(Debug)]
pub struct Scrapes {
    target: i64,
    /// The times at which values are wanted.
    points: Vec<i64>,
    /// For each step the two scrapes between which rates are computed; `None` while the target was down.
    pub steps: Vec<Option<Pair>>,
    /// The first and the last scrape of the window; `None` if there are fewer than two.
    pub whole: Option<Pair>,
}

impl Scrapes {
    /// Reads the scrapes of `target`, which is scraped every `interval` ms; `None` if it never was.
    ///
    /// Rates are computed over a step, or over three scrapes where steps are shorter, so that a late scrape makes no dip in
    /// a chart.
    pub fn new(
        connection: &Connection,
        target: &str,
        steps: &Steps,
        interval: i64,
    ) -> rusqlite::Result<Option<Self>> {
        let id = connection
            .prepare_cached("SELECT id FROM targets WHERE name = ?1")?
            .query_row([target], |row| row.get::<_, i64>(0))
            .optional()?;
        let Some(target) = id else { return Ok(None) };
        let window = steps.step.max(3 * interval);
        let times: Vec<i64> = connection
            .prepare_cached(
                "SELECT time FROM scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3 ORDER BY time",
            )?
            .query_map(params![target, steps.from - 2 * window, steps.to], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let pair = |from: i64, to: i64| {
            // The last scrape before the end, unless the target has been down since.
            let last = times.partition_point(|time| *time <= to).checked_sub(1)?;
            (times[last] > to - window).then_some(())?;
            // The last scrape before the beginning, or the first after it where the target was down before.
            let before = times.partition_point(|time| *time <= from);
            let first = before.checked_sub(1).filter(|place| times[*place] > from - window).unwrap_or(before);
            (first < last).then_some((times[first], times[last]))
        };
        let pairs: Vec<Option<(i64, i64)>> = steps.ends.iter().map(|end| pair(end - window, *end)).collect();
        let last = times.last().copied().unwrap_or_default();
        let whole = pair(steps.from, last);
        let mut points: Vec<i64> =
            pairs.iter().flatten().chain(&whole).flat_map(|(first, last)| [*first, *last]).collect();
        points.sort_unstable();
        points.dedup();
        let place = |time: i64| points.partition_point(|point| *point < time);
        let places = |pair: &(i64, i64)| (place(pair.0), place(pair.1));
        let steps = pairs.iter().map(|pair| pair.as_ref().map(places)).collect();
        let whole = whole.as_ref().map(places);
        Ok(Some(Self { target, points, steps, whole }))
    }

    /// The seconds between two scrapes.
    pub fn seconds(&self, (first, last): Pair) -> f64 {
        (self.points[last] - self.points[first]) as f64 / 1000.0
    }

    /// All counters called `name`.
    pub fn counters(&self, connection: &Connection, name: &str) -> rusqlite::Result<Vec<Counter>> {
        // A counter that is missing keeps its last value: what it counted did happen.
        let mut at = connection.prepare_cached(
            "SELECT time, value FROM samples WHERE series = ?1 AND time <= ?2 AND value IS NOT NULL
             ORDER BY time DESC LIMIT 1",
        )?;
        let mut first = connection.prepare_cached(
            "SELECT value FROM samples WHERE series = ?1 AND value IS NOT NULL ORDER BY time LIMIT 1",
        )?;
        let mut counters = Vec::new();
        for (series, labels) in self.series(connection, name)? {
            let values = self.values(&mut at, series)?;
            if values.iter().any(Option::is_some) {
                let first = first.query_row([series], |row| row.get(0))?;
                counters.push(Counter { labels, first, values });
            }
        }
        Ok(counters)
    }

    /// The sum of all gauges called `name`, for each step.
    pub fn gauge(&self, connection: &Connection, name: &str) -> rusqlite::Result<Vec<Option<f64>>> {
        let mut at = connection.prepare_cached(
            "SELECT time, value FROM samples WHERE series = ?1 AND time <= ?2 ORDER BY time DESC LIMIT 1",
        )?;
        let mut sums = vec![None; self.steps.len()];
        for (series, _) in self.series(connection, name)? {
            let values = self.values(&mut at, series)?;
            for (sum, pair) in sums.iter_mut().zip(&self.steps) {
                if let Some(value) = pair.and_then(|(_, last)| values[last]) {
                    *sum = Some(sum.unwrap_or(0.0) + value);
                }
            }
        }
        Ok(sums)
    }

    /// Until when counters may have counted too much, if that is after the window begins.
    pub fn inexact_until(&self, connection: &Connection, steps: &Steps) -> rusqlite::Result<Option<i64>> {
        connection
            .prepare_cached("SELECT min(max(inexact), ?3) FROM series WHERE target = ?1 AND inexact > ?2")?
            .query_row(params![self.target, steps.from, steps.to], |row| row.get(0))
    }

    fn series(&self, connection: &Connection, name: &str) -> rusqlite::Result<Vec<(i64, Labels)>> {
        connection
            .prepare_cached("SELECT id, labels FROM series WHERE target = ?1 AND name = ?2")?
            .query_map(params![self.target, name], |row| {
                let labels = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
                Ok((row.get(0)?, labels))
            })?
            .collect()
    }

    /// The values of a series at all points. A sample holds until the next. From the last point backwards, each look-up
    /// fills all points back to the sample it finds, so the cost grows with the changes, not with the scrapes.
    fn values(&self, at: &mut rusqlite::Statement<'_>, series: i64) -> rusqlite::Result<Vec<Option<f64>>> {
        let mut values = vec![None; self.points.len()];
        let mut open = self.points.len();
        while open > 0 {
            let found =
                at.query_row(params![series, self.points[open - 1]], |row| Ok((row.get(0)?, row.get(1)?)));
            let Some((time, value)) = found.optional()? else { break };
            let (time, value): (i64, Option<f64>) = (time, value);
            while open > 0 && self.points[open - 1] >= time {
                open -= 1;
                values[open] = value;
            }
        }
        Ok(values)
    }
}

/// A counter over a window.
#[derive(Debug)]
pub struct Counter {
    /// Its labels.
    pub labels: Labels,
    /// The first value ever scraped. The counter is taken to have had it before.
    first: f64,
    values: Vec<Option<f64>>,
}

impl Counter {
    /// The increase between two scrapes.
    pub fn increase(&self, (first, last): Pair) -> f64 {
        let Some(end) = self.values[last] else { return 0.0 };
        (end - self.values[first].unwrap_or(self.first)).max(0.0)
    }

    /// The value of the first of these labels that it has: backends give the same label different names.
    pub fn label(&self, names: &[&str]) -> &str {
        names.iter().find_map(|name| self.labels.get(*name)).map_or("", String::as_str)
    }
}
