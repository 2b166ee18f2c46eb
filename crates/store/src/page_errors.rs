//! JavaScript errors, told apart by fingerprint. Where an application has too many, the one with the lowest score is evicted, as
//! among names. An error that gets no place counts as `(other)`.
use whippet_engine::beacon::PageError;

use crate::cells::{ErrorCount, Origin, Place};
use crate::context::Context;
use crate::database::{Database, Result, params};
use crate::evictions;

/// The most errors of one kind that a page is believed to throw between two beacons.
const MAX_COUNT: u64 = 1_000_000;

/// Counts an error of a page.
pub fn add(
    context: &mut Context<'_>,
    place: Place,
    origin: &Origin,
    error: &PageError,
    weight: u64,
    received: i64,
) -> Result<()> {
    let fingerprint = match error.fingerprint.as_str() {
        "" => fingerprint(&error.message, &error.source),
        // The line break keeps it apart from those computed here.
        own => format!("\n{own}"),
    };
    let id = match find(context.database, place.app, &fingerprint)? {
        Some(id) => {
            see(context, (place.app, id), error, received)?;
            id
        }
        None => insert(context, place.app, &fingerprint, error, received)?,
    };
    let count = error.count.min(MAX_COUNT) * weight;
    let count = ErrorCount { count, first: received, last: (received, place.page) };
    context.hot.errors(place, |errors| errors.add(id, count));
    context.hot.splits(place, origin, |part| part.errors.add(id, count));
    Ok(())
}

fn find(database: &dyn Database, app: i64, fingerprint: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM errors WHERE app = ?1 AND fingerprint = ?2";
    database.query_optional(sql, params![app, fingerprint], |row| row.get(0))
}

/// Counts a sighting of a known error.
fn see(context: &mut Context<'_>, (app, id): (i64, i64), error: &PageError, now: i64) -> Result<()> {
    context.errors.see((app, id), context.client, now);
    if !error.stack.is_empty() {
        // The first report with a stack gives it to all.
        let sql = "UPDATE errors SET stack = ?2 WHERE id = ?1 AND stack = ''";
        context.database.execute(sql, params![id, &error.stack])?;
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
) -> Result<i64> {
    let limit = context.options.limits.errors;
    let key = (app, fingerprint);
    let Some(place) = context.errors.find_place(context.database, key, limit, context.client, now)? else {
        context.metrics.overflow("error");
        return evictions::other_error(context.database, app);
    };
    if let Some(evicted) = place.evicted {
        evictions::evict_error(context.database, app, evicted, place.change)?;
        context.metrics.evicted("error");
        context.evicted = true;
    }
    // Another process may have added it just before.
    let id = context.database.query_one(
        "INSERT INTO errors (app, fingerprint, message, source, stack, first, score, scored, changed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8)
         ON CONFLICT (app, fingerprint) DO UPDATE SET message = errors.message RETURNING id",
        params![
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
