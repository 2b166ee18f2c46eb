//! The rows of page views: new ones, and what is newer of those that are there.
use std::collections::{BTreeMap, HashMap};

use super::open_views::{OpenView, State, write_measures};
use super::splits::Origin;
use crate::beacon_ids::DAYS;
use crate::database::{Database, Engine, Lookup, Param, Result, Type, Upsert, lock_until_commit};
use crate::partitions::Partitions;
use crate::time::{DAY, MINUTE};

/// Page views by application and name, as beacons report them: each as it is if no row of it is there yet. In the order of the
/// table, so that two collectors that hear of the same ones never wait for each other in a circle.
pub type Reported = BTreeMap<(i64, String), OpenView>;

const COLUMNS: &[(&str, Type)] = &[
    ("app", Type::Integer),
    ("view", Type::Text),
    ("page", Type::Integer),
    ("minute", Type::Integer),
    ("weight", Type::Integer),
    ("navigation", Type::Integer),
    ("release", Type::Integer),
    ("device", Type::Integer),
    ("connection", Type::Integer),
    ("browser", Type::Integer),
    ("folded", Type::Integer),
    ("measures", Type::Blob),
    ("day", Type::Integer),
];

const INSERT: Upsert = Upsert { table: "views", columns: COLUMNS, conflict: "ON CONFLICT DO NOTHING" };

/// How many rows are written together: what they need meanwhile is memory that is there already.
const TOGETHER: usize = 1024;

/// How page views are written that are there.
fn updating(engine: Engine) -> &'static Upsert {
    const SQLITE: Upsert = Upsert {
        table: "views",
        columns: COLUMNS,
        conflict: "ON CONFLICT (app, view) DO UPDATE SET measures = excluded.measures, folded = excluded.folded",
    };
    const POSTGRES: Upsert = Upsert {
        conflict: "ON CONFLICT (app, view, day) DO UPDATE SET measures = excluded.measures, folded = excluded.folded",
        ..SQLITE
    };
    match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    }
}

const READ: Lookup = Lookup {
    table: "views",
    keys: &[("app", Type::Integer), ("view", Type::Text), ("day", Type::Integer)],
    columns: "minute, app, page, weight, navigation, release, device, connection, browser, folded, measures, view",
    lock: true,
};

/// How far the clocks of collectors may differ, ms.
const SKEW: i64 = 2 * MINUTE;

/// How many page views of each of [`State::WAITING`] may wait until they have ended. Reports read them one by one.
pub const FEW: usize = 1_000;

/// Writes them: new page views at once, and to those that are there what is newer. Where more than `few` are new, they are counted with
/// that, as the next sweep would count them: `count` is told of each, and adds it to cells.
pub fn write(
    database: &dyn Database,
    partitions: &mut Partitions,
    reported: &Reported,
    few: usize,
    count: &mut dyn FnMut(&OpenView),
) -> Result<()> {
    if reported.is_empty() {
        return Ok(());
    }
    partitions.ensure(database, "views", reported.values().map(OpenView::day))?;
    let earlier = earlier(database, reported)?;
    let mut known: Vec<(i64, String, i64)> = Vec::new();
    let mut know = |key: &(i64, String), view: &OpenView, day: i64| {
        // What says nothing new changes nothing.
        if !view.measures.is_empty() {
            known.push((key.0, key.1.clone(), day));
        }
    };
    let mut new: Vec<(&(i64, String), &OpenView)> = Vec::with_capacity(reported.len());
    for (key, view) in reported {
        match earlier.get(key) {
            Some(day) => know(key, view, *day),
            None => new.push((key, view)),
        }
    }
    let state = if new.len() > few { State::Counted } else { State::New };
    for new in new.chunks(TOGETHER) {
        let blobs: Vec<Vec<u8>> = new.iter().map(|(_, view)| write_measures(&view.measures)).collect();
        let rows: Vec<Vec<Param<'_>>> =
            new.iter().zip(&blobs).map(|((key, view), blob)| row(&key.1, view, state, blob)).collect();
        let written = database.insert_new(&INSERT, 2, &rows)?;
        for ((key, view), written) in new.iter().zip(written) {
            if !written {
                know(key, view, view.day());
            } else if state == State::Counted {
                count(view);
            }
        }
    }
    known.sort_unstable();
    known.chunks(TOGETHER).try_for_each(|known| update(database, known, reported))
}

/// On which day those page views began that are of an earlier day than what is said of them now. On a server rows of two days are
/// in two partitions, between which nothing keeps them apart. On SQLite a page view is found whatever its day.
fn earlier(database: &dyn Database, reported: &Reported) -> Result<HashMap<(i64, String), i64>> {
    let mut earlier = HashMap::new();
    if database.engine() == Engine::Sqlite {
        return Ok(earlier);
    }
    let is_midnight = |view: &OpenView| {
        let since = view.minute.rem_euclid(DAY);
        !(SKEW..DAY - SKEW).contains(&since)
    };
    if reported.values().any(is_midnight) {
        // Another collector may hear of the same page views, and not agree about the day.
        lock_until_commit(database, "views at midnight")?;
    }
    let days = |day: i64| (1..=DAYS).map(move |before| day - before).chain([day + 1]);
    let mut keys: Vec<Vec<Param<'_>>> = Vec::new();
    for ((app, name), view) in reported {
        keys.extend(
            days(view.day()).map(|day| vec![Param::Integer(*app), Param::Text(name), Param::Integer(day)]),
        );
    }
    let lookup = Lookup { columns: "app, view, day", lock: false, ..READ };
    database.read_rows(&lookup, &keys, &mut |row| {
        earlier.insert((row.get(0)?, row.get(1)?), row.get(2)?);
        Ok(())
    })?;
    Ok(earlier)
}

/// Adds to page views that are there. One that has ended takes no more.
fn update(database: &dyn Database, known: &[(i64, String, i64)], reported: &Reported) -> Result<()> {
    let mut changed: Vec<(String, OpenView)> = Vec::with_capacity(known.len());
    read_locked(database, known, &mut |name, mut view| {
        let report = reported.get(&(view.app, name.to_owned()));
        if let Some(report) = report.filter(|_| view.state != State::Ended) {
            let mut has_changed = false;
            for measure in &report.measures {
                has_changed |= view.report(measure.clone());
            }
            if has_changed {
                changed.push((name.to_owned(), view));
            }
        }
    })?;
    put(database, &changed)
}

/// Reads page views by application, name and day, and locks them.
pub fn read_locked(
    database: &dyn Database,
    keys: &[(i64, String, i64)],
    each: &mut dyn FnMut(&str, OpenView),
) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    // SQLite's key has no day.
    let (lookup, columns) = match database.engine() {
        Engine::Sqlite => (Lookup { keys: &READ.keys[..2], ..READ }, 2),
        Engine::Postgres => (READ, 3),
    };
    let keys: Vec<Vec<Param<'_>>> = keys
        .iter()
        .map(|(app, view, day)| {
            vec![Param::Integer(*app), Param::Text(view), Param::Integer(*day)][..columns].to_vec()
        })
        .collect();
    database.read_rows(&lookup, &keys, &mut |row| {
        each(row.text(11)?, OpenView::of(row)?);
        Ok(())
    })
}

/// Writes page views that are there.
pub fn put(database: &dyn Database, views: &[(String, OpenView)]) -> Result<()> {
    let blobs: Vec<Vec<u8>> = views.iter().map(|(_, view)| write_measures(&view.measures)).collect();
    let rows: Vec<Vec<Param<'_>>> =
        views.iter().zip(&blobs).map(|((name, view), blob)| row(name, view, view.state, blob)).collect();
    database.write_rows(updating(database.engine()), &rows)
}

fn row<'a>(name: &'a str, view: &OpenView, state: State, measures: &'a [u8]) -> Vec<Param<'a>> {
    let Origin { release, device, connection, navigation, browser } = view.origin;
    let mut row = vec![Param::Integer(view.app), Param::Text(name)];
    let numbers = [
        view.page,
        view.minute,
        view.weight as i64,
        navigation,
        release,
        device,
        connection,
        browser,
        state as i64,
    ];
    row.extend(numbers.map(Param::Integer));
    row.push(Param::Blob(measures));
    row.push(Param::Integer(view.day()));
    row
}
