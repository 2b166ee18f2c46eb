//! Scraped series: which there are, where their counters stand, and writing what changed.
use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension, params};

use super::job::Scrape;

const DAY: i64 = 24 * super::HOUR;

/// What the writer remembers of all targets.
#[derive(Default)]
pub struct Series {
    targets: HashMap<String, Target>,
}

struct Target {
    id: i64,
    last_scrape: Option<i64>,
    series: HashMap<Identity, State>,
}

/// A series' name and labels, the labels as a JSON object with sorted keys.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    name: String,
    labels: String,
}

struct State {
    id: i64,
    /// What resets took away: what is stored is `base + raw`.
    base: f64,
    /// The value as it was last scraped.
    raw: f64,
    /// Whether the last scrape had it.
    present: bool,
    /// The last scrape that had it.
    scraped: i64,
    /// The day written to the file, for retention.
    seen: i64,
}

impl Series {
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut all = Self::default();
        let mut targets = connection.prepare(
            "SELECT id, name, (SELECT max(time) FROM scrapes WHERE target = targets.id) FROM targets",
        )?;
        let mut targets = targets.query([])?;
        while let Some(row) = targets.next()? {
            let target = Target { id: row.get(0)?, last_scrape: row.get(2)?, series: HashMap::new() };
            all.targets.insert(row.get(1)?, target);
        }
        let mut last =
            connection.prepare("SELECT value FROM samples WHERE series = ?1 ORDER BY time DESC LIMIT 2")?;
        let mut series =
            connection.prepare("SELECT id, name, labels, base, seen FROM series WHERE target = ?1")?;
        for target in all.targets.values_mut() {
            let mut rows = series.query([target.id])?;
            while let Some(row) = rows.next()? {
                let (id, base): (i64, f64) = (row.get(0)?, row.get(3)?);
                // The newest is NULL for a series that vanished; the one before it is then its last value.
                let values =
                    last.query_map([id], |row| row.get(0))?.collect::<Result<Vec<Option<f64>>, _>>()?;
                let stored = values.iter().flatten().next().copied().unwrap_or(base);
                let state = State {
                    id,
                    base,
                    raw: stored - base,
                    present: matches!(values.first(), Some(Some(_))),
                    scraped: 0,
                    seen: row.get(4)?,
                };
                target.series.insert(Identity { name: row.get(1)?, labels: row.get(2)? }, state);
            }
        }
        Ok(all)
    }

    /// Writes a scrape. Returns how many series were left out since the target has too many.
    pub fn record(
        &mut self,
        connection: &Connection,
        scrape: &Scrape,
        limit: usize,
    ) -> rusqlite::Result<u64> {
        if !self.targets.contains_key(&scrape.target) {
            let target = Target {
                id: add_target(connection, &scrape.target)?,
                last_scrape: None,
                series: HashMap::new(),
            };
            self.targets.insert(scrape.target.clone(), target);
        }
        let Some(target) = self.targets.get_mut(&scrape.target) else { return Ok(0) };
        let dropped = target.record(connection, scrape, limit)?;
        connection
            .prepare_cached("INSERT OR IGNORE INTO scrapes (target, time) VALUES (?1, ?2)")?
            .execute(params![target.id, scrape.time])?;
        target.last_scrape = Some(scrape.time);
        Ok(dropped)
    }
}

impl Target {
    fn record(&mut self, connection: &Connection, scrape: &Scrape, limit: usize) -> rusqlite::Result<u64> {
        let mut write = connection
            .prepare_cached("INSERT OR REPLACE INTO samples (series, time, value) VALUES (?1, ?2, ?3)")?;
        let mut dropped = 0;
        for sample in scrape.samples.iter().filter(|sample| sample.value.is_finite()) {
            let identity = Identity { name: sample.name.clone(), labels: labels(&sample.labels) };
            let Some(state) = self.series.get_mut(&identity) else {
                if self.series.len() >= limit {
                    dropped += 1;
                    continue;
                }
                let id = add_series(connection, self.id, &identity, sample.counter, scrape.time)?;
                if let (true, Some(before)) = (sample.counter, self.last_scrape) {
                    // A counter that an earlier scrape did not have began at zero since then: its first
                    // value is an increase. (The first 500 of a route is one, and must show.)
                    write.execute(params![id, before, 0.0])?;
                }
                write.execute(params![id, scrape.time, sample.value])?;
                let state = State {
                    id,
                    base: 0.0,
                    raw: sample.value,
                    present: true,
                    scraped: scrape.time,
                    seen: scrape.time,
                };
                self.series.insert(identity, state);
                continue;
            };
            // A counter that fell, or that came back after it had vanished, began again at zero.
            if sample.counter && (sample.value < state.raw || !state.present) {
                state.base += state.raw;
                connection
                    .prepare_cached("UPDATE series SET base = ?2 WHERE id = ?1")?
                    .execute(params![state.id, state.base])?;
            }
            if sample.value != state.raw || !state.present {
                write.execute(params![state.id, scrape.time, state.base + sample.value])?;
            }
            if scrape.time - state.seen > DAY {
                connection
                    .prepare_cached("UPDATE series SET seen = ?2 WHERE id = ?1")?
                    .execute(params![state.id, scrape.time])?;
                state.seen = scrape.time;
            }
            (state.raw, state.present, state.scraped) = (sample.value, true, scrape.time);
        }
        for state in self.series.values_mut().filter(|state| state.present && state.scraped != scrape.time) {
            write.execute(params![state.id, scrape.time, None::<f64>])?;
            state.present = false;
        }
        Ok(dropped)
    }
}

fn add_target(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    let known = connection
        .query_row("SELECT id FROM targets WHERE name = ?1", [name], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection.execute("INSERT INTO targets (name) VALUES (?1)", [name])?;
    Ok(connection.last_insert_rowid())
}

fn add_series(
    connection: &Connection,
    target: i64,
    identity: &Identity,
    counter: bool,
    seen: i64,
) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO series (target, name, labels, counter, base, seen) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
        )?
        .execute(params![target, identity.name, identity.labels, counter, seen])?;
    Ok(connection.last_insert_rowid())
}

fn labels(labels: &[(String, String)]) -> String {
    let sorted: BTreeMap<&str, &str> =
        labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // A map of strings always has a JSON form.
    serde_json::to_string(&sorted).unwrap_or_default()
}
