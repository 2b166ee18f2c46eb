//! A scraped target, and the process that answers at its address.
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::counter::State;
use super::process::{Process, began};
use crate::scrape::{Sample, Scrape};

/// The gauge with the start time of the process, s since the epoch: Prometheus' client libraries all have it.
const START: &str = "process_start_time_seconds";

#[derive(Default)]
pub struct Target {
    pub id: i64,
    address: String,
    /// The start time of the process, if the backend reports one; s since the epoch.
    start: Option<f64>,
    /// Counts the processes that have answered.
    epoch: i64,
    /// Whether the process began at zero after the one before was last scraped.
    fresh: bool,
    /// ms since the epoch.
    pub last_scrape: Option<i64>,
    /// The number of the current scrape. A series with a lower one was not in it.
    pub round: u64,
    /// By identity.
    pub series: HashMap<Box<str>, State>,
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

    /// The target called `name`, which is added if the database does not have it.
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

    /// Sets its address. Another address than before is another process, whose counters have counted before.
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

    /// Compares the start time in `scrape` with the last one: another process answers where they differ.
    pub fn begin(&mut self, connection: &Connection, scrape: &Scrape) -> rusqlite::Result<()> {
        let is_start = |sample: &&Sample| sample.name == START && sample.labels.is_empty();
        let start =
            scrape.samples.iter().find(is_start).map(|sample| sample.value).filter(|start| start.is_finite());
        let (Some(start), before) = (start, self.start) else { return Ok(()) };
        if let Some(before) = before {
            let Some(fresh) = began(before, start, self.last_scrape) else {
                // The same process. Its start time may drift.
                self.start = Some(start);
                return Ok(());
            };
            (self.epoch, self.fresh) = (self.epoch + 1, fresh);
        }
        self.start = Some(start);
        self.write(connection)
    }

    /// What its series need to know of the current scrape.
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
