//! Scraped series: writes the values that changed, and remembers the state of each counter.
//!
//! Of one target, one collector at a time writes. Its row in `targets` names who that is: another that has a scrape of it locks
//! the row, and reads all states anew before it writes. So counters go on where the one before has left them.
mod bytes;
mod changes;
mod counter;
mod identity;
mod migrate;
mod packed;
mod process;
mod samples;
mod target;
mod writes;

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use crate::database::{Database, Result, params};
use crate::partitions::Partitions;
use crate::scrape::Scrape;
use crate::time::DAY;
use counter::State;
use identity::{Identity, hash};
use target::Target;
use writes::{New, Writes, add_series};

pub use migrate::migrate;
#[cfg(test)]
pub use packed::{Hour, finish as pack_day};
pub use packed::{Level, Place, Point, coarsen, delete, expire, oldest, oldest_detail, pack};
pub use samples::{Kept, samples};

/// What reports read.
pub mod read {
    pub use super::changes::read as changes;
    pub use super::packed::{after, before, chunks, read_times, read_tracks, since, spacing, times};
}

/// How long a series counts towards the limit of its target after it was last seen, ms.
const ALIVE: i64 = 32 * DAY;
/// How many times the limit there may be with those that were not seen for longer, and of which older values are kept.
const WITH_DEAD: usize = 4;

/// The longest name of a metric, bytes: an index of the database has it.
const LONGEST_NAME: usize = 500;

/// The state of the series of all targets that this collector has written.
pub struct Series {
    /// A number that no other process has.
    writer: i64,
    targets: HashMap<String, Target>,
    partitions: Partitions,
}

impl Default for Series {
    fn default() -> Self {
        // Its keys are random.
        let number = RandomState::new().build_hasher().finish();
        Self { writer: (number >> 1) as i64 | 1, targets: HashMap::new(), partitions: Partitions::default() }
    }
}

impl Series {
    /// Forgets all states: they are read again where they are needed.
    pub fn forget(&mut self) {
        self.targets.clear();
        self.partitions = Partitions::default();
    }

    /// Sets the address of `target`. Another address is another backend: the first values of its counters are baselines.
    pub fn declare(&mut self, db: &dyn Database, target: &str, address: &str) -> Result<()> {
        self.target(db, target)?.declare(db, address)
    }

    /// Writes a scrape. Returns how many new series were dropped because the target has too many.
    pub fn record(&mut self, db: &dyn Database, scrape: &Scrape, limit: usize) -> Result<u64> {
        self.partitions.ensure(db, "scrapes", [scrape.time])?;
        let target = self.target(db, &scrape.target)?;
        target.begin(db, scrape)?;
        target.record(db, scrape, limit)
    }

    fn target(&mut self, db: &dyn Database, name: &str) -> Result<&mut Target> {
        let known = match self.targets.get(name) {
            Some(known) => Target::claim(db, known.id, self.writer)?,
            None => false,
        };
        if !known {
            let id = Target::number(db, name)?;
            Target::claim(db, id, self.writer)?;
            self.targets.insert(name.to_owned(), Target::load(db, id)?);
        }
        Ok(self.targets.entry(name.to_owned()).or_default())
    }
}

impl Target {
    fn record(&mut self, db: &dyn Database, scrape: &Scrape, limit: usize) -> Result<u64> {
        self.round += 1;
        let process = self.process();
        let alive = self.series.values().filter(|state| state.seen > scrape.time - ALIVE).count();
        let all = limit.saturating_mul(WITH_DEAD);
        let mut room = limit.saturating_sub(alive).min(all.saturating_sub(self.series.len()));
        let mut dropped = 0;
        let mut identity = Identity::default();
        let mut writes = Writes::default();
        let mut new: Vec<New<'_>> = Vec::new();
        for sample in &scrape.samples {
            if sample.counter && !sample.value.is_finite() {
                // Prometheus text allows it, but it is no count: the sample is skipped.
                continue;
            }
            if sample.name.len() > LONGEST_NAME {
                dropped += 1;
                continue;
            }
            identity.set(sample);
            match self.series.get_mut(identity.as_str()) {
                // A duplicate in the same scrape: the first one counts.
                Some(state) if state.round == self.round => continue,
                Some(state) => state.take(&mut writes, sample, &process, scrape.time),
                None if room == 0 => dropped += 1,
                None => {
                    room -= 1;
                    let mut state = State::new(sample.counter, scrape.time);
                    (state.round, state.instance) = (self.round, identity::instance_of(identity.labels()));
                    self.series.insert(identity.as_str().into(), state);
                    new.push((sample, identity.labels().to_owned(), identity.as_str().into()));
                }
            }
        }
        if !new.is_empty() {
            let states = &mut self.series;
            add_series(db, self.id, &new, scrape.time, &mut |name, labels, id| {
                if let Some(state) = states.get_mut(&*Identity::stored(name, labels)) {
                    state.id = id;
                }
            })?;
            for (sample, _, identity) in &new {
                if let Some(state) = states.get_mut(identity) {
                    state.take(&mut writes, sample, &process, scrape.time);
                }
            }
        }
        let own = scrape.instance.as_deref().map(hash);
        let is_missing =
            |state: &State| state.round != process.round && own.is_none_or(|own| own == state.instance);
        for state in self.series.values_mut().filter(|state| is_missing(state)) {
            state.miss(&mut writes);
        }
        let is_latest = self.last_scrape.is_none_or(|last| last < scrape.time);
        writes.write(db, (self.id, scrape.time), is_latest)?;
        self.last_scrape = self.last_scrape.max(Some(scrape.time));
        Ok(dropped)
    }
}

/// The number of the target called `name`, which is added if need be. On a server its row is locked until the end of the
/// transaction: of one target, one collector at a time writes.
pub fn target_number(db: &dyn Database, name: &str) -> Result<i64> {
    let id = Target::number(db, name)?;
    Target::lock(db, id)?;
    Ok(id)
}

/// The time of the last scrape of a target up to `to`.
pub fn last_scrape(db: &dyn Database, target: &str, to: i64) -> Result<Option<i64>> {
    let id =
        db.query_optional("SELECT id FROM targets WHERE name = ?1", params![target], |row| row.get(0))?;
    let Some(id) = id else { return Ok(None) };
    let recent =
        db.scalar("SELECT max(time) FROM scrapes WHERE target = ?1 AND time <= ?2", params![id, to])?;
    let packed = packed::before(db, id, to)?.map(|place| place.time);
    Ok(packed.max(recent))
}

/// How far apart scrapes of a target are kept at `time`, when one was, ms; 0 where all of them are.
pub fn spacing_at(db: &dyn Database, target: &str, time: i64) -> Result<i64> {
    let sql = "SELECT id FROM targets WHERE name = ?1";
    let id: Option<i64> = db.query_optional(sql, params![target], |row| row.get(0))?;
    let Some(id) = id else { return Ok(0) };
    let sql = "SELECT count(*) FROM scrapes WHERE target = ?1 AND time = ?2";
    // Those that are not packed yet are all there.
    match db.scalar::<i64>(sql, params![id, time])? {
        0 => packed::spacing(db, id, time),
        _ => Ok(0),
    }
}

/// Deletes series that were last scraped before `cutoff`.
pub fn forget_unseen(db: &dyn Database, cutoff: i64) -> Result<()> {
    // `seen` is written once a day only.
    db.execute("DELETE FROM series WHERE seen < ?1", params![cutoff - 2 * DAY]).map(drop)
}

#[cfg(test)]
mod tests;
