//! A scraped target, and the process that answers at its address.
use std::collections::HashMap;

use super::changes;
use super::counter::State;
use super::identity::{Identity, instance_of};
use super::packed;
use super::process::{Process, began};
use crate::database::{Database, Engine, Lookup, Result, Type, params};
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
    /// The number of the target called `name`, which is added if the database does not have it.
    pub fn number(db: &dyn Database, name: &str) -> Result<i64> {
        let number = "SELECT id FROM targets WHERE name = ?1";
        if let Some(id) = db.query_optional(number, params![name], |row| row.get(0))? {
            return Ok(id);
        }
        // Of two collectors that add it at once, the second finds it.
        db.execute("INSERT INTO targets (name) VALUES (?1) ON CONFLICT (name) DO NOTHING", params![name])?;
        db.scalar(number, params![name])
    }

    /// The target with that number, and all its series.
    pub fn load(db: &dyn Database, id: i64) -> Result<Self> {
        let mut target = db.query_one(
            "SELECT address, start, epoch, fresh FROM targets WHERE id = ?1",
            params![id],
            |row| {
                Ok(Self {
                    id,
                    address: row.get(0)?,
                    start: row.get(1)?,
                    epoch: row.get(2)?,
                    fresh: row.get(3)?,
                    ..Self::default()
                })
            },
        )?;
        let (values, last) = newest_values(db, target.id)?;
        target.last_scrape = last;
        let series = &mut target.series;
        db.query(
            "SELECT id, name, labels, counter, base, epoch, created, seen FROM series WHERE target = ?1",
            params![target.id],
            &mut |row| {
                let mut state = State {
                    id: row.get(0)?,
                    counter: row.get(3)?,
                    base: row.get(4)?,
                    epoch: row.get(5)?,
                    created: row.get(6)?,
                    seen: row.get(7)?,
                    instance: instance_of(row.text(2)?),
                    ..State::default()
                };
                state.read_back(values.get(&state.id).copied().unwrap_or(f64::NAN));
                series.insert(Identity::stored(row.text(1)?, row.text(2)?), state);
                Ok(())
            },
        )?;
        Ok(target)
    }

    /// Makes the collector `writer` the one whose memory of the target is right, until the end of the transaction, and says
    /// whether it was that before. Any other must read the target anew before it writes.
    pub fn claim(db: &dyn Database, id: i64, writer: i64) -> Result<bool> {
        if db.engine() == Engine::Sqlite {
            // There is one collector, and it reads anew after a failure.
            return Ok(true);
        }
        if Self::lock(db, id)? == Some(writer) {
            return Ok(true);
        }
        db.execute("UPDATE targets SET writer = ?2 WHERE id = ?1", params![id, writer])?;
        Ok(false)
    }

    /// Locks its row until the end of the transaction. Returns who wrote last.
    pub fn lock(db: &dyn Database, id: i64) -> Result<Option<i64>> {
        const WRITER: Lookup =
            Lookup { table: "targets", keys: &[("id", Type::Integer)], columns: "writer", lock: true };
        let mut writer = None;
        db.read_rows(&WRITER, &[vec![id.into()]], &mut |row| {
            writer = Some(row.get(0)?);
            Ok(())
        })?;
        Ok(writer)
    }

    /// Sets its address. Another address than before is another process, whose counters have counted before.
    pub fn declare(&mut self, db: &dyn Database, address: &str) -> Result<()> {
        if self.address == address {
            return Ok(());
        }
        if !self.address.is_empty() {
            (self.epoch, self.fresh, self.start) = (self.epoch + 1, false, None);
        }
        address.clone_into(&mut self.address);
        self.write(db)
    }

    /// Compares the start time in `scrape` with the last one: another process answers where they differ.
    pub fn begin(&mut self, db: &dyn Database, scrape: &Scrape) -> Result<()> {
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
        self.write(db)
    }

    /// What its series need to know of the current scrape.
    pub fn process(&self) -> Process {
        Process { epoch: self.epoch, fresh: self.fresh, last_scrape: self.last_scrape, round: self.round }
    }

    fn write(&self, db: &dyn Database) -> Result<()> {
        db.execute(
            "UPDATE targets SET address = ?2, start = ?3, epoch = ?4, fresh = ?5 WHERE id = ?1",
            params![self.id, &self.address, self.start, self.epoch, self.fresh],
        )
        .map(drop)
    }
}

/// The newest value of each series of a target, and when it was last scraped.
fn newest_values(db: &dyn Database, target: i64) -> Result<(HashMap<i64, f64>, Option<i64>)> {
    let mut values = HashMap::new();
    let packed = packed::before(db, target, i64::MAX)?;
    if let Some(place) = &packed {
        packed::each_value(db, target, place, &mut |series, point| {
            values.insert(series, point.value);
        })?;
    }
    let mut last = packed.map(|place| place.time);
    db.query(
        "SELECT time, changes FROM scrapes WHERE target = ?1 AND time > ?2 ORDER BY time",
        params![target, last.unwrap_or(i64::MIN)],
        &mut |row| {
            last = Some(row.get(0)?);
            changes::read(row.blob(1)?, &mut |series, value| {
                values.insert(series, value);
            });
            Ok(())
        },
    )?;
    Ok((values, last))
}
