//! The cells that are being added to, in memory. What groups of beacons add is added up here, and written as whole values: a
//! row per cell, which nobody else writes, as each collector has rows of its own. Until then the journal has it.
use super::addition::{Addition, Additions};
use super::journal::Journal;
use super::page::WHOLE;
use super::place::Place;
use super::section::Cell;
use super::shelf::{Key, Shelf};
use super::window::Marks;
use super::{
    Attribution, Errors, Histograms, Level, Loading, OpenView, Origin, Part, Section, Split, SplitTimings,
    State, Sums, Vitals, view_rows,
};
use crate::database::{Database, Engine, Lookup, Param, Result, Type, Upsert};
use crate::partitions::Partitions;
use crate::time::MINUTE;
use crate::totals;

/// The most memory for cells between two writes, bytes.
const MOST: usize = 64 << 20;

/// How many rows are written together: what they need meanwhile is memory that is there already.
const TOGETHER: usize = 256;

/// The name in `totals` of a number that grows with each change of cells that are not only added to.
const MOVED: &str = "cells_moved";

/// Cells in memory.
pub struct Hot {
    /// Who writes them.
    collector: i64,
    marks: Marks,
    moved: Option<i64>,
    partitions: Partitions,
    /// What this transaction adds.
    group: Additions,
    /// What earlier ones have added: the journal has it, and the rows do not.
    pending: Additions,
    journal: Journal,
    /// How many new page views may be written without being counted.
    few: usize,
    vitals: Shelf<Vitals>,
    attribution: Shelf<Attribution>,
    histograms: Shelf<Histograms>,
    sums: Shelf<Sums>,
    loading: Shelf<Loading>,
    errors: Shelf<Errors>,
    splits: Shelf<Split>,
    timings: Shelf<SplitTimings>,
}

impl Hot {
    /// The cells that `collector` writes.
    pub fn new(collector: i64) -> Self {
        Self {
            collector,
            marks: Marks::default(),
            moved: None,
            partitions: Partitions::default(),
            group: Additions::default(),
            pending: Additions::default(),
            journal: Journal::default(),
            few: view_rows::FEW,
            vitals: Shelf::default(),
            attribution: Shelf::default(),
            histograms: Shelf::default(),
            sums: Shelf::default(),
            loading: Shelf::default(),
            errors: Shelf::default(),
            splits: Shelf::default(),
            timings: Shelf::default(),
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

    /// The same where the file has a limit: the journal takes a small share of it.
    pub fn within(self, max_size: Option<u64>) -> Self {
        Self { journal: Journal::within(max_size), ..self }
    }

    /// The same that leaves no more than `few` new page views to be counted later.
    #[cfg(test)]
    pub fn leaving(self, few: usize) -> Self {
        Self { few, ..self }
    }

    /// The same in a file of a format that has no journal.
    pub fn without_journal(collector: i64) -> Self {
        Self { journal: Journal::none(), ..Self::new(collector) }
    }

    /// Says whether the file is nearly full: then groups write the rows of cells at once, for which there may be no room later.
    pub fn set_nearly_full(&mut self, is_nearly_full: bool) {
        self.journal.turn_off(is_nearly_full);
    }

    /// Whether rows lack what was added.
    pub fn is_pending(&self) -> bool {
        self.journal.may_have_rows()
    }

    /// Begins a transaction: what it adds goes to the levels that are complete by now.
    pub fn begin(&mut self, database: &dyn Database) -> Result<()> {
        if database.engine() == Engine::Postgres {
            // Before any other row is locked: whoever moves cells locks in the same order.
            self.marks = Marks::lock_shared(database)?;
        }
        self.hear(database)?;
        self.journal.read(database, &mut self.pending)
    }

    /// Forgets the cells that somebody else has moved.
    fn hear(&mut self, database: &dyn Database) -> Result<()> {
        let moved = totals::get(database, MOVED)?;
        if self.moved != moved {
            self.clear();
            self.moved = moved;
        }
        Ok(())
    }

    /// Begins a transaction that changes cells in another way than by adding to those of this minute. No collector adds to
    /// any before it ends, and all that was added is in the rows.
    pub fn begin_alone(&mut self, database: &dyn Database) -> Result<()> {
        self.marks = Marks::lock(database)?;
        // What is in memory alone may be of a transaction that failed. The journal has all that was added.
        self.clear();
        self.hear(database)?;
        self.flush(database)?;
        self.clear();
        Ok(())
    }

    /// Ends a transaction that moved or deleted cells: what collectors have of them in memory is out of date.
    pub fn end_alone(&mut self, database: &dyn Database) -> Result<()> {
        self.clear();
        totals::set(database, MOVED, totals::get(database, MOVED)?.unwrap_or(0) + 1)
    }

    /// Forgets all: after a rollback it may never have happened. What the journal holds is read again.
    pub fn clear(&mut self) {
        let mut journal = std::mem::take(&mut self.journal);
        journal.forget();
        let Self { marks, moved, few, .. } = *self;
        *self = Self { marks, moved, few, journal, ..Self::new(self.collector) };
    }

    /// Adds to page views and vitals.
    pub fn vitals(&mut self, place: Place, add: impl FnOnce(&mut Vitals)) {
        add(self.addition(place).vitals.get_or_insert_default());
    }

    /// Adds to what vitals are attributed to.
    pub fn attribution(&mut self, place: Place, add: impl FnOnce(&mut Attribution)) {
        add(self.addition(place).attribution.get_or_insert_default());
    }

    /// Adds to histograms.
    pub fn histograms(&mut self, place: Place, add: impl FnOnce(&mut Histograms)) {
        add(self.addition(place).histograms.get_or_insert_default());
    }

    /// Adds to counters, gauges and losses.
    pub fn sums(&mut self, place: Place, add: impl FnOnce(&mut Sums)) {
        add(self.addition(place).sums.get_or_insert_default());
    }

    /// Adds to resources and scripts.
    pub fn loading(&mut self, place: Place, add: impl FnOnce(&mut Loading)) {
        add(self.addition(place).loading.get_or_insert_default());
    }

    /// Adds to errors.
    pub fn errors(&mut self, place: Place, add: impl FnOnce(&mut Errors)) {
        add(self.addition(place).errors.get_or_insert_default());
    }

    /// Adds to each split of page views that come from `origin`. Errors count by release alone.
    pub fn splits(&mut self, place: Place, origin: &Origin, add: impl FnOnce(&mut Part)) {
        add(self.addition(place).splits.entry(*origin).or_default());
    }

    /// Adds timings that the application names itself, of page views that come from `origin`.
    pub fn timings(&mut self, place: Place, origin: &Origin, add: impl FnOnce(&mut Histograms)) {
        add(self.addition(place).timings.entry(*origin).or_default());
    }

    /// What this transaction says of a page view: as it is if no row of it is there yet.
    pub fn view(&mut self, place: Place, name: &str, (origin, weight): (&Origin, u64)) -> &mut OpenView {
        let Place { minute, app, page } = place;
        self.group.views.entry((app, name.to_owned())).or_insert_with(|| OpenView {
            minute,
            app,
            page,
            weight,
            origin: *origin,
            state: State::New,
            measures: Vec::new(),
        })
    }

    fn addition(&mut self, place: Place) -> &mut Addition {
        self.group.places.entry(place).or_default()
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
            section if section.has_split_timings() => self.timings.merge(key, bytes),
            _ => self.splits.merge(key, bytes),
        }
    }

    /// Ends what a group of beacons adds: the journal takes it, or where that is full or there is none, the rows.
    pub fn keep(&mut self, database: &dyn Database) -> Result<()> {
        if self.journal.is_full() || !Journal::exists(database) {
            return self.flush(database);
        }
        if !self.group.is_empty() {
            self.journal.append(database, &self.group)?;
            self.pending.merge(std::mem::take(&mut self.group));
        }
        Ok(())
    }

    /// Adds what cells do not have of a page view.
    pub fn count(&mut self, view: &OpenView) {
        self.group.count(view);
    }

    /// Writes what is pending of page views to their rows, and leaves the cells to [`Self::flush`]. The journal still has both: after a
    /// crash a row that says all of it already stays as it is.
    pub fn write_views(&mut self, database: &dyn Database) -> Result<()> {
        let views = std::mem::take(&mut self.pending.views);
        let few = self.few(database);
        view_rows::write(database, &mut self.partitions, &views, few, &mut |view| self.group.count(view))?;
        self.keep(database)
    }

    /// How many new page views are left to be counted later. Without a journal each group writes its own, most of which report again
    /// soon.
    fn few(&self, database: &dyn Database) -> usize {
        if Journal::exists(database) { self.few } else { usize::MAX }
    }

    /// A transaction that does nothing else than to write what the journal has to the rows.
    pub fn write_journal(&mut self, database: &dyn Database) -> Result<()> {
        self.begin(database)?;
        self.flush(database)
    }

    /// Writes all that was added to the rows, and empties the journal.
    pub fn flush(&mut self, database: &dyn Database) -> Result<()> {
        self.journal.read(database, &mut self.pending)?;
        let mut added = std::mem::take(&mut self.pending);
        added.merge(std::mem::take(&mut self.group));
        let views = std::mem::take(&mut added.views);
        let few = self.few(database);
        view_rows::write(database, &mut self.partitions, &views, few, &mut |view| added.count(view))?;
        if Journal::exists(database) && !added.places.is_empty() {
            self.marks = Marks::load(database)?;
        }
        added.places.iter().for_each(|(place, addition)| self.spread(*place, addition));
        self.load(database)?;
        self.write_changed(database)?;
        self.journal.empty(database)?;
        self.forget_old();
        Ok(())
    }

    fn write_changed(&mut self, database: &dyn Database) -> Result<()> {
        let mut changed: Vec<Key> = Vec::new();
        self.vitals.take_changed(&mut changed);
        self.attribution.take_changed(&mut changed);
        self.histograms.take_changed(&mut changed);
        self.sums.take_changed(&mut changed);
        self.loading.take_changed(&mut changed);
        self.errors.take_changed(&mut changed);
        self.splits.take_changed(&mut changed);
        self.timings.take_changed(&mut changed);
        // In the order of the table: neighbours share pages of the file, and two collectors never wait for each other.
        changed.sort_unstable();
        let mut bytes = Vec::new();
        for cells in changed.chunk_by(|one, other| one.level == other.level) {
            let Some(level) = cells.first().map(|key| key.level) else { continue };
            self.partitions.ensure(database, level.table(), cells.iter().map(|key| key.time))?;
            for cells in cells.chunks(TOGETHER) {
                let mut values: Vec<Vec<u8>> = Vec::with_capacity(cells.len());
                for key in cells {
                    self.encode(*key, &mut bytes);
                    values.push(bytes.as_slice().to_vec());
                }
                let rows: Vec<Vec<Param<'_>>> = cells
                    .iter()
                    .zip(&values)
                    .map(|(key, value)| self.columns(*key).into_iter().chain([Param::Blob(value)]).collect())
                    .collect();
                database.write_rows(&WRITE[level as usize], &rows)?;
            }
        }
        Ok(())
    }

    /// Puts a cell as bytes in the place of what `bytes` has.
    fn encode(&self, key: Key, bytes: &mut Vec<u8>) {
        match key.section {
            Section::Vitals => self.vitals.encode(key, bytes),
            Section::Attribution => self.attribution.encode(key, bytes),
            Section::Histograms => self.histograms.encode(key, bytes),
            Section::Sums => self.sums.encode(key, bytes),
            Section::Loading => self.loading.encode(key, bytes),
            Section::Errors => self.errors.encode(key, bytes),
            section if section.has_split_timings() => self.timings.encode(key, bytes),
            _ => self.splits.encode(key, bytes),
        }
    }

    /// Adds what belongs to a place to all cells that count it.
    fn spread(&mut self, place: Place, addition: &Addition) {
        let Addition { vitals, attribution, histograms, sums, loading, errors, splits, timings } = addition;
        let marks = &self.marks;
        add(&mut self.vitals, keys(marks, Section::Vitals, place), vitals.as_ref());
        add(&mut self.attribution, keys(marks, Section::Attribution, place), attribution.as_ref());
        add(&mut self.histograms, keys(marks, Section::Histograms, place), histograms.as_ref());
        add(&mut self.sums, keys(marks, Section::Sums, place), sums.as_ref());
        add(&mut self.loading, keys(marks, Section::Loading, place), loading.as_ref());
        add(&mut self.errors, keys(marks, Section::Errors, place), errors.as_ref());
        for (origin, part) in splits {
            for (section, key) in origin.places() {
                self.splits.add(keys(marks, section, place), |split| {
                    split.0.entry(key).or_default().add(section, part);
                });
            }
        }
        for (origin, timings) in timings {
            for (section, key) in origin.timing_places() {
                self.timings.add(keys(marks, section, place), |split| split.add(key, &timings.0));
            }
        }
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
        self.timings.unknown(&mut unknown);
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
            self.timings.newest(),
        ];
        let since = newest.into_iter().max().unwrap_or(i64::MIN).saturating_sub(MINUTE);
        let memory = self.vitals.forget(since)
            + self.attribution.forget(since)
            + self.histograms.forget(since)
            + self.sums.forget(since)
            + self.loading.forget(since)
            + self.errors.forget(since)
            + self.splits.forget(since)
            + self.timings.forget(since);
        if memory > MOST {
            self.clear();
        }
    }
}

fn add<T: Cell>(shelf: &mut Shelf<T>, keys: impl Iterator<Item = Key>, value: Option<&T>) {
    if let Some(value) = value {
        shelf.add(keys, |held| held.merge(value));
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
