//! The store's scraped series as a [`Source`].
use rusqlite::{Connection, OptionalExtension, Statement, params};

use super::source::{Counter, Gauge, Grid, Labels, Source, Unreset};
use super::steps::Steps;

/// The scrapes of one target that a window needs.
#[derive(Debug)]
pub struct Scrapes<'c> {
    connection: &'c Connection,
    target: i64,
    grid: Grid,
    /// Whether a series has few samples per point, so that reading them in a row is quicker than looking each point up.
    dense: bool,
}

/// Up to so many scrapes per point, samples are read in a row: a step to the next one costs a tenth of a look-up.
const DENSE: usize = 8;

impl<'c> Scrapes<'c> {
    /// Reads the scrapes of `target`, which is scraped every `interval` ms; `None` if it never was.
    pub fn new(
        connection: &'c Connection,
        target: &str,
        steps: &Steps,
        interval: i64,
    ) -> rusqlite::Result<Option<Self>> {
        let Some(target) = Self::id(connection, target)? else { return Ok(None) };
        let from = steps.from - 2 * Grid::window(steps, interval);
        let times: Vec<i64> = connection
            .prepare_cached(
                "SELECT time FROM scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3 ORDER BY time",
            )?
            .query_map(params![target, from, steps.to], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let grid = Grid::new(&times, steps, interval);
        let dense = times.len() <= DENSE * grid.points.len();
        Ok(Some(Self { connection, target, grid, dense }))
    }

    /// The same with the beginning and the end of the window alone, which costs little however long it is.
    pub fn whole(
        connection: &'c Connection,
        target: &str,
        steps: &Steps,
        interval: i64,
    ) -> rusqlite::Result<Option<Self>> {
        let Some(target) = Self::id(connection, target)? else { return Ok(None) };
        let window = Grid::window(steps, interval);
        let at = |question: &str, from: i64, to: i64| {
            let question = format!(
                "SELECT {question}(time) FROM scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3"
            );
            let mut statement = connection.prepare_cached(&question)?;
            statement.query_row(params![target, from, to], |row| row.get::<_, Option<i64>>(0))
        };
        let mut times = Vec::new();
        for (question, from, to) in [
            ("max", steps.from - window, steps.from),
            ("min", steps.from, steps.to),
            ("max", steps.from - 2 * window, steps.to),
        ] {
            times.extend(at(question, from, to)?);
        }
        times.sort_unstable();
        times.dedup();
        Ok(Some(Self { connection, target, grid: Grid::new(&times, steps, interval), dense: false }))
    }

    /// Its target's number in the store.
    pub fn target(&self) -> i64 {
        self.target
    }

    /// The number of a target in the store; `None` if it was never scraped.
    pub fn id(connection: &Connection, target: &str) -> rusqlite::Result<Option<i64>> {
        connection
            .prepare_cached("SELECT id FROM targets WHERE name = ?1")?
            .query_row([target], |row| row.get(0))
            .optional()
    }

    /// Until when counters may have counted too much, if that is after the window begins.
    pub fn inexact_until(&self, steps: &Steps) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached("SELECT min(max(inexact), ?3) FROM series WHERE target = ?1 AND inexact > ?2")?
            .query_row(params![self.target, steps.from, steps.to], |row| row.get(0))
    }

    /// Number, labels and whether it is a counter, of each series called `name`.
    fn series(&self, name: &str) -> rusqlite::Result<Vec<(i64, Labels, bool)>> {
        self.connection
            .prepare_cached("SELECT id, labels, counter FROM series WHERE target = ?1 AND name = ?2")?
            .query_map(params![self.target, name], |row| {
                let labels = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
                Ok((row.get(0)?, labels, row.get(2)?))
            })?
            .collect()
    }

    /// The values of a series at all points. A sample holds until the next. From the last point backwards, each look-up
    /// fills all points back to the sample it finds, so the cost grows with the changes, not with the scrapes.
    fn values(&self, at: &mut Statement<'_>, series: i64) -> rusqlite::Result<Vec<Option<f64>>> {
        let points = &self.grid.points;
        let mut values = vec![None; points.len()];
        let mut open = points.len();
        while open > 0 {
            let found = at.query_row(params![series, points[open - 1]], |row| Ok((row.get(0)?, row.get(1)?)));
            let Some((time, value)) = found.optional()? else { break };
            let (time, value): (i64, Option<f64>) = (time, value);
            while open > 0 && points[open - 1] >= time {
                open -= 1;
                values[open] = value;
            }
        }
        Ok(values)
    }

    /// The same from all samples of the window in a row. `next` makes the value of a sample; `None` is none.
    fn scan(
        &self,
        samples: &mut Statement<'_>,
        series: i64,
        mut next: impl FnMut(Option<f64>) -> Option<f64>,
    ) -> rusqlite::Result<Vec<Option<f64>>> {
        let points = &self.grid.points;
        let mut values = vec![None; points.len()];
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(values) };
        let mut rows = samples.query(params![series, first, last])?;
        let (mut value, mut open) = (None, 0);
        while let Some(row) = rows.next()? {
            let time: i64 = row.get(0)?;
            while open < points.len() && points[open] < time {
                values[open] = value;
                open += 1;
            }
            value = next(row.get(1)?);
        }
        values[open..].fill(value);
        Ok(values)
    }
}

/// All samples of a series between two times, and the last one before.
const IN_A_ROW: &str = "SELECT time, value FROM samples WHERE series = ?1 AND time <= ?3 AND time >=
     ifnull((SELECT time FROM samples WHERE series = ?1 AND time <= ?2 ORDER BY time DESC LIMIT 1), ?2) ORDER BY time";
/// The same of those with a value.
const KNOWN_IN_A_ROW: &str = "SELECT time, value FROM samples WHERE series = ?1 AND time <= ?3 AND value IS NOT NULL AND time >=
     ifnull((SELECT time FROM samples WHERE series = ?1 AND time <= ?2 AND value IS NOT NULL ORDER BY time DESC LIMIT 1), ?2)
     ORDER BY time";

impl Source for Scrapes<'_> {
    type Error = rusqlite::Error;

    fn grid(&self) -> &Grid {
        &self.grid
    }

    fn counters(&self, name: &str) -> rusqlite::Result<Vec<Counter>> {
        // A counter that is missing keeps its last value: what it counted did happen.
        let mut at = self.connection.prepare_cached(
            "SELECT time, value FROM samples WHERE series = ?1 AND time <= ?2 AND value IS NOT NULL
             ORDER BY time DESC LIMIT 1",
        )?;
        let mut first = self.connection.prepare_cached(
            "SELECT value FROM samples WHERE series = ?1 AND value IS NOT NULL ORDER BY time LIMIT 1",
        )?;
        let mut row = self.connection.prepare_cached(KNOWN_IN_A_ROW)?;
        let mut counters = Vec::new();
        for (series, labels, counter) in self.series(name)? {
            let values = match counter {
                true if self.dense => self.scan(&mut row, series, |value| value)?,
                true => self.values(&mut at, series)?,
                // It is stored as it was, and may have fallen and grown again between two points.
                false => {
                    let mut unreset = Unreset::default();
                    self.scan(&mut row, series, |value| value.map(|value| unreset.next(value)))?
                }
            };
            let Some(known) = values.iter().find_map(|value| *value) else { continue };
            // Only a counter that begins within the window needs it.
            let first = match values.first() {
                Some(None) if counter => first.query_row([series], |row| row.get(0))?,
                _ => known,
            };
            counters.push(Counter { labels, first, values });
        }
        Ok(counters)
    }

    fn gauges(&self, name: &str) -> rusqlite::Result<Vec<Gauge>> {
        let mut at = self.connection.prepare_cached(
            "SELECT time, value FROM samples WHERE series = ?1 AND time <= ?2 ORDER BY time DESC LIMIT 1",
        )?;
        let mut row = self.connection.prepare_cached(IN_A_ROW)?;
        let mut gauges = Vec::new();
        for (series, labels, _) in self.series(name)? {
            let values = match self.dense {
                true => self.scan(&mut row, series, |value| value)?,
                false => self.values(&mut at, series)?,
            };
            if values.iter().any(Option::is_some) {
                gauges.push(Gauge { labels, values });
            }
        }
        Ok(gauges)
    }
}
