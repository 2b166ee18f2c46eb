//! Dropped names: their rows are moved to [`OTHER`], or deleted.
//!
//! A name is dropped at once, so that its place is free. Its rows may be many: later transactions move them, an hour of
//! data each. Until then the name's number stays in `names` as kind -1, so that no other name gets it, and `evictions` says
//! where its rows go.
use rusqlite::{Connection, params};

use crate::kind::{Kind, OTHER};
use crate::remap::{self, ERROR, Targets};
use crate::time::HOUR;

/// Drops the name with that number, and with an application all of its names and errors. Its rows are moved to [`OTHER`],
/// or deleted.
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
    bury(connection, id)
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
        bury(connection, id)?;
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

/// The number of [`OTHER`] of that kind and parent.
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

fn other_error(connection: &Connection, app: i64) -> rusqlite::Result<i64> {
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

/// Keeps the number and frees the name.
fn bury(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE names SET kind = -1, parent = id, name = '' WHERE id = ?1")?
        .execute([id])
        .map(drop)
}

/// A pass over the data that refers to dropped names, from the oldest hour to the newest.
pub struct Pass {
    /// The next hour is this one or later.
    next: i64,
    /// What was dropped before the pass began: nothing refers to it once it is through.
    dropped: Vec<(i64, i64)>,
}

impl Pass {
    /// Begins one, if any name was dropped.
    pub fn begin(connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let since: Option<i64> =
            connection.prepare_cached("SELECT min(since) FROM evictions")?.query_row([], |row| row.get(0))?;
        let Some(since) = since else { return Ok(None) };
        let dropped = connection
            .prepare_cached("SELECT kind, id FROM evictions")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Some(Self { next: since - since.rem_euclid(HOUR), dropped }))
    }

    /// Moves the rows of the next hour that has data. Returns whether the pass is through.
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
        for (kind, id) in &self.dropped {
            eviction.execute([kind, id])?;
            if *kind == ERROR { &mut error } else { &mut name }.execute([id])?;
        }
        Ok(())
    }
}
