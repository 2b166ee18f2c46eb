//! Scraped series: writes the values that changed, and remembers the state of each counter.
mod counter;
mod identity;
mod process;
mod target;

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::scrape::{Sample, Scrape};
use counter::State;
use identity::Identity;
use target::Target;

/// The state of all series of all targets.
#[derive(Default)]
pub struct Series {
    targets: HashMap<String, Target>,
}

impl Series {
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut all = Self { targets: Target::load(connection)? };
        let mut series = connection.prepare(
            "SELECT id, name, labels, counter, base, epoch, created, seen FROM series WHERE target = ?1",
        )?;
        for target in all.targets.values_mut() {
            let mut rows = series.query([target.id])?;
            while let Some(row) = rows.next()? {
                let identity = Identity::stored(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
                let mut state = State {
                    id: row.get(0)?,
                    counter: row.get(3)?,
                    base: row.get(4)?,
                    epoch: row.get(5)?,
                    created: row.get(6)?,
                    seen: row.get(7)?,
                    ..State::default()
                };
                state.read_back(connection);
                target.series.insert(identity, state);
            }
        }
        Ok(all)
    }

    /// Sets the address of `target`. Another address is another backend: the first values of its counters are baselines.
    pub fn declare(&mut self, connection: &Connection, target: &str, address: &str) -> rusqlite::Result<()> {
        self.target(connection, target)?.declare(connection, address)
    }

    /// Writes a scrape. Returns how many new series were dropped because the target has too many.
    pub fn record(
        &mut self,
        connection: &Connection,
        scrape: &Scrape,
        limit: usize,
    ) -> rusqlite::Result<u64> {
        let target = self.target(connection, &scrape.target)?;
        target.begin(connection, scrape)?;
        let dropped = target.record(connection, scrape, limit)?;
        connection
            .prepare_cached("INSERT OR IGNORE INTO scrapes (target, time) VALUES (?1, ?2)")?
            .execute(params![target.id, scrape.time])?;
        target.last_scrape = Some(scrape.time);
        Ok(dropped)
    }

    fn target(&mut self, connection: &Connection, name: &str) -> rusqlite::Result<&mut Target> {
        if !self.targets.contains_key(name) {
            let target = Target::add(connection, name)?;
            self.targets.insert(name.to_owned(), target);
        }
        Ok(self.targets.entry(name.to_owned()).or_default())
    }
}

impl Target {
    fn record(&mut self, connection: &Connection, scrape: &Scrape, limit: usize) -> rusqlite::Result<u64> {
        self.round += 1;
        let process = self.process();
        let mut room = limit.saturating_sub(self.series.len());
        let mut dropped = 0;
        let mut identity = Identity::default();
        for sample in &scrape.samples {
            if sample.counter && !sample.value.is_finite() {
                // Prometheus text allows it, but it is no count: the sample is skipped.
                continue;
            }
            identity.set(sample);
            match self.series.get_mut(identity.as_str()) {
                // A duplicate in the same scrape: the first one counts.
                Some(state) if state.round == self.round => continue,
                Some(state) => state.take(connection, sample, &process, scrape.time)?,
                None if room == 0 => dropped += 1,
                None => {
                    room -= 1;
                    let id = add_series(connection, self.id, (sample, &identity), scrape.time)?;
                    let state = State::first(connection, id, sample, &process, scrape.time)?;
                    self.series.insert(identity.as_str().into(), state);
                }
            }
        }
        for state in self.series.values_mut().filter(|state| state.round != self.round) {
            state.miss(connection, scrape.time)?;
        }
        Ok(dropped)
    }
}

fn add_series(
    connection: &Connection,
    target: i64,
    (sample, identity): (&Sample, &Identity),
    seen: i64,
) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO series (target, name, labels, counter, base, seen) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
        )?
        .execute(params![target, sample.name, identity.labels(), sample.counter, seen])?;
    Ok(connection.last_insert_rowid())
}
