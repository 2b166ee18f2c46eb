//! JavaScript errors, told apart by fingerprint. Where an application has too many, the one with the lowest score goes, as
//! among names; what has no place counts as the error [`OTHER`].
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, OptionalExtension, params};
use whippet_engine::beacon::PageError;

use crate::candidates::Candidates;
use crate::context::Context;
use crate::evictions;
use crate::kind::{ERROR, OTHER};
use crate::ranked::{self, Ranked};
use crate::score::Score;
use crate::time::MINUTE;

/// The most errors of one kind that a page is believed to throw between two beacons.
const MAX_COUNT: u64 = 1_000_000;

/// The scores of all errors, in memory. Messages stay in the database.
#[derive(Default)]
pub struct PageErrors {
    /// By application, then by the error's number.
    apps: HashMap<i64, HashMap<i64, Ranked>>,
    /// By application and a hash of the fingerprint, which may be long.
    candidates: Candidates<(i64, u64)>,
    hasher: RandomState,
}

impl PageErrors {
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut errors = Self::default();
        let mut statement = connection.prepare(
            "SELECT app, id, score, scored FROM errors
             WHERE fingerprint <> ?1 AND id NOT IN (SELECT id FROM evictions WHERE kind = ?2)",
        )?;
        let mut rows = statement.query(params![OTHER, ERROR])?;
        while let Some(row) = rows.next()? {
            let id = row.get(1)?;
            let ranked = Ranked::stored(id, row.get(2)?, row.get(3)?);
            errors.apps.entry(row.get(0)?).or_default().insert(id, ranked);
        }
        Ok(errors)
    }

    /// Reads them again, after a rollback or a deletion. Sightings that are not stored yet are kept.
    pub fn reload(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut fresh = Self::load(connection)?;
        for (app, errors) in &mut fresh.apps {
            let Some(known) = self.apps.get(app) else { continue };
            for (id, fresh) in errors {
                if let Some(known) = known.get(id) {
                    fresh.keep_score_of(known);
                }
            }
        }
        fresh.candidates = std::mem::take(&mut self.candidates);
        fresh.hasher = self.hasher.clone();
        *self = fresh;
        Ok(())
    }

    /// Drops an application that was evicted.
    pub fn evict_app(&mut self, app: i64) {
        self.apps.remove(&app);
    }
}

/// Counts an error of a page.
pub fn add(
    context: &mut Context<'_>,
    (app, page): (i64, i64),
    error: &PageError,
    weight: u64,
    received: i64,
) -> rusqlite::Result<()> {
    let fingerprint = match error.fingerprint.as_str() {
        "" => fingerprint(&error.message, &error.source),
        // The line break keeps it apart from those computed here.
        own => format!("\n{own}"),
    };
    let id = match find(context.connection, app, &fingerprint)? {
        Some(id) => {
            see(context, (app, id), error, received)?;
            id
        }
        None => insert(context, app, &fingerprint, error, received)?,
    };
    let count = (error.count.min(MAX_COUNT) * weight) as i64;
    context
        .connection
        .prepare_cached(
            "INSERT INTO error_counts (minute, error, page, count, first, last) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT DO UPDATE SET page = excluded.page, count = count + excluded.count,
               first = min(first, excluded.first), last = max(last, excluded.last)",
        )?
        .execute(params![received - received.rem_euclid(MINUTE), id, page, count, received])
        .map(drop)
}

fn find(connection: &Connection, app: i64, fingerprint: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM errors WHERE app = ?1 AND fingerprint = ?2")?
        .query_row(params![app, fingerprint], |row| row.get(0))
        .optional()
}

/// Counts a sighting of a known error.
fn see(
    context: &mut Context<'_>,
    (app, id): (i64, i64),
    error: &PageError,
    now: i64,
) -> rusqlite::Result<()> {
    let family = context.errors.apps.entry(app).or_default();
    if let Some(score) = family.get_mut(&id).and_then(|ranked| ranked.see(context.client, now)) {
        context
            .connection
            .prepare_cached("UPDATE errors SET score = ?2, scored = ?3 WHERE id = ?1")?
            .execute(params![id, score, now])?;
    }
    if !error.stack.is_empty() {
        // The first report with a stack gives it to all.
        context
            .connection
            .prepare_cached("UPDATE errors SET stack = ?2 WHERE id = ?1 AND stack = ''")?
            .execute(params![id, error.stack])?;
    }
    Ok(())
}

/// Gives a new error a place, that of a rarer one if need be. Returns its number, or that of [`OTHER`].
fn insert(
    context: &mut Context<'_>,
    app: i64,
    fingerprint: &str,
    error: &PageError,
    now: i64,
) -> rusqlite::Result<i64> {
    let PageErrors { apps, candidates, hasher } = &mut *context.errors;
    let family = apps.entry(app).or_default();
    let mut score = Score::default();
    if family.len() < context.options.limits.errors {
        score.add(context.client, now);
    } else {
        let key = (app, hasher.hash_one(fingerprint));
        score = candidates.see(key, context.client, now);
        let Some(rarest) = ranked::rarest(family.iter().map(|(id, ranked)| (*id, ranked)), score, now) else {
            context.metrics.overflow("error");
            return evictions::other_error(context.connection, app);
        };
        candidates.remove(&key);
        family.remove(&rarest);
        evictions::evict_error(context.connection, app, rarest)?;
        context.metrics.evicted("error");
        context.evicted = true;
    }
    context
        .connection
        .prepare_cached(
            "INSERT INTO errors (app, fingerprint, message, source, stack, first, score, scored)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)",
        )?
        .execute(params![
            app,
            fingerprint,
            error.message,
            error.source,
            error.stack,
            now,
            score.value(now)
        ])?;
    let id = context.connection.last_insert_rowid();
    family.insert(id, Ranked::new(id, score, now));
    Ok(id)
}

/// What makes two errors the same: the place, and the message with its numbers left out, since ids and
/// counts in messages would make every occurrence a new error.
fn fingerprint(message: &str, source: &str) -> String {
    let mut fingerprint = String::with_capacity(message.len() + source.len() + 1);
    let mut digits = false;
    for character in message.chars() {
        if character.is_ascii_digit() {
            if !digits {
                fingerprint.push('#');
            }
            digits = true;
        } else {
            fingerprint.push(character);
            digits = false;
        }
    }
    fingerprint.push('\n');
    fingerprint.push_str(source);
    fingerprint
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn numbers_in_messages_do_not_make_new_errors() {
        let first = fingerprint("item 17 of 20 is missing", "app.js:1:2");
        assert_eq!(first, fingerprint("item 9 of 1000 is missing", "app.js:1:2"));
        assert_ne!(first, fingerprint("item 17 of 20 is missing", "app.js:1:3"));
    }
}
