//! One series, and what its next sample means. For a counter that is what Prometheus makes of it: it grew by the
//! difference, whatever was missing in between; it began again at zero where it fell, or where the backend says so; and
//! the first value of all is where it stood, of which nothing is known.
use rusqlite::{Connection, params};

use super::process::{Process, began};
use crate::scrape::Sample;
use crate::time::DAY;

/// Up to here a double tells single counts apart. Sums that are larger begin anew with the counter: one value that was
/// beyond belief must not swallow all that is counted after it.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[derive(Default)]
pub struct State {
    pub id: i64,
    pub counter: bool,
    /// What resets took away: what is stored is `base + raw`. 0 of a gauge.
    pub base: f64,
    /// The value as it was last scraped; not a number where that is unknown, or where a gauge has none.
    pub raw: f64,
    /// By so much `raw` may be wrong: it was worked out from what is stored.
    pub doubt: f64,
    /// The process that last had it.
    pub epoch: i64,
    /// When the counter began, as the backend said it last.
    pub created: Option<f64>,
    /// The last scrape that had it.
    pub round: u64,
    /// The day written to the file, for retention.
    pub seen: i64,
}

impl State {
    /// A series that was never scraped before: it stands where it stands.
    pub fn first(
        connection: &Connection,
        id: i64,
        sample: &Sample,
        process: &Process,
        time: i64,
    ) -> rusqlite::Result<Self> {
        let mut state = Self { id, counter: sample.counter, raw: f64::NAN, seen: time, ..Self::default() };
        state.take(connection, sample, process, time)?;
        Ok(state)
    }

    /// Where it stood, by its newest sample.
    pub fn read_back(&mut self, connection: &Connection) {
        let newest = connection
            .prepare_cached("SELECT value FROM samples WHERE series = ?1 ORDER BY time DESC LIMIT 1")
            .and_then(|mut newest| newest.query_row([self.id], |row| row.get::<_, Option<f64>>(0)));
        // Where it cannot be read, the next sample is as good as the first.
        let stored = newest.ok().flatten().unwrap_or(f64::NAN);
        self.raw = stored - self.base;
        self.doubt = 4.0 * f64::EPSILON * stored.abs().max(self.base.abs());
    }

    /// Takes in the next sample.
    pub fn take(
        &mut self,
        connection: &Connection,
        sample: &Sample,
        process: &Process,
        time: i64,
    ) -> rusqlite::Result<()> {
        let base = if sample.counter { self.base_of(sample, process) } else { 0.0 };
        let stored = base + sample.value;
        // A gauge that is no number is a gap, as a missing one is.
        let stood = self.base + self.raw;
        if stored != stood && !(stored.is_nan() && stood.is_nan()) {
            write(connection, self.id, time, (!stored.is_nan()).then_some(stored))?;
        }
        let created = sample.created.or(self.created);
        let is = (base, sample.counter, process.epoch, created);
        if is != (self.base, self.counter, self.epoch, self.created) {
            connection
                .prepare_cached(
                    "UPDATE series SET base = ?2, counter = ?3, epoch = ?4, created = ?5 WHERE id = ?1",
                )?
                .execute(params![self.id, base, sample.counter, process.epoch, created])?;
        }
        if time - self.seen > DAY {
            connection
                .prepare_cached("UPDATE series SET seen = ?2 WHERE id = ?1")?
                .execute(params![self.id, time])?;
            self.seen = time;
        }
        (self.base, self.raw, self.doubt) = (base, sample.value, 0.0);
        (self.counter, self.epoch, self.created) = (sample.counter, process.epoch, created);
        self.round = process.round;
        Ok(())
    }

    /// The scrape did not have it. A counter stands where it stood; a gauge has no value.
    pub fn miss(&mut self, connection: &Connection, time: i64) -> rusqlite::Result<()> {
        if !self.counter && !self.raw.is_nan() {
            write(connection, self.id, time, None)?;
            self.raw = f64::NAN;
        }
        Ok(())
    }

    /// The base by which the counter has grown by what the sample says.
    fn base_of(&self, sample: &Sample, process: &Process) -> f64 {
        let stands = self.base + self.raw;
        if stands.is_nan() {
            return 0.0;
        }
        let created = self.created.zip(sample.created);
        let again = if self.epoch != process.epoch {
            Some(process.fresh)
        } else if !self.counter {
            // It was called a gauge.
            Some(false)
        } else if let Some(fresh) = created.and_then(|(was, is)| began(was, is, process.last_scrape)) {
            Some(fresh)
        } else {
            (sample.value < self.raw - self.doubt).then_some(true)
        };
        match again {
            None => self.base,
            Some(true) if stands.abs() > EXACT => 0.0,
            Some(true) => stands,
            // Grown by nothing.
            Some(false) => stands - sample.value,
        }
    }
}

fn write(connection: &Connection, series: i64, time: i64, value: Option<f64>) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO samples (series, time, value) VALUES (?1, ?2, ?3)")?
        .execute(params![series, time, value])?;
    Ok(())
}
