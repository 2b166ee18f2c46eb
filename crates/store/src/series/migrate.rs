//! Packs what older versions stored as a row per sample.
use rusqlite::{Connection, OptionalExtension, params};

use super::changes;
use super::packed::{Hour, Level, finish};
use crate::time::{DAY, HOUR};

/// Full detail is packed for as long before the newest scrape, ms; older hours keep their last scrape.
const DETAIL: i64 = 3 * DAY;

/// As long as a chunk of days, ms.
const MONTH: i64 = 32 * DAY;

/// A sample of an older version.
type Sample = (i64, Option<f64>);

/// Packs all samples, and drops their tables. A sample that cannot be read is left out.
pub fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    let targets: Vec<i64> = connection
        .prepare("SELECT id FROM targets")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for target in targets {
        let series: Vec<i64> = connection
            .prepare_cached("SELECT id FROM series WHERE target = ?1 ORDER BY id")?
            .query_map([target], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut older = Older { connection, target, series, begun: false, lost: false };
        if let Err(error) = older.pack() {
            tracing::warn!(%error, target_number = target, "not all samples of a target could be packed");
        }
        if older.lost {
            tracing::warn!(target_number = target, "damaged samples of a target are left out");
        }
    }
    for table in ["older_samples", "older_scrapes"] {
        if let Err(error) = connection.execute(&format!("DROP TABLE {table}"), []) {
            tracing::warn!(%error, table, "a table that is no longer needed cannot be dropped");
        }
    }
    Ok(())
}

struct Older<'c> {
    connection: &'c Connection,
    target: i64,
    series: Vec<i64>,
    /// Whether an hour was packed.
    begun: bool,
    /// Whether a sample could not be read.
    lost: bool,
}

impl Older<'_> {
    fn pack(&mut self) -> rusqlite::Result<()> {
        self.first_values()?;
        let newest: Option<i64> = self.connection.query_row(
            "SELECT max(time) FROM older_scrapes WHERE target = ?1",
            [self.target],
            |row| row.get(0),
        )?;
        let Some(newest) = newest else { return Ok(()) };
        let open = Level::All.chunk(newest);
        let mut from = newest - 13 * MONTH;
        from = Level::All.chunk(from);
        while let Some(hour) = self.next_hour(from)? {
            finish(self.connection, self.target, Level::Hours.chunk(hour + HOUR))?;
            let times = self.times(hour)?;
            let changed = self.changed(hour, &times);
            if hour == open {
                self.keep(&times, changed)?;
            } else {
                let levels = if hour >= newest - DETAIL { &Level::ALL[..3] } else { &Level::ALL[2..3] };
                self.write(hour, &times, changed, levels)?;
            }
            self.begun = true;
            from = hour + HOUR;
        }
        Ok(())
    }

    /// The first value of each series, as far as samples go back.
    fn first_values(&mut self) -> rusqlite::Result<()> {
        let mut first = self.connection.prepare_cached(
            "SELECT value FROM older_samples WHERE series = ?1 AND value IS NOT NULL ORDER BY time LIMIT 1",
        )?;
        let mut set = self.connection.prepare_cached("UPDATE series SET first = ?2 WHERE id = ?1")?;
        for id in &self.series {
            match first.query_row([id], |row| row.get::<_, f64>(0)).optional() {
                Ok(Some(value)) => drop(set.execute(params![id, value])?),
                Ok(None) => {}
                Err(_) => self.lost = true,
            }
        }
        Ok(())
    }

    fn next_hour(&self, from: i64) -> rusqlite::Result<Option<i64>> {
        let time: Option<i64> = self
            .connection
            .prepare_cached("SELECT min(time) FROM older_scrapes WHERE target = ?1 AND time > ?2")?
            .query_row([self.target, from], |row| row.get(0))?;
        Ok(time.map(|time| Level::All.chunk(time)))
    }

    fn times(&self, hour: i64) -> rusqlite::Result<Vec<i64>> {
        self.connection
            .prepare_cached(
                "SELECT time FROM older_scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3 ORDER BY time",
            )?
            .query_map([self.target, hour, hour + HOUR], |row| row.get(0))?
            .collect()
    }

    /// What each scrape of an hour changed: series and values.
    fn changed(&mut self, hour: i64, times: &[i64]) -> Vec<Vec<(i64, f64)>> {
        let mut changed = vec![Vec::new(); times.len()];
        for id in self.series.clone() {
            let Ok(samples) = self.samples(id, hour) else {
                self.lost = true;
                continue;
            };
            for (time, value) in samples {
                // Of scrapes that were thinned out, the next one that is left has the value.
                let place = times.partition_point(|scrape| *scrape < time).min(times.len() - 1);
                changed[place].push((id, value.unwrap_or(f64::NAN)));
            }
        }
        changed
    }

    fn samples(&self, id: i64, hour: i64) -> rusqlite::Result<Vec<Sample>> {
        // What a series had before the first hour holds until its next sample.
        let before = match self.begun {
            true => None,
            false => self
                .connection
                .prepare_cached(
                    "SELECT time, value FROM older_samples WHERE series = ?1 AND time <= ?2 ORDER BY time DESC LIMIT 1",
                )?
                .query_row([id, hour], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?,
        };
        let mut samples: Vec<Sample> = before.into_iter().collect();
        let mut within = self.connection.prepare_cached(
            "SELECT time, value FROM older_samples WHERE series = ?1 AND time > ?2 AND time <= ?3 ORDER BY time",
        )?;
        let mut rows = within.query([id, hour, hour + HOUR])?;
        while let Some(row) = rows.next()? {
            samples.push((row.get(0)?, row.get(1)?));
        }
        Ok(samples)
    }

    fn write(
        &self,
        hour: i64,
        times: &[i64],
        changed: Vec<Vec<(i64, f64)>>,
        levels: &[Level],
    ) -> rusqlite::Result<()> {
        let mut packing = Hour::new(self.target, hour);
        for (time, changes) in times.iter().zip(changed) {
            if packing.add(*time) {
                changes.into_iter().for_each(|(series, value)| packing.change(series, value));
            }
        }
        Ok(packing.write(self.connection, levels)?)
    }

    /// Keeps the scrapes of the hour that is not over.
    fn keep(&self, times: &[i64], changed: Vec<Vec<(i64, f64)>>) -> rusqlite::Result<()> {
        let mut keep = self
            .connection
            .prepare_cached("INSERT INTO scrapes (target, time, changes) VALUES (?1, ?2, ?3)")?;
        for (time, mut changes) in times.iter().zip(changed) {
            keep.execute(params![self.target, time, changes::write(&mut changes)])?;
        }
        Ok(())
    }
}
