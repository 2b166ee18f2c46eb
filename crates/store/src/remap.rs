//! Moves rows from evicted names to their targets.
use crate::cells::{
    Hot, Key, Level, Lookups, Measure, OPEN_COLUMNS, OpenView, Section, Targets, WHOLE, remapped,
    write_measures,
};
use crate::database::{Database, Param, Result, params};
use crate::kind::{ERROR, Kind};
use crate::time::HOUR;

/// What was evicted.
pub struct Evicted {
    targets: Targets,
    apps: Vec<i64>,
    /// Pages, each with its application.
    pages: Vec<(i64, i64)>,
    /// The applications with names that are to be deleted within cells, and with pages that are: the sum over all pages is
    /// added up again.
    cut: Vec<i64>,
    /// No row of any of them is from before.
    since: i64,
}

impl Evicted {
    /// Loads all of it.
    pub fn load(database: &dyn Database) -> Result<Self> {
        let (mut apps, mut pages, mut cut) = (Vec::new(), Vec::new(), Vec::new());
        let mut targets = Targets::default();
        let mut since = i64::MAX;
        database.query("SELECT kind, id, target, app, since FROM evictions", &[], &mut |row| {
            let (kind, id, target, app): (i64, i64, i64, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            if kind == ERROR {
                targets.errors.insert(id, target);
                return Ok(());
            }
            targets.names.insert(id, target);
            since = since.min(row.get(4)?);
            if kind == Kind::App as i64 {
                apps.push(id);
            } else if kind == Kind::Page as i64 {
                pages.push((app, id));
            }
            if kind != Kind::App as i64 && target == 0 {
                cut.push(app);
            }
            Ok(())
        })?;
        // An application that goes as a whole needs no other care.
        pages.retain(|(app, _)| !apps.contains(app));
        cut.retain(|app| !apps.contains(app));
        cut.sort_unstable();
        cut.dedup();
        Ok(Self { targets, apps, pages, cut, since })
    }
}

/// The first bucket at or after `since` that has data.
pub fn oldest(database: &dyn Database, since: i64) -> Result<Option<i64>> {
    let mut oldest: Option<i64> = None;
    let tables = Level::ALL.map(|level| format!("SELECT min(time) FROM {} WHERE time >= ?1", level.table()));
    let views = [0, 1, 2, 3]
        .map(|folded| format!("SELECT min(minute) FROM views WHERE folded = {folded} AND minute >= ?1"));
    for query in tables.iter().chain(&views) {
        let time: Option<i64> = database.scalar(query, params![since])?;
        oldest = oldest.into_iter().chain(time).min();
    }
    Ok(oldest)
}

/// Moves the rows of the hour that begins at `hour`, and with the first hour of a day, or of all, the cells of the day.
pub fn hour(
    database: &dyn Database,
    hot: &mut Hot,
    (hour, is_first): (i64, bool),
    evicted: &Evicted,
) -> Result<()> {
    hot.begin_alone(database)?;
    for level in Level::ALL {
        let start = level.bucket(hour);
        if start != hour && !is_first {
            continue;
        }
        let since = start.max(level.bucket(evicted.since));
        let times: Vec<i64> = (since..start + HOUR).step_by(level.length() as usize).collect();
        move_cells(database, hot, (level, &times), evicted)?;
        cut_cells(database, hot, (level, &times), evicted)?;
    }
    hot.end_alone(database)?;
    move_views(database, hour, evicted)
}

/// A row of cells.
struct Row {
    key: Key,
    collector: i64,
    value: Vec<u8>,
}

fn read(database: &dyn Database, level: Level, keys: &[Vec<Param<'_>>], by_page: bool) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let lookup = if by_page { Lookups::by_page(level) } else { Lookups::by_app(level) };
    database.read_rows(&lookup, keys, &mut |row| {
        let Some(section) = Section::from_number(row.get(1)?) else { return Ok(()) };
        let key = Key { level, time: row.get(0)?, section, app: row.get(2)?, page: row.get(3)? };
        rows.push(Row { key, collector: row.get(4)?, value: row.blob(5)?.to_vec() });
        Ok(())
    })?;
    Ok(rows)
}

fn delete(database: &dyn Database, level: Level, rows: &[Row]) -> Result<()> {
    let sql = format!(
        "DELETE FROM {} WHERE time = ?1 AND section = ?2 AND app = ?3 AND page = ?4 AND collector = ?5",
        level.table()
    );
    let keys: Vec<Vec<Param<'_>>> = rows
        .iter()
        .map(|Row { key, collector, .. }| {
            [key.time, key.section as i64, key.app, key.page, *collector].map(Param::Integer).to_vec()
        })
        .collect();
    database.execute_many(&sql, &keys)
}

/// Moves the cells of applications and pages.
fn move_cells(
    database: &dyn Database,
    hot: &mut Hot,
    (level, times): (Level, &[i64]),
    evicted: &Evicted,
) -> Result<()> {
    let targets = &evicted.targets;
    let key = |time: i64, section: Section, app: i64| [time, section as i64, app].map(Param::Integer);
    let (mut apps, mut pages) = (Vec::new(), Vec::new());
    for time in times {
        for section in Section::ALL {
            apps.extend(evicted.apps.iter().map(|app| key(*time, section, *app).to_vec()));
            pages.extend(
                evicted
                    .pages
                    .iter()
                    .map(|(app, page)| [&key(*time, section, *app)[..], &[Param::Integer(*page)]].concat()),
            );
        }
    }
    let mut rows = if apps.is_empty() { Vec::new() } else { read(database, level, &apps, false)? };
    if !pages.is_empty() {
        rows.extend(read(database, level, &pages, true)?);
    }
    delete(database, level, &rows)?;
    for Row { key, value, .. } in rows {
        let page = if key.page == WHOLE { Some(WHOLE) } else { targets.name(key.page) };
        if let (Some(app), Some(page)) = (targets.name(key.app), page) {
            hot.merge(Key { app, page, ..key }, &remapped(key.section, &value, targets).unwrap_or(value));
        }
    }
    hot.flush(database)
}

/// Takes out of the cells of an application what is to be deleted, and adds up its pages again.
fn cut_cells(
    database: &dyn Database,
    hot: &mut Hot,
    (level, times): (Level, &[i64]),
    evicted: &Evicted,
) -> Result<()> {
    for app in &evicted.cut {
        let keys: Vec<Vec<Param<'_>>> = times
            .iter()
            .flat_map(|time| {
                Section::ALL.map(|section| [*time, section as i64, *app].map(Param::Integer).to_vec())
            })
            .collect();
        let rows = read(database, level, &keys, false)?;
        delete(database, level, &rows)?;
        for Row { key, value, .. } in rows.iter().filter(|row| row.key.page != WHOLE) {
            let cut = remapped(key.section, value, &evicted.targets);
            let value = cut.as_ref().unwrap_or(value);
            hot.merge(*key, value);
            hot.merge(Key { page: WHOLE, ..*key }, value);
        }
        hot.flush(database)?;
    }
    Ok(())
}

/// Moves page views, and what vitals of those that still report are attributed to.
fn move_views(database: &dyn Database, hour: i64, evicted: &Evicted) -> Result<()> {
    let targets = &evicted.targets;
    let mut moved: Vec<(OpenView, String, OpenView)> = Vec::new();
    let sql = format!(
        "SELECT {OPEN_COLUMNS}, view FROM views WHERE folded IN (0, 1, 2, 3) AND minute >= ?1 AND minute < ?2"
    );
    let mut gone = Vec::new();
    database.query(&sql, params![hour, hour + HOUR], &mut |row| {
        let (before, name): (_, String) = (OpenView::of(row)?, row.get(11)?);
        let mut view = before.clone();
        let (Some(app), Some(page)) = (targets.name(view.app), targets.name(view.page)) else {
            gone.push((view.app, name));
            return Ok(());
        };
        (view.app, view.page) = (app, page);
        view.origin.release = targets.name(view.origin.release).unwrap_or(0);
        view.measures.iter_mut().for_each(|measure| remap_causes(measure, targets));
        if view != before {
            moved.push((before, name, view));
        }
        Ok(())
    })?;
    for (app, name) in &gone {
        database.execute("DELETE FROM views WHERE app = ?1 AND view = ?2", params![*app, name])?;
    }
    for (before, name, view) in &moved {
        let is_there = "SELECT view FROM views WHERE app = ?1 AND view = ?2";
        let is_taken = view.app != before.app
            && database.query_optional(is_there, params![view.app, name], |_| Ok(()))?.is_some();
        // The view went on reporting after its app was evicted, so the target has a row of the same view.
        let to = if is_taken { format!("{name}\n{}", before.app) } else { name.clone() };
        database.execute(
            "UPDATE views SET app = ?3, view = ?4, page = ?5, release = ?6, measures = ?7 WHERE app = ?1 AND view = ?2",
            params![
                before.app,
                name,
                view.app,
                &to,
                view.page,
                view.origin.release,
                &write_measures(&view.measures)
            ],
        )?;
    }
    Ok(())
}

fn remap_causes(measure: &mut Measure, targets: &Targets) {
    for cause in &mut measure.causes {
        *cause = targets.name(*cause).unwrap_or(0);
    }
}
