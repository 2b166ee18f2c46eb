//! The beacons of one transaction, added up in memory, so that each bucket is read and written once.
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use whippet_engine::beacon::{Beacon, PageError};
use whippet_engine::stats::Histogram;

use super::names::{Kind, Names};
use super::{Kept, Limits, MINUTE, OTHER, buckets, views};
use crate::metrics::Metrics;

#[derive(Default)]
pub struct Batch {
    histograms: HashMap<buckets::Key, Histogram>,
    counters: HashMap<buckets::Key, u64>,
    beacons: i64,
    last: i64,
}

/// What adding a beacon needs besides the beacon.
pub struct Context<'a> {
    pub connection: &'a Connection,
    pub names: &'a mut Names,
    pub limits: &'a Limits,
    pub metrics: &'a Metrics,
}

impl Context<'_> {
    fn name(&mut self, kind: Kind, parent: i64, name: &str, now: i64) -> rusqlite::Result<i64> {
        let (id, overflow) = self.names.id(self.connection, self.limits, (kind, parent, name), now)?;
        if overflow {
            self.metrics.overflow(kind.label());
        }
        Ok(id)
    }
}

impl Batch {
    /// Adds a beacon, unless its id is known.
    pub fn add(
        &mut self,
        context: &mut Context<'_>,
        beacon: &Beacon,
        received: i64,
    ) -> rusqlite::Result<Kept> {
        let fresh = context
            .connection
            .prepare_cached("INSERT OR IGNORE INTO beacons (id, received) VALUES (?1, ?2)")?
            .execute(params![beacon.id, received])?;
        if fresh == 0 {
            return Ok(Kept::Duplicate);
        }
        self.beacons += 1;
        self.last = self.last.max(received);
        let minute = received - received.rem_euclid(MINUTE);
        let app = context.name(Kind::App, 0, &beacon.app, received)?;
        let page = context.name(Kind::Page, app, &beacon.page, received)?;
        views::add(context.connection, (minute, app, page), beacon)?;
        for (name, histogram) in &beacon.histograms {
            let name = context.name(Kind::Histogram, app, name, received)?;
            buckets::merge(self.histograms.entry((minute, app, page, name)).or_default(), histogram);
        }
        for (name, count) in &beacon.counters {
            let name = context.name(Kind::Counter, app, name, received)?;
            let total = self.counters.entry((minute, app, page, name)).or_default();
            *total = total.saturating_add(*count);
        }
        for error in &beacon.errors {
            add_error(context, (app, page), error, received)?;
        }
        Ok(Kept::New)
    }

    /// Writes what was added up.
    pub fn flush(self, connection: &Connection) -> rusqlite::Result<()> {
        for (key, histogram) in self.histograms {
            buckets::add_histogram(connection, key, histogram)?;
        }
        for (key, total) in self.counters {
            buckets::add_counter(connection, key, total.min(i64::MAX as u64) as i64)?;
        }
        if self.beacons > 0 {
            let mut total = connection.prepare_cached(
                "INSERT INTO totals (name, value) VALUES ('beacons', ?1)
                 ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            )?;
            total.execute([self.beacons])?;
            let mut last = connection.prepare_cached(
                "INSERT INTO totals (name, value) VALUES ('last_beacon', ?1)
                 ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
            )?;
            last.execute([self.last])?;
        }
        Ok(())
    }
}

fn add_error(
    context: &mut Context<'_>,
    (app, page): (i64, i64),
    error: &PageError,
    received: i64,
) -> rusqlite::Result<()> {
    let connection = context.connection;
    let known = |fingerprint: &str| {
        connection
            .prepare_cached("SELECT id FROM errors WHERE app = ?1 AND fingerprint = ?2")?
            .query_row(params![app, fingerprint], |row| row.get::<_, i64>(0))
            .optional()
    };
    let mut fingerprint = fingerprint(&error.message, &error.source);
    let (mut message, mut source) = (error.message.as_str(), error.source.as_str());
    let mut id = known(&fingerprint)?;
    if id.is_none() {
        let count: i64 = connection
            .prepare_cached("SELECT count(*) FROM errors WHERE app = ?1")?
            .query_row([app], |row| row.get(0))?;
        if count >= context.limits.errors as i64 {
            context.metrics.overflow("error");
            (fingerprint, message, source) = (OTHER.to_owned(), OTHER, "");
            id = known(&fingerprint)?;
        }
    }
    let id = match id {
        Some(id) => id,
        None => {
            connection
                .prepare_cached(
                    "INSERT INTO errors (app, fingerprint, message, source) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![app, fingerprint, message, source])?;
            connection.last_insert_rowid()
        }
    };
    // No page throws so often between two beacons.
    let count = error.count.min(1_000_000) as i64;
    connection
        .prepare_cached(
            "INSERT INTO error_counts (minute, error, page, count, first, last) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT DO UPDATE SET page = excluded.page, count = count + excluded.count,
               first = min(first, excluded.first), last = max(last, excluded.last)",
        )?
        .execute(params![received - received.rem_euclid(MINUTE), id, page, count, received])?;
    Ok(())
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
