//! What was added to cells and page views and is not in their rows yet: a row per group of beacons.
//!
//! A minute's cells grow with what was seen in it. Written whole with every group, each beacon would cost as much as all before it
//! of that minute. So a group appends what it adds, and the cells are written when somebody reads them, or when the journal is
//! full. After a crash the journal is read again. Only SQLite has one: on a server other collectors read the rows.
use serde::de::DeserializeOwned;

use super::addition::Additions;
use super::journal_1::Additions1;
use crate::database::{Database, Engine, Error, Result, params};

/// Its table.
pub const JOURNAL: &str = "cells_journal";

/// The most that a journal takes, bytes: some 80,000 beacons. So long each cell is written once.
const MOST: usize = 32 << 20;
/// The share of the file that it may take, where the file has a limit: its cells take ten times as much.
const SHARE: u64 = 400;

/// The first byte of a row. Whoever changes what follows gives it another number, and reads the earlier ones as long as a file may
/// have them: what a row holds was acknowledged.
const FORMAT: u8 = 2;
/// The one before: journal_1.rs.
const EARLIER: u8 = 1;

/// What is known of the journal in the database.
#[derive(Debug)]
pub struct Journal {
    /// Whether it was read: `rows` and `bytes` are right, and memory has what it holds.
    is_known: bool,
    /// The number of its last row, counted from 1.
    rows: i64,
    bytes: usize,
    most: usize,
    /// Whether there is no room for what its rows of cells will take.
    is_off: bool,
    /// Where rows are encoded: the same memory for each.
    row: Vec<u8>,
}

impl Default for Journal {
    fn default() -> Self {
        Self { is_known: false, rows: 0, bytes: 0, most: MOST, is_off: false, row: Vec::new() }
    }
}

impl Journal {
    /// A journal that was not read, in a file of at most `max_size` bytes.
    pub fn within(max_size: Option<u64>) -> Self {
        let share = max_size.map_or(MOST as u64, |bytes| bytes / SHARE);
        Self { most: MOST.min(usize::try_from(share).unwrap_or(MOST)), ..Self::default() }
    }

    /// One that is known to be empty, for files that have none yet.
    pub fn none() -> Self {
        Self { is_known: true, ..Self::default() }
    }

    /// Forgets what it knows: the journal is read again by [`Self::read`].
    pub fn forget(&mut self) {
        *self = Self { most: self.most, is_off: self.is_off, ..Self::default() };
    }

    /// Whether there is one.
    pub fn exists(database: &dyn Database) -> bool {
        database.engine() == Engine::Sqlite
    }

    /// Whether there may be rows.
    pub fn may_have_rows(&self) -> bool {
        !self.is_known || self.rows > 0
    }

    /// Whether it takes nothing more.
    pub fn is_full(&self) -> bool {
        self.is_off || self.bytes >= self.most
    }

    /// Lets it take nothing while the file is nearly full: there must be room for the rows of cells.
    pub fn turn_off(&mut self, is_off: bool) {
        self.is_off = is_off;
    }

    /// Reads it if it is not known: adds what it holds to `pending`.
    pub fn read(&mut self, database: &dyn Database, pending: &mut Additions) -> Result<()> {
        if self.is_known || !Self::exists(database) {
            self.is_known = true;
            return Ok(());
        }
        let (mut rows, mut bytes) = (0, 0);
        let mut unread: Vec<i64> = Vec::new();
        let sql = "SELECT number, value FROM cells_journal WHERE number > 0 ORDER BY number";
        database.query(sql, &[], &mut |row| {
            let value = row.blob(1)?;
            rows = row.get(0)?;
            bytes += value.len();
            match decode(value) {
                Some(added) => pending.merge(added),
                None => unread.push(rows),
            }
            Ok(())
        })?;
        if !unread.is_empty() {
            tracing::error!(
                groups = unread.len(),
                "groups of beacons that were acknowledged cannot be read from the journal, and are counted nowhere. They stay in the \
                 table cells_journal, below 0: the file was damaged, or written by another version. Restore a backup, or start \
                 the version that wrote them"
            );
        }
        for number in unread {
            let aside = "UPDATE cells_journal SET number = (SELECT least(min(number), 0) - 1 FROM cells_journal) WHERE number = ?1";
            database.execute(aside, params![number])?;
        }
        (self.is_known, self.rows, self.bytes) = (true, rows, bytes);
        Ok(())
    }

    /// Appends what a group adds.
    pub fn append(&mut self, database: &dyn Database, added: &Additions) -> Result<()> {
        self.row = encode(added, std::mem::take(&mut self.row))?;
        self.rows += 1;
        self.bytes += self.row.len();
        let sql = "INSERT INTO cells_journal (number, value) VALUES (?1, ?2)";
        database.execute(sql, params![self.rows, &self.row]).map(drop)
    }

    /// Empties it: all that it holds is in the rows of the cells.
    pub fn empty(&mut self, database: &dyn Database) -> Result<()> {
        if Self::exists(database) && self.rows > 0 {
            database.execute("DELETE FROM cells_journal WHERE number > 0", &[])?;
        }
        (self.is_known, self.rows, self.bytes) = (true, 0, 0);
        Ok(())
    }
}

/// The bytes of a row, in the place of what `row` has.
fn encode(added: &Additions, mut row: Vec<u8>) -> Result<Vec<u8>> {
    row.clear();
    row.push(FORMAT);
    // What could not be written would be acknowledged, and lost.
    postcard::to_extend(added, row).map_err(|error| Error::other(format!("the journal: {error}")))
}

fn decode(bytes: &[u8]) -> Option<Additions> {
    let (format, rest) = bytes.split_first()?;
    match *format {
        FORMAT => whole(rest),
        EARLIER => whole::<Additions1>(rest).map(Additions::from),
        _ => None,
    }
}

/// The value, if that is all that there is.
fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use whippet_engine::vitals::Metric;

    use super::super::{
        ErrorCount, Hot, Measure, Measured, OpenView, Origin, Page, Part, Place, Resources, Script, Section,
        Selection, Split, State, Timings, Vitals, read, read_waiting,
    };
    use super::*;
    use crate::database::Access;
    use crate::schema;
    use crate::time::{DAY, MINUTE};

    const START: i64 = 20_000 * DAY;

    fn open() -> rusqlite::Connection {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        connection
    }

    /// Runs a transaction that adds a page view of each of `pages`, and an error, and ends with `end`.
    fn add(
        database: &dyn Database,
        hot: &mut Hot,
        (minute, pages): (i64, &[i64]),
        end: impl FnOnce(&mut Hot, &dyn Database) -> Result<()>,
    ) -> Result<()> {
        database.transaction(Access::Write, |database| {
            hot.begin(database)?;
            for page in pages {
                let place = Place { minute: START + minute * MINUTE, app: 1, page: *page };
                hot.vitals(place, |vitals| vitals.views += 1);
                hot.splits(place, &Origin { device: page % 3, ..Origin::default() }, |part| {
                    part.vitals.views += 1;
                });
            }
            end(hot, database)
        })
    }

    /// The page views of the application, of its pages, and of one class of device.
    fn views(database: &dyn Database) -> [u64; 3] {
        let selection = |pages| Selection {
            from: START,
            to: START + DAY,
            coarsest: super::super::Level::Minute,
            apps: Some(&[1]),
            pages,
        };
        let (mut whole, mut paged, mut split) = (0, 0, 0);
        read::<Vitals>(database, Section::Vitals, &selection(Page::Whole), |_, cell| whole += cell.views)
            .unwrap();
        read::<Vitals>(database, Section::Vitals, &selection(Page::All), |_, cell| paged += cell.views)
            .unwrap();
        read::<Split>(database, Section::ByDevice, &selection(Page::Whole), |_, cell| {
            let device = cell.0.iter().filter(|(key, _)| key.value == 1);
            split += device.map(|(_, part)| part.vitals.views).sum::<u64>();
        })
        .unwrap();
        [whole, paged, split]
    }

    fn rows(database: &dyn Database) -> (i64, i64) {
        let sql = "SELECT count(*), coalesce(sum(length(value)), 0) FROM cells_journal";
        database.query_one(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    #[test]
    fn what_was_kept_is_there_once_after_a_crash_and_after_a_rollback() {
        let connection = open();
        let database: &dyn Database = &connection;
        let mut hot = Hot::new(0);
        for minute in 0..5 {
            add(database, &mut hot, (minute, &[1, 2, 4]), Hot::keep).unwrap();
        }
        assert_eq!((views(database), rows(database).0), ([0; 3], 5), "nobody has asked yet");
        assert!(hot.is_pending());
        // A transaction that fails has added nothing.
        let fails = |hot: &mut Hot, database: &dyn Database| {
            hot.keep(database)?;
            Err(crate::database::Error::other("the disk is full"))
        };
        add(database, &mut hot, (5, &[1]), fails).unwrap_err();
        hot.clear();
        add(database, &mut hot, (5, &[1]), Hot::keep).unwrap();
        // Killed: another process begins with what is on disk.
        drop(hot);
        let mut hot = Hot::new(0);
        add(database, &mut hot, (6, &[2]), Hot::flush).unwrap();
        assert_eq!((views(database), rows(database).0), ([17, 17, 11], 0));
        assert!(!hot.is_pending());
        add(database, &mut hot, (6, &[2]), Hot::keep).unwrap();
        add(database, &mut hot, (6, &[]), Hot::flush).unwrap();
        assert_eq!(views(database), [18, 18, 11]);
    }

    #[test]
    fn the_newest_value_of_a_page_view_counts_whether_the_journal_has_it_or_a_row() {
        let connection = open();
        let database: &dyn Database = &connection;
        let mut hot = Hot::new(0);
        // The page it is of, the metric, the value, when it was sent, and whether it goes into the row.
        let reports = [
            (1, 0, 10.0, 5, false),
            (2, 1, 20.0, 6, false),
            (2, 0, 30.0, 9, true),
            (3, 0, 40.0, 8, false),
            (3, 1, 50.0, 8, false),
            (4, 1, 60.0, 8, true),
        ];
        for (page, metric, value, sent, is_flushed) in reports {
            let report = |hot: &mut Hot, database: &dyn Database| {
                let place = Place { minute: START, app: 1, page };
                let measure = Measure { metric, value, sent, ..Measure::default() };
                hot.view(place, "a", (&Origin::default(), 1)).report(measure);
                if is_flushed { hot.flush(database) } else { hot.keep(database) }
            };
            add(database, &mut hot, (0, &[]), report).unwrap();
            // Killed after each of them.
            hot = Hot::new(0);
        }
        let mut views = Vec::new();
        read_waiting(database, (START, START), None, Page::All, &mut |view| views.push(view.clone()))
            .unwrap();
        let [view] = &views[..] else { panic!("{views:?}") };
        let values: Vec<(u8, f64)> =
            view.measures.iter().map(|measure| (measure.metric, measure.value)).collect();
        assert_eq!((view.page, view.state, values), (1, State::New, vec![(0, 30.0), (1, 60.0)]));
    }

    #[test]
    fn whoever_moves_cells_finds_all_of_them_in_the_rows() {
        let connection = open();
        let database: &dyn Database = &connection;
        let mut hot = Hot::new(0);
        add(database, &mut hot, (0, &[1, 2]), Hot::keep).unwrap();
        database.transaction(Access::Write, |database| hot.begin_alone(database)).unwrap();
        assert_eq!((views(database), rows(database).0), ([2, 2, 1], 0));
        add(database, &mut hot, (0, &[1]), Hot::keep).unwrap();
        // A program of its own, while no collector runs.
        database.transaction(Access::Write, |database| Hot::new(0).begin_alone(database)).unwrap();
        assert_eq!((views(database), rows(database).0), ([3, 3, 2], 0));
    }

    #[test]
    fn a_group_costs_what_it_adds_and_not_what_its_minute_has() {
        let connection = open();
        let database: &dyn Database = &connection;
        let mut hot = Hot::new(0);
        let all: Vec<i64> = (1..=2000).collect();
        add(database, &mut hot, (0, &all), Hot::flush).unwrap();
        add(database, &mut hot, (0, &[7]), Hot::keep).unwrap();
        let (count, bytes) = rows(database);
        assert!(count == 1 && bytes < 100, "{bytes} bytes");
    }

    #[test]
    fn what_cannot_be_read_is_kept_aside_and_stops_nothing() {
        let connection = open();
        let database: &dyn Database = &connection;
        for round in 1..=2 {
            let mut hot = Hot::new(0);
            for minute in 0..3 {
                add(database, &mut hot, (minute, &[1]), Hot::keep).unwrap();
            }
            database
                .execute("UPDATE cells_journal SET value = ?1 WHERE number = 1", params![&[9_u8, 1, 1][..]])
                .unwrap();
            database
                .execute("UPDATE cells_journal SET value = substr(value, 1, 7) WHERE number = 3", &[])
                .unwrap();
            let mut hot = Hot::new(0);
            add(database, &mut hot, (4, &[]), Hot::flush).unwrap();
            assert_eq!((views(database)[0], rows(database).0), (round, 2 * round as i64));
            assert!(!hot.is_pending());
        }
    }

    #[test]
    fn a_full_journal_goes_into_the_rows() {
        let connection = open();
        let database: &dyn Database = &connection;
        let mut hot = Hot::new(0).within(Some(SHARE * 1000));
        let mut most = 0;
        for group in 0..200 {
            add(database, &mut hot, (group / 20, &[1, 2, 3]), Hot::keep).unwrap();
            most = most.max(rows(database).1);
        }
        assert!((900..1200).contains(&most), "{most} bytes");
        add(database, &mut hot, (9, &[]), Hot::flush).unwrap();
        assert_eq!(views(database), [600, 600, 200]);
    }
    /// A row as the first version with a journal writes it: everything that it can hold is in it.
    const FORMAT_1: &str = "\
        010180809ccdca640204010501000500001f020500000000000070b7400000000000c092400000000000c092408e0501\
        05010200000c1f020500000000000070b7400000000000c092400000000000c092408e05010500020e1f020500000000\
        000070b7400000000000c092400000000000c092408e0501050200001f02050000000000007097400000000000c07240\
        0000000000c072408e04010500011f020500000000000094b1400000000000208c400000000000208c40f40401050101\
        101f0205000000000000407f400000000000406f400000000000406f40fc03010201010112ac02011405000000000000\
        0440000000000000e03f000000000000e03f01057175657565010101160204f0a2040101000000000000544000000000\
        000044400118010000000000805640000000000000244001011a0280809ccdca6482809ccdca64040106020400080501\
        000500001f020500000000000070b7400000000000c092400000000000c092408e0501051f0205000000000000407f40\
        0000000000406f400000000000406f40fc03010201011a0280809ccdca6482809ccdca64040102047669657780809ccd\
        ca6402040506020400080001000000000000c0924080809ccdca640c000e020000000000c072400000000000208c40";

    /// The same as the second version writes it, with timings by origin.
    const FORMAT_2: &str = "\
        020180809ccdca640204010501000500001f020500000000000070b7400000000000c092400000000000c092408e0501\
        05010200000c1f020500000000000070b7400000000000c092400000000000c092408e05010500020e1f020500000000\
        000070b7400000000000c092400000000000c092408e0501050200001f02050000000000007097400000000000c07240\
        0000000000c072408e04010500011f020500000000000094b1400000000000208c400000000000208c40f40401050101\
        101f0205000000000000407f400000000000406f400000000000406f40fc03010201010112ac02011405000000000000\
        0440000000000000e03f000000000000e03f01057175657565010101160204f0a2040101000000000000544000000000\
        000044400118010000000000805640000000000000244001011a0280809ccdca6482809ccdca64040106020400080501\
        000500001f020500000000000070b7400000000000c092400000000000c092408e0501051f0205000000000000407f40\
        0000000000406f400000000000406f40fc03010201011a0280809ccdca6482809ccdca6404010604080204011c1f0205\
        000000000000c0a2400000000000007e400000000000007e40ba040105000102047669657780809ccdca640204050602\
        0400080001000000000000c0924080809ccdca640c000e020000000000c072400000000000208c40";

    fn everything() -> Additions {
        let metric = Metric::Lcp;
        let place = Place { minute: START, app: 1, page: 2 };
        let origin = Origin { release: 3, device: 1, connection: 2, navigation: 0, browser: 4 };
        let (mut timings, mut added) = (Timings { slow: 1, ..Timings::default() }, Additions::default());
        timings.histogram.record_many(250.0, 2);
        let count = ErrorCount { count: 2, first: START, last: (START + 1, 2) };
        let addition = added.places.entry(place).or_default();
        let vitals = addition.vitals.get_or_insert_default();
        vitals.views = 5;
        vitals.record(Measured { metric, soft: false }, 1200.0, 5);
        let attribution = addition.attribution.get_or_insert_default();
        attribution.record(metric as u8, 1200.0, ([6, 0, 7], &[300.0, 900.0]), 5);
        addition.histograms.get_or_insert_default().0.insert(8, timings.clone());
        let sums = addition.sums.get_or_insert_default();
        sums.counters.insert(9, 300);
        sums.gauges.entry(10).or_default().record(0.5, 5);
        sums.losses.insert("queue".to_owned(), 1);
        let loading = addition.loading.get_or_insert_default();
        let resources =
            Resources { count: 4, bytes: 70_000, cached: 1, failed: 1, duration: 80.0, slowest: 40.0 };
        loading.resources.insert((11, 2), resources);
        loading.scripts.insert(12, Script { count: 1, duration: 90.0, forced: 10.0 });
        addition.errors.get_or_insert_default().add(13, count);
        let mut part = Part { vitals: vitals.clone(), loads: timings, ..Part::default() };
        part.errors.add(13, count);
        addition.splits.insert(origin, part);
        let causes = [6, 0, 7];
        let measure = Measure { metric: 0, value: 1200.0, sent: START, causes, parts: vec![300.0, 900.0] };
        let Place { minute, app, page } = place;
        let view =
            OpenView { minute, app, page, weight: 5, origin, state: State::New, measures: vec![measure] };
        added.views.insert((1, "view".to_owned()), view);
        added
    }

    /// The same with what the second format has besides.
    fn everything_2() -> Additions {
        let mut added = everything();
        let Some(addition) = added.places.values_mut().next() else { panic!("nothing") };
        let mut timings = Timings::default();
        timings.histogram.record_many(480.0, 5);
        let origin = Origin { release: 3, device: 2, connection: 4, navigation: 1, browser: 2 };
        addition.timings.entry(origin).or_default().0.insert(14, timings);
        added
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect()
    }

    /// A file may have rows that an earlier version wrote before it was killed. Where this fails, [`FORMAT`] is another, and
    /// [`decode`] goes on reading this one.
    #[test]
    fn rows_are_read_that_earlier_versions_wrote() {
        assert_eq!(decode(&bytes(FORMAT_1)), Some(everything()));
        let hex: String =
            encode(&everything_2(), Vec::new()).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(decode(&bytes(FORMAT_2)), Some(everything_2()), "{hex}");
        assert_eq!(decode(&bytes(FORMAT_2)[..200]), None, "half of a row is none");
    }

    #[test]
    fn the_journal_of_the_version_before_is_counted_after_an_upgrade() {
        let connection = open();
        let database: &dyn Database = &connection;
        let row = "INSERT INTO cells_journal (number, value) VALUES (?1, ?2)";
        database.execute(row, params![1, &bytes(FORMAT_1)]).unwrap();
        let mut hot = Hot::new(0);
        add(database, &mut hot, (1, &[1]), Hot::flush).unwrap();
        assert_eq!((views(database)[0], rows(database).0), (6, 0));
    }
}
