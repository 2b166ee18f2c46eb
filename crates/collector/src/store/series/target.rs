//! A scraped target, and which of its processes answers.
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::counter::State;
use super::{Identity, Scrape};

/// What backends call the time at which their process began, s since the epoch.
const START: &str = "process_start_time_seconds";

/// 2000. A machine that says less has no clock that was ever set: its times compare with each other alone.
const SET: f64 = 946_684_800.0;
/// So much may the same start differ, s: the kernel keeps whole seconds, and some work it out anew each time.
const JITTER: f64 = 2.0;
/// So long before the last scrape may a process have begun and still be the successor of the one that was scraped, s:
/// two of a deployment run side by side for minutes, and clocks differ.
const OVERLAP: f64 = 600.0;

#[derive(Default)]
pub struct Target {
    pub id: i64,
    address: String,
    start: Option<f64>,
    epoch: i64,
    fresh: bool,
    pub last_scrape: Option<i64>,
    /// Counts scrapes: whether a series was in this one.
    pub round: u64,
    pub series: HashMap<Identity, State>,
}

/// What a counter needs to know of the process it is in.
pub struct Process {
    pub epoch: i64,
    pub fresh: bool,
    pub last_scrape: Option<i64>,
    /// The scrape's number.
    pub round: u64,
}

impl Target {
    /// All targets by name, without their series.
    pub fn load(connection: &Connection) -> rusqlite::Result<HashMap<String, Self>> {
        connection
            .prepare(
                "SELECT name, id, address, start, epoch, fresh,
                   (SELECT max(time) FROM scrapes WHERE target = targets.id) FROM targets",
            )?
            .query_map([], |row| {
                let target = Self {
                    id: row.get(1)?,
                    address: row.get(2)?,
                    start: row.get(3)?,
                    epoch: row.get(4)?,
                    fresh: row.get(5)?,
                    last_scrape: row.get(6)?,
                    ..Self::default()
                };
                Ok((row.get(0)?, target))
            })?
            .collect()
    }

    pub fn add(connection: &Connection, name: &str) -> rusqlite::Result<Self> {
        let known = connection
            .query_row("SELECT id FROM targets WHERE name = ?1", [name], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            return Ok(Self { id, ..Self::default() });
        }
        connection.execute("INSERT INTO targets (name) VALUES (?1)", [name])?;
        Ok(Self { id: connection.last_insert_rowid(), ..Self::default() })
    }

    /// Notes where it is.
    pub fn declare(&mut self, connection: &Connection, address: &str) -> rusqlite::Result<()> {
        if self.address == address {
            return Ok(());
        }
        if !self.address.is_empty() {
            (self.epoch, self.fresh, self.start) = (self.epoch + 1, false, None);
        }
        address.clone_into(&mut self.address);
        self.write(connection)
    }

    /// Notes by the scrape whether another process answers than before.
    pub fn begin(&mut self, connection: &Connection, scrape: &Scrape) -> rusqlite::Result<()> {
        let told = |sample: &&crate::scrape::Sample| sample.name == START && sample.labels.is_empty();
        let start =
            scrape.samples.iter().find(told).map(|sample| sample.value).filter(|start| start.is_finite());
        let (Some(start), before) = (start, self.start) else { return Ok(()) };
        if let Some(before) = before {
            let Some(fresh) = began(before, start, self.last_scrape) else {
                // It may drift.
                self.start = Some(start);
                return Ok(());
            };
            (self.epoch, self.fresh) = (self.epoch + 1, fresh);
        }
        self.start = Some(start);
        self.write(connection)
    }

    pub fn process(&self) -> Process {
        Process { epoch: self.epoch, fresh: self.fresh, last_scrape: self.last_scrape, round: self.round }
    }

    fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "UPDATE targets SET address = ?2, start = ?3, epoch = ?4, fresh = ?5 WHERE id = ?1",
            )?
            .execute(params![self.id, self.address, self.start, self.epoch, self.fresh])?;
        Ok(())
    }
}

/// What it means that something began at `now`, where `before` was said in the scrape before: `None`, nothing, it is the
/// same; else whether it began at zero since, so that all it counts is new. Otherwise it counted already while the other
/// was scraped, and where it begins says nothing.
pub fn began(before: f64, now: f64, last_scrape: Option<i64>) -> Option<bool> {
    let without_clock = before < SET && now < SET;
    if now == before || !without_clock && (now - before).abs() <= JITTER {
        return None;
    }
    let since = last_scrape.is_none_or(|last| now >= last as f64 / 1000.0 - OVERLAP);
    Some(now > before && (without_clock || since))
}

#[cfg(test)]
mod tests {
    use super::began;

    #[test]
    fn a_restart_is_told_from_another_process() {
        let last = Some(1_700_000_000_000);
        for (before, now, expected) in [
            (1.699e9, 1.699e9, None),
            (1.699e9, 1.699e9 + 1.0, None),
            (1.699e9, 1.7e9 + 3.0, Some(true)),
            // While the one before was still scraped.
            (1.699e9, 1.7e9 - 60.0, Some(true)),
            // Long before that, and older than the one before.
            (1.69e9, 1.699e9, Some(false)),
            (1.699e9, 1.69e9, Some(false)),
            // Since their machine was started.
            (100.0, 101.0, Some(true)),
            (101.0, 100.0, Some(false)),
            (100.0, 1.7e9 + 3.0, Some(true)),
        ] {
            assert_eq!(began(before, now, last), expected, "{before} {now}");
        }
    }
}
