//! Reads the cells of a window.
use super::codec::decode;
use super::level::Level;
use super::section::{Cell, Section};
use super::window::Marks;
use super::{Page, WHOLE};
use crate::database::{self, Database, Lookup, Param, Row, Type};

/// What is read.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// Buckets that begin at this time or later, ms since the epoch.
    pub from: i64,
    /// Buckets that begin at this time or earlier.
    pub to: i64,
    /// The longest buckets, where shorter ones are there.
    pub coarsest: Level,
    /// The applications; `None`: all.
    pub apps: Option<&'a [i64]>,
    /// Their pages.
    pub pages: Page<'a>,
}

/// Where a cell belongs. Of one place there may be several cells: one per collector, and one per bucket of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// How long it is.
    pub level: Level,
    /// When it begins, ms since the epoch.
    pub time: i64,
    /// The application's number.
    pub app: i64,
    /// The page's number, or [`WHOLE`].
    pub page: i64,
}

/// Hands the values of a section to `each`, in any order. A value that cannot be read is left out.
pub fn read<T: Cell>(
    database: &dyn Database,
    section: Section,
    selection: &Selection<'_>,
    mut each: impl FnMut(Bucket, T),
) -> database::Result<()> {
    read_bytes(database, section, selection, &mut |bucket, bytes| {
        if let Some(value) = decode(bytes) {
            each(bucket, value);
        }
    })
}

/// The same with the bytes of the values, for [`super::merge_bytes`].
pub fn read_bytes(
    database: &dyn Database,
    section: Section,
    selection: &Selection<'_>,
    each: &mut dyn FnMut(Bucket, &[u8]),
) -> database::Result<()> {
    let apps = match selection.apps {
        Some(apps) => apps.to_vec(),
        None => all_apps(database)?,
    };
    let marks = Marks::of(database, section)?;
    let end = selection.to.saturating_add(1);
    for (level, from, to) in marks.parts(section, selection.from, end, selection.coarsest) {
        let mut take = |row: &Row<'_>| {
            let bucket = Bucket { level, time: row.get(0)?, app: row.get(1)?, page: row.get(2)? };
            if !matches!(selection.pages, Page::All) || bucket.page != WHOLE {
                each(bucket, row.blob(3)?);
            }
            Ok(())
        };
        let times = times(database, level, from, to)?;
        let keys = keys(section, &times, &apps, selection.pages);
        let lookup = if matches!(selection.pages, Page::All) { &APPS } else { &PAGES };
        database.read_rows(&lookup[level as usize], &keys, &mut take)?;
    }
    Ok(())
}

/// A key per row or, where all pages are read, per application: the rows between them are not looked at.
fn keys(section: Section, times: &[i64], apps: &[i64], pages: Page<'_>) -> Vec<Vec<Param<'static>>> {
    let mut keys = Vec::new();
    for time in times {
        for app in apps {
            let key = [*time, section as i64, *app].map(Param::Integer);
            let mut add = |page: i64| keys.push([&key[..], &[Param::Integer(page)]].concat());
            match pages {
                Page::All => keys.push(key.to_vec()),
                Page::Whole => add(WHOLE),
                Page::These(pages) => pages.iter().for_each(|page| add(*page)),
            }
        }
    }
    keys
}

/// The beginnings of the buckets from `from` to before `to` that may have rows.
fn times(database: &dyn Database, level: Level, from: i64, to: i64) -> database::Result<Vec<i64>> {
    let bound = |sql: &str, time: i64| {
        database.query_one(sql, database::params![time], |row| row.get::<Option<i64>>(0))
    };
    let table = level.table();
    let first = bound(&format!("SELECT min(time) FROM {table} WHERE time >= ?1"), from)?;
    let last = bound(&format!("SELECT max(time) FROM {table} WHERE time < ?1"), to)?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let times = std::iter::successors(Some(first), |time| time.checked_add(level.length()));
    Ok(times.take_while(|time| *time <= last).collect())
}

/// All applications, also those that were dropped and have rows left.
fn all_apps(database: &dyn Database) -> database::Result<Vec<i64>> {
    let apps = "SELECT id FROM names WHERE kind = 0 UNION SELECT id FROM evictions WHERE kind = 0";
    database.query_map(apps, &[], |row| row.get(0))
}

const COLUMNS: &str = "time, app, page, value";

const fn by_app(table: &'static str) -> Lookup {
    let keys = &[("time", Type::Integer), ("section", Type::Integer), ("app", Type::Integer)];
    Lookup { table, keys, columns: COLUMNS, lock: false }
}

const fn by_page(table: &'static str) -> Lookup {
    let keys = &[
        ("time", Type::Integer),
        ("section", Type::Integer),
        ("app", Type::Integer),
        ("page", Type::Integer),
    ];
    Lookup { table, keys, columns: COLUMNS, lock: false }
}

/// How the rows of a level are looked up, with all that they hold.
pub(crate) struct Lookups;

impl Lookups {
    /// By time, section and application.
    pub(crate) fn by_app(level: Level) -> Lookup {
        Lookup { columns: ALL_COLUMNS, lock: true, ..by_app(level.table()) }
    }

    /// By time, section, application and page.
    pub(crate) fn by_page(level: Level) -> Lookup {
        Lookup { columns: ALL_COLUMNS, lock: true, ..by_page(level.table()) }
    }
}

const ALL_COLUMNS: &str = "time, section, app, page, collector, value";

/// By level.
const APPS: [Lookup; 3] = [by_app("cells_minute"), by_app("cells_hour"), by_app("cells_day")];
const PAGES: [Lookup; 3] = [by_page("cells_minute"), by_page("cells_hour"), by_page("cells_day")];
