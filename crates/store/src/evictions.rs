//! Evicts names and errors. Their rows are moved to [`OTHER`], or deleted.
//!
//! An eviction frees the name at once. The rows may be many, so later transactions move them, an hour of data each. Until
//! then the name's number stays in `names` with kind -1, so that no other name gets it, and the table `evictions` has its
//! target: the name that takes its rows. Within cells, a number without a name counts as [`OTHER`] of its kind, so only the
//! rows of applications and pages are moved.
use crate::cells::Hot;
use crate::changes;
use crate::database::{Database, Result, params};
use crate::kind::{ERROR, Kind, OTHER};
use crate::remap::{self, Evicted};
use crate::time::HOUR;

/// Evicts the name with that number, and with an application all of its names and errors. `delete`: its rows are deleted
/// rather than moved to [`OTHER`].
///
/// `change`: the number of the change, see changes.rs.
pub fn evict(database: &dyn Database, kind: Kind, id: i64, delete: bool, change: i64) -> Result<()> {
    let sql = "SELECT parent, first, used FROM names WHERE id = ?1 AND kind = ?2";
    let found = database.query_optional(sql, params![id, kind as i64], |row| {
        Ok((row.get::<i64>(0)?, (row.get::<i64>(1)?, row.get::<i64>(2)?)))
    })?;
    // Another process may have dropped it.
    let Some((parent, times)) = found else { return Ok(()) };
    let target = if delete { 0 } else { other(database, kind, parent, times, change)? };
    add(database, (kind as i64, id), target, times.0, parent)?;
    if kind == Kind::App {
        evict_children(database, id, target, times, change)?;
        database.execute(
            "UPDATE names SET
               confirmed = greatest(confirmed, (SELECT confirmed FROM names WHERE id = ?1)),
               last = greatest(last, (SELECT last FROM names WHERE id = ?1))
             WHERE id = ?2",
            params![id, target],
        )?;
    }
    free_name(database, id, change)
}

fn evict_children(
    database: &dyn Database,
    app: i64,
    target: i64,
    times: (i64, i64),
    change: i64,
) -> Result<()> {
    let children = database.query_map(
        "SELECT id, kind FROM names WHERE parent = ?1 AND kind > 0",
        params![app],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    for (id, number) in children {
        let Some(kind) = Kind::from_number(number) else { continue };
        let target = if target == 0 { 0 } else { other(database, kind, target, times, change)? };
        add(database, (number, id), target, times.0, app)?;
        free_name(database, id, change)?;
    }
    let errors =
        database.query_map("SELECT id FROM errors WHERE app = ?1", params![app], |row| row.get::<i64>(0))?;
    for id in errors {
        let target = if target == 0 { 0 } else { other_error(database, target)? };
        add(database, (ERROR, id), target, times.0, app)?;
    }
    Ok(())
}

/// Evicts an error of an application. Its counts are moved to the application's error [`OTHER`].
pub fn evict_error(database: &dyn Database, app: i64, id: i64, change: i64) -> Result<()> {
    let first = database
        .query_optional("SELECT first FROM errors WHERE id = ?1", params![id], |row| row.get::<i64>(0))?;
    // Another process may have dropped it.
    let Some(first) = first else { return Ok(()) };
    let target = other_error(database, app)?;
    add(database, (ERROR, id), target, first, app)?;
    // Frees the fingerprint. The new one is like no other: all that beacons bring have a line break.
    database.execute(
        "UPDATE errors SET fingerprint = CAST(?2 AS TEXT) || id, message = ?2, source = ?2, stack = '', changed = ?3
         WHERE id = ?1",
        params![id, OTHER, change],
    )?;
    Ok(())
}

/// The number of the name [`OTHER`] of that kind and parent, which is added if need be.
fn other(
    database: &dyn Database,
    kind: Kind,
    parent: i64,
    (first, used): (i64, i64),
    change: i64,
) -> Result<i64> {
    database.query_one(
        "INSERT INTO names (kind, parent, name, used, first, scored, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?6)
         ON CONFLICT (kind, parent, name) DO UPDATE SET
           used = greatest(names.used, excluded.used), first = least(names.first, excluded.first)
         RETURNING id",
        params![kind as i64, parent, OTHER, used, first, change],
        |row| row.get(0),
    )
}

/// The number of the error [`OTHER`] of an application, which is added if need be. It has no place among the others, so that
/// nobody needs to hear of it.
pub fn other_error(database: &dyn Database, app: i64) -> Result<i64> {
    database.query_one(
        "INSERT INTO errors (app, fingerprint, message, source, stack) VALUES (?1, ?2, ?2, ?2, '')
         ON CONFLICT (app, fingerprint) DO UPDATE SET message = errors.message RETURNING id",
        params![app, OTHER],
        |row| row.get(0),
    )
}

fn add(database: &dyn Database, (kind, id): (i64, i64), target: i64, since: i64, app: i64) -> Result<()> {
    let sql = "INSERT INTO evictions (kind, id, target, since, app) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (kind, id) DO UPDATE SET target = excluded.target, since = excluded.since, app = excluded.app";
    database.execute(sql, params![kind, id, target, since, app]).map(drop)
}

/// Frees the name but not its number.
fn free_name(database: &dyn Database, id: i64, change: i64) -> Result<()> {
    let sql = "UPDATE names SET kind = -1, parent = id, name = '', changed = ?2 WHERE id = ?1";
    database.execute(sql, params![id, change]).map(drop)
}

/// A pass over all rows that refer to evicted names, from the oldest hour to the newest.
pub struct Pass {
    /// The earliest hour that is not done; `None` where no rows are to be moved.
    next: Option<i64>,
    /// Whether no hour is done.
    is_first: bool,
    /// Kind and number of what was evicted before the pass began. No row refers to these once the pass is complete.
    evicted: Vec<(i64, i64)>,
}

impl Pass {
    /// Begins a pass, if rows of any evicted name are left.
    pub fn begin(database: &dyn Database) -> Result<Option<Self>> {
        let evicted = database.query_map("SELECT kind, id FROM evictions", &[], |row| {
            Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
        })?;
        if evicted.is_empty() {
            return Ok(None);
        }
        // Of names within cells nothing is moved, unless it is to be deleted.
        let since: Option<i64> = database.scalar(
            "SELECT min(since) FROM evictions WHERE kind IN (?1, ?2) OR target = 0",
            params![Kind::App as i64, Kind::Page as i64],
        )?;
        let next = since.map(|since| since - since.rem_euclid(HOUR));
        Ok(Some(Self { next, is_first: true, evicted }))
    }

    /// Moves the rows of the next hour that has data. Returns whether the pass is complete.
    pub fn step(&mut self, database: &dyn Database, hot: &mut Hot) -> Result<bool> {
        let oldest = match self.next {
            // The cell of the day that the first hour is in begins before it.
            Some(first) if self.is_first => Some(first),
            Some(next) => remap::oldest(database, next)?,
            None => None,
        };
        let Some(minute) = oldest else {
            self.finish(database)?;
            return Ok(true);
        };
        let hour = minute - minute.rem_euclid(HOUR);
        remap::hour(database, hot, (hour, self.is_first), &Evicted::load(database)?)?;
        (self.next, self.is_first) = (Some(hour + HOUR), false);
        Ok(false)
    }

    fn finish(&self, database: &dyn Database) -> Result<()> {
        for (kind, id) in &self.evicted {
            database.execute("DELETE FROM evictions WHERE kind = ?1 AND id = ?2", params![*kind, *id])?;
            if *kind == ERROR {
                database.execute("DELETE FROM errors WHERE id = ?1", params![*id])?;
            } else {
                database.execute("DELETE FROM names WHERE id = ?1 AND kind = -1", params![*id])?;
            }
        }
        changes::forget(database)
    }
}
