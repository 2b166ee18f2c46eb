//! The cells that are being added to, in memory. A group of beacons is added up here and written as whole values: a row per
//! cell and group, which nobody else writes, as each collector has rows of its own.
use std::collections::HashMap;

use super::page::WHOLE;
use super::shelf::{Key, Shelf};
use super::window::Marks;
use super::{Attribution, Errors, Histograms, Level, Loading, Origin, Part, Section, Split, Sums, Vitals};
use crate::database::{Database, Lookup, Param, Result, Type, Upsert};
use crate::partitions::Partitions;
use crate::time::MINUTE;
use crate::totals;

/// The most memory for cells between two groups, bytes.
const MOST: usize = 64 << 20;

/// The name in `totals` of a number that grows with each change of cells that are not only added to.
const MOVED: &str = "cells_moved";

/// Where something is counted: the bucket of the page, and that of its application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The beginning of the minute, ms since the epoch.
    pub minute: i64,
    /// The application's number.
    pub app: i64,
    /// The page's number.
    pub page: i64,
}

/// Cells in memory.
pub struct Hot {
    /// Who writes them.
    collector: i64,
    marks: Marks,
    moved: Option<i64>,
    partitions: Partitions,
    vitals: Shelf<Vitals>,
    attribution: Shelf<Attribution>,
    histograms: Shelf<Histograms>,
    sums: Shelf<Sums>,
    loading: Shelf<Loading>,
    errors: Shelf<Errors>,
    splits: Shelf<Split>,
}

impl Hot {
    /// The cells that `collector` writes.
    pub fn new(collector: i64) -> Self {
        Self {
            collector,
            marks: Marks::default(),
            moved: None,
            partitions: Partitions::default(),
            vitals: Shelf::default(),
            attribution: Shelf::default(),
            histograms: Shelf::default(),
            sums: Shelf::default(),
            loading: Shelf::default(),
            errors: Shelf::default(),
            splits: Shelf::default(),
        }
    }

    /// Who writes them.
    pub fn collector(&self) -> i64 {
        self.collector
    }

    /// The partitions of the tables.
    pub fn partitions(&mut self) -> &mut Partitions {
        &mut self.partitions
    }

    /// Begins a transaction: what it adds goes to the levels that are complete by now.
    pub fn begin(&mut self, database: &dyn Database) -> Result<()> {
        self.marks = Marks::lock_shared(database)?;
        let moved = totals::get(database, MOVED)?;
        if self.moved != moved {
            self.clear();
            self.moved = moved;
        }
        Ok(())
    }

    /// Begins a transaction that changes cells in another way than by adding to those of this minute. No collector adds to
    /// any before it ends.
    pub fn begin_alone(&mut self, database: &dyn Database) -> Result<()> {
        self.marks = Marks::lock(database)?;
        self.clear();
        Ok(())
    }

    /// Ends a transaction that moved or deleted cells: what collectors have of them in memory is out of date.
    pub fn end_alone(&mut self, database: &dyn Database) -> Result<()> {
        self.clear();
        totals::set(database, MOVED, totals::get(database, MOVED)?.unwrap_or(0) + 1)
    }

    /// Forgets all: after a rollback it may never have happened.
    pub fn clear(&mut self) {
        *self = Self { marks: self.marks, moved: self.moved, ..Self::new(self.collector) };
    }

    /// Adds to page views and vitals.
    pub fn vitals(&mut self, place: Place, add: impl FnMut(&mut Vitals)) {
        self.vitals.add(keys(&self.marks, Section::Vitals, place), add);
    }

    /// Adds to what vitals are attributed to.
    pub fn attribution(&mut self, place: Place, add: impl FnMut(&mut Attribution)) {
        self.attribution.add(keys(&self.marks, Section::Attribution, place), add);
    }

    /// Adds to histograms.
    pub fn histograms(&mut self, place: Place, add: impl FnMut(&mut Histograms)) {
        self.histograms.add(keys(&self.marks, Section::Histograms, place), add);
    }

    /// Adds to counters, gauges and losses.
    pub fn sums(&mut self, place: Place, add: impl FnMut(&mut Sums)) {
        self.sums.add(keys(&self.marks, Section::Sums, place), add);
    }

    /// Adds to resources and scripts.
    pub fn loading(&mut self, place: Place, add: impl FnMut(&mut Loading)) {
        self.loading.add(keys(&self.marks, Section::Loading, place), add);
    }

    /// Adds to errors.
    pub fn errors(&mut self, place: Place, add: impl FnMut(&mut Errors)) {
        self.errors.add(keys(&self.marks, Section::Errors, place), add);
    }

    /// Adds to each split of page views that come from `origin`.
    pub fn splits(&mut self, place: Place, origin: &Origin, mut add: impl FnMut(Section, &mut Part)) {
        for (section, key) in origin.places() {
            self.splits.add(keys(&self.marks, section, place), |split| {
                add(section, split.0.entry(key).or_default());
            });
        }
    }

    /// Adds the bytes of a value to one cell.
    pub fn merge(&mut self, key: Key, bytes: &[u8]) {
        match key.section {
            Section::Vitals => self.vitals.merge(key, bytes),
            Section::Attribution => self.attribution.merge(key, bytes),
            Section::Histograms => self.histograms.merge(key, bytes),
            Section::Sums => self.sums.merge(key, bytes),
            Section::Loading => self.loading.merge(key, bytes),
            Section::Errors => self.errors.merge(key, bytes),
            _ => self.splits.merge(key, bytes),
        }
    }

    /// Writes what was added since the last call.
    pub fn flush(&mut self, database: &dyn Database) -> Result<()> {
        self.load(database)?;
        let mut rows: HashMap<Level, Vec<(Key, Vec<u8>)>> = HashMap::new();
        let mut put = |key: Key, bytes| rows.entry(key.level).or_default().push((key, bytes));
        self.vitals.take_changed(&mut put);
        self.attribution.take_changed(&mut put);
        self.histograms.take_changed(&mut put);
        self.sums.take_changed(&mut put);
        self.loading.take_changed(&mut put);
        self.errors.take_changed(&mut put);
        self.splits.take_changed(&mut put);
        for (level, mut cells) in rows {
            // In the order of the table: neighbours share pages of the file, and two collectors never wait for each other.
            cells.sort_unstable_by_key(|cell| cell.0);
            let mut params: Vec<Vec<Param<'_>>> = Vec::with_capacity(cells.len());
            for (key, bytes) in &cells {
                let mut row: Vec<Param<'_>> = self.columns(*key);
                row.push(Param::Blob(bytes));
                params.push(row);
            }
            let times = cells.iter().map(|(key, _)| key.time);
            self.partitions.ensure(database, level.table(), times)?;
            database.write_rows(&WRITE[level as usize], &params)?;
        }
        self.forget_old();
        Ok(())
    }

    /// Adds to what was added without knowing the row what the row holds.
    fn load(&mut self, database: &dyn Database) -> Result<()> {
        let mut unknown: Vec<Key> = Vec::new();
        self.vitals.unknown(&mut unknown);
        self.attribution.unknown(&mut unknown);
        self.histograms.unknown(&mut unknown);
        self.sums.unknown(&mut unknown);
        self.loading.unknown(&mut unknown);
        self.errors.unknown(&mut unknown);
        self.splits.unknown(&mut unknown);
        unknown.sort_unstable();
        for level in Level::ALL {
            let keys: Vec<Vec<Param<'_>>> =
                unknown.iter().filter(|key| key.level == level).map(|key| self.columns(*key)).collect();
            if keys.is_empty() {
                continue;
            }
            let mut held: Vec<(Key, Vec<u8>)> = Vec::new();
            database.read_rows(&READ[level as usize], &keys, &mut |row| {
                let Some(section) = Section::from_number(row.get(1)?) else { return Ok(()) };
                let key = Key { level, time: row.get(0)?, section, app: row.get(2)?, page: row.get(3)? };
                held.push((key, row.blob(4)?.to_vec()));
                Ok(())
            })?;
            held.iter().for_each(|(key, bytes)| self.merge(*key, bytes));
        }
        Ok(())
    }

    fn columns(&self, key: Key) -> Vec<Param<'static>> {
        let columns = [key.time, key.section as i64, key.app, key.page, self.collector];
        columns.into_iter().map(Param::Integer).collect()
    }

    /// Cells of older minutes, hours and days are not added to any more, or seldom.
    fn forget_old(&mut self) {
        let newest = [
            self.vitals.newest(),
            self.histograms.newest(),
            self.sums.newest(),
            self.loading.newest(),
            self.errors.newest(),
            self.splits.newest(),
        ];
        let since = newest.into_iter().max().unwrap_or(i64::MIN).saturating_sub(MINUTE);
        let memory = self.vitals.forget(since)
            + self.attribution.forget(since)
            + self.histograms.forget(since)
            + self.sums.forget(since)
            + self.loading.forget(since)
            + self.errors.forget(since)
            + self.splits.forget(since);
        if memory > MOST {
            self.clear();
        }
    }
}

/// The cells that something belongs to: of the page and of the application, at each level that is complete already.
fn keys(marks: &Marks, section: Section, place: Place) -> impl Iterator<Item = Key> {
    marks.levels(section, place.minute).flat_map(move |level| {
        let time = level.bucket(place.minute);
        [place.page, WHOLE].map(|page| Key { level, time, section, app: place.app, page })
    })
}

const KEYS: &[(&str, Type)] = &[
    ("time", Type::Integer),
    ("section", Type::Integer),
    ("app", Type::Integer),
    ("page", Type::Integer),
    ("collector", Type::Integer),
];

const fn reading(table: &'static str) -> Lookup {
    Lookup { table, keys: KEYS, columns: "time, section, app, page, value", lock: false }
}

const fn writing(table: &'static str) -> Upsert {
    Upsert {
        table,
        columns: &[
            ("time", Type::Integer),
            ("section", Type::Integer),
            ("app", Type::Integer),
            ("page", Type::Integer),
            ("collector", Type::Integer),
            ("value", Type::Blob),
        ],
        conflict: "ON CONFLICT (time, section, app, page, collector) DO UPDATE SET value = excluded.value",
    }
}

/// By level.
const READ: [Lookup; 3] = [reading("cells_minute"), reading("cells_hour"), reading("cells_day")];
const WRITE: [Upsert; 3] = [writing("cells_minute"), writing("cells_hour"), writing("cells_day")];
