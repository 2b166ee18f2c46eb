//! Evicts names and errors. Their rows are moved to [`OTHER`], or deleted.
//!
//! An eviction frees the name at once. The rows may be many, so later transactions move them, an hour of data each. Until
//! then the name's number stays in `names` with kind -1, so that no other name gets it, and the table `evictions` has its
//! target: the name that takes its rows.
use rusqlite::{Connection, params};

use crate::kind::{ERROR, Kind, OTHER};
use crate::remap::{self, Targets};
use crate::time::HOUR;

/// Evicts the name with that number, and with an application all of its names and errors. `delete`: its rows are deleted
/// rather than moved to [`OTHER`].
pub fn evict(connection: &Connection, kind: Kind, id: i64, delete: bool) -> rusqlite::Result<()> {
    let (parent, first, used): (i64, i64, i64) = connection
        .prepare_cached("SELECT parent, first, used FROM names WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let target = if delete { 0 } else { other(connection, kind, parent, (first, used))? };
    add(connection, kind as i64, id, target, first)?;
    if kind == Kind::App {
        evict_children(connection, id, target, (first, used))?;
        connection
            .prepare_cached(
                "UPDATE names SET
                   confirmed = max(confirmed, (SELECT confirmed FROM names WHERE id = ?1)),
                   last = nullif(max(coalesce(last, 0), (SELECT coalesce(last, 0) FROM names WHERE id = ?1)), 0)
                 WHERE id = ?2",
            )?
            .execute([id, target])?;
    }
    free_name(connection, id)
}

fn evict_children(
    connection: &Connection,
    app: i64,
    target: i64,
    (first, used): (i64, i64),
) -> rusqlite::Result<()> {
    let children = connection
        .prepare_cached("SELECT id, kind FROM names WHERE parent = ?1 AND kind > 0")?
        .query_map([app], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    for (id, number) in children {
        let Some(kind) = Kind::from_number(number) else { continue };
        let target = if target == 0 { 0 } else { other(connection, kind, target, (first, used))? };
        add(connection, number, id, target, first)?;
        free_name(connection, id)?;
    }
    let errors = connection
        .prepare_cached("SELECT id FROM errors WHERE app = ?1")?
        .query_map([app], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    for id in errors {
        let target = if target == 0 { 0 } else { other_error(connection, target)? };
        add(connection, ERROR, id, target, first)?;
    }
    Ok(())
}

/// Evicts an error of an application. Its counts are moved to the application's error [`OTHER`].
pub fn evict_error(connection: &Connection, app: i64, id: i64) -> rusqlite::Result<()> {
    let target = other_error(connection, app)?;
    let first = connection
        .prepare_cached("SELECT first FROM errors WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    add(connection, ERROR, id, target, first)?;
    // Frees the fingerprint. The new one is like no other: all that beacons bring have a line break.
    connection
        .prepare_cached(
            "UPDATE errors SET fingerprint = ?2 || id, message = ?2, source = ?2, stack = '' WHERE id = ?1",
        )?
        .execute(params![id, OTHER])
        .map(drop)
}

/// The number of the name [`OTHER`] of that kind and parent, which is added if need be.
fn other(
    connection: &Connection,
    kind: Kind,
    parent: i64,
    (first, used): (i64, i64),
) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO names (kind, parent, name, used, first, scored) VALUES (?1, ?2, ?3, ?4, ?5, ?4)
             ON CONFLICT DO UPDATE SET used = max(used, excluded.used), first = min(first, excluded.first) RETURNING id",
        )?
        .query_row(params![kind as i64, parent, OTHER, used, first], |row| row.get(0))
}

/// The number of the error [`OTHER`] of an application, which is added if need be.
pub fn other_error(connection: &Connection, app: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO errors (app, fingerprint, message, source, stack) VALUES (?1, ?2, ?2, ?2, '')
             ON CONFLICT DO UPDATE SET message = message RETURNING id",
        )?
        .query_row(params![app, OTHER], |row| row.get(0))
}

fn add(connection: &Connection, kind: i64, id: i64, target: i64, since: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO evictions (kind, id, target, since) VALUES (?1, ?2, ?3, ?4)")?
        .execute([kind, id, target, since])
        .map(drop)
}

/// Frees the name but not its number.
fn free_name(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE names SET kind = -1, parent = id, name = '' WHERE id = ?1")?
        .execute([id])
        .map(drop)
}

/// A pass over all rows that refer to evicted names and errors, from the oldest hour to the newest.
pub struct Pass {
    /// The earliest hour that is not done.
    next: i64,
    /// Kind and number of what was evicted before the pass began. No row refers to these once the pass is complete.
    evicted: Vec<(i64, i64)>,
}

impl Pass {
    /// Begins a pass, if rows of any evicted name are left.
    pub fn begin(connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let since: Option<i64> =
            connection.prepare_cached("SELECT min(since) FROM evictions")?.query_row([], |row| row.get(0))?;
        let Some(since) = since else { return Ok(None) };
        let evicted = connection
            .prepare_cached("SELECT kind, id FROM evictions")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Some(Self { next: since - since.rem_euclid(HOUR), evicted }))
    }

    /// Moves the rows of the next hour that has data. Returns whether the pass is complete.
    pub fn step(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        let Some(minute) = remap::oldest(connection, self.next)? else {
            self.finish(connection)?;
            return Ok(true);
        };
        let hour = minute - minute.rem_euclid(HOUR);
        remap::hour(connection, hour, &Targets::load(connection)?)?;
        self.next = hour + HOUR;
        Ok(false)
    }

    fn finish(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut eviction = connection.prepare_cached("DELETE FROM evictions WHERE kind = ?1 AND id = ?2")?;
        let mut name = connection.prepare_cached("DELETE FROM names WHERE id = ?1 AND kind = -1")?;
        let mut error = connection.prepare_cached("DELETE FROM errors WHERE id = ?1")?;
        for (kind, id) in &self.evicted {
            eviction.execute([kind, id])?;
            if *kind == ERROR { &mut error } else { &mut name }.execute([id])?;
        }
        Ok(())
    }
}
