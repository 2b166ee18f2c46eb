//! JavaScript errors, told apart by fingerprint. Where an application has too many, the one with the lowest score is evicted, as
//! among names. An error that gets no place counts as `(other)`.
use rusqlite::{Connection, OptionalExtension, params};
use whippet_engine::beacon::PageError;

use crate::context::Context;
use crate::database::{self, Database};
use crate::evictions;
use crate::time::MINUTE;

/// The most errors of one kind that a page is believed to throw between two beacons.
const MAX_COUNT: u64 = 1_000_000;

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
    context.errors.see((app, id), context.client, now);
    if !error.stack.is_empty() {
        // The first report with a stack gives it to all.
        context
            .connection
            .prepare_cached("UPDATE errors SET stack = ?2 WHERE id = ?1 AND stack = ''")?
            .execute(params![id, error.stack])?;
    }
    Ok(())
}

/// Gives a new error a place, that of a rarer one if need be. Returns its number, or that of `(other)`.
fn insert(
    context: &mut Context<'_>,
    app: i64,
    fingerprint: &str,
    error: &PageError,
    now: i64,
) -> rusqlite::Result<i64> {
    let limit = context.options.limits.errors;
    let key = (app, fingerprint);
    let Some(place) = context.errors.find_place(context.connection, key, limit, context.client, now)? else {
        context.metrics.overflow("error");
        return Ok(evictions::other_error(context.connection, app)?);
    };
    if let Some(evicted) = place.evicted {
        evictions::evict_error(context.connection, app, evicted, place.change)?;
        context.metrics.evicted("error");
        context.evicted = true;
    }
    // Another process may have added it just before.
    let database: &dyn Database = context.connection;
    let id = database.query_one(
        "INSERT INTO errors (app, fingerprint, message, source, stack, first, score, scored, changed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8)
         ON CONFLICT (app, fingerprint) DO UPDATE SET message = errors.message RETURNING id",
        database::params![
            app,
            fingerprint,
            &error.message,
            &error.source,
            &error.stack,
            now,
            place.score.value(now),
            place.change
        ],
        |row| row.get(0),
    )?;
    context.errors.add(app, id, place.score, now);
    Ok(id)
}

/// What makes two errors the same: the place, and the message with its numbers left out, since ids and
/// counts in messages would make every occurrence a new error.
pub fn fingerprint(message: &str, source: &str) -> String {
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
