//! The beacons of one transaction, added up in memory, so that each bucket is read and written once.
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use whippet_engine::beacon::{Beacon, PageError, limits};
use whippet_engine::stats::StoredHistogram;

use crate::command::Ingested;
use crate::context::Context;
use crate::kind::{Kind, OTHER};
use crate::minute_buckets::Place;
use crate::time::MINUTE;
use crate::weight::{scaled, weight};
use crate::{aggregates, losses, minute_buckets, views};

#[derive(Default)]
pub struct Batch {
    histograms: HashMap<minute_buckets::Key, StoredHistogram>,
    counters: HashMap<minute_buckets::Key, u64>,
    beacons: i64,
    last: i64,
    /// When the newest beacon of each application came.
    apps: HashMap<i64, i64>,
}

impl Batch {
    /// Adds a beacon, unless its id is known.
    pub fn add(
        &mut self,
        context: &mut Context<'_>,
        beacon: &Beacon,
        received: i64,
    ) -> rusqlite::Result<Ingested> {
        let fresh = context
            .connection
            .prepare_cached("INSERT OR IGNORE INTO beacons (id, received) VALUES (?1, ?2)")?
            .execute(params![beacon.id, received])?;
        if fresh == 0 {
            return Ok(Ingested::Duplicate);
        }
        self.beacons += 1;
        self.last = self.last.max(received);
        let minute = received - received.rem_euclid(MINUTE);
        let app = context.name(Kind::App, 0, &beacon.app, received)?;
        let newest = self.apps.entry(app).or_default();
        *newest = received.max(*newest);
        let page = context.name(Kind::Page, app, &beacon.page, received)?;
        let place = (minute, app, page);
        // All that follows stands for as many as the view does.
        let weight = weight(&beacon.view, beacon.sample_rate, context.options.min_sample_rate);
        if !has_only_errors(beacon) {
            views::add(context, place, beacon, weight, received)?;
        }
        for (path, count) in &beacon.routes {
            let page = context.name(Kind::Page, app, path, received)?;
            let views = count.min(&MOST_VIEWS).saturating_mul(weight);
            minute_buckets::add_views(context.connection, (minute, app, page), views as i64)?;
        }
        self.add_measurements(context, place, beacon, weight, received)?;
        add_sums(context, place, beacon, weight, received)?;
        losses::add(context.connection, place, beacon, weight)?;
        for error in &beacon.errors {
            add_error(context, (app, page), error, weight, received)?;
        }
        Ok(Ingested::New)
    }

    fn add_measurements(
        &mut self,
        context: &mut Context<'_>,
        (minute, app, page): Place,
        beacon: &Beacon,
        weight: u64,
        received: i64,
    ) -> rusqlite::Result<()> {
        for (name, histogram) in &beacon.histograms {
            let name = context.name(Kind::Histogram, app, name, received)?;
            let values = self.histograms.entry((minute, app, page, name)).or_default();
            minute_buckets::merge(values, &scaled(histogram, weight));
        }
        for (name, timings) in &beacon.timings {
            let name = context.name(Kind::Histogram, app, name, received)?;
            let mut single = StoredHistogram::new();
            for value in timings {
                single.record_many(*value, weight);
            }
            minute_buckets::merge(self.histograms.entry((minute, app, page, name)).or_default(), &single);
        }
        for (name, count) in &beacon.counters {
            let name = context.name(Kind::Counter, app, name, received)?;
            let total = self.counters.entry((minute, app, page, name)).or_default();
            *total = total.saturating_add(count.saturating_mul(weight));
        }
        Ok(())
    }

    /// Writes what was added up.
    pub fn flush(self, connection: &Connection) -> rusqlite::Result<()> {
        for (key, histogram) in self.histograms {
            minute_buckets::add_histogram(connection, key, histogram)?;
        }
        for (key, total) in self.counters {
            minute_buckets::add_counter(connection, key, total.min(i64::MAX as u64) as i64)?;
        }
        let mut heard =
            connection.prepare_cached("UPDATE names SET last = max(coalesce(last, 0), ?2) WHERE id = ?1")?;
        for (app, newest) in self.apps {
            heard.execute([app, newest])?;
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

/// Errors may be reported at a rate of their own, also by visits that report nothing else: those are no page views
/// of the sample.
fn has_only_errors(beacon: &Beacon) -> bool {
    !beacon.errors.is_empty()
        && beacon.vitals.is_empty()
        && beacon.timings.is_empty()
        && beacon.histograms.is_empty()
        && beacon.counters.is_empty()
        && beacon.resources.is_empty()
        && beacon.routes.is_empty()
}

/// More views of one route than any page shows between two beacons.
const MOST_VIEWS: u64 = 1_000_000;

fn add_sums(
    context: &mut Context<'_>,
    place: Place,
    beacon: &Beacon,
    weight: u64,
    received: i64,
) -> rusqlite::Result<()> {
    let (_, app, _) = place;
    for resource in &beacon.resources {
        let host = context.name(Kind::Host, app, &resource.host, received)?;
        aggregates::add_resource(context.connection, place, host, resource, weight)?;
    }
    for script in &beacon.scripts {
        let line = |text: &str| limits::line(text, limits::URL);
        let name = format!("{}\n{}", line(&script.source), line(&script.invoker));
        let name = context.name(Kind::Script, app, &name, received)?;
        aggregates::add_script(context.connection, place, name, script, weight)?;
    }
    for (name, value) in &beacon.gauges {
        let name = context.name(Kind::Gauge, app, name, received)?;
        aggregates::add_gauge(context.connection, place, name, *value, weight)?;
    }
    Ok(())
}

fn add_error(
    context: &mut Context<'_>,
    (app, page): (i64, i64),
    error: &PageError,
    weight: u64,
    received: i64,
) -> rusqlite::Result<()> {
    let connection = context.connection;
    let known = |fingerprint: &str| {
        connection
            .prepare_cached("SELECT id FROM errors WHERE app = ?1 AND fingerprint = ?2")?
            .query_row(params![app, fingerprint], |row| row.get::<_, i64>(0))
            .optional()
    };
    let mut fingerprint = match error.fingerprint.as_str() {
        "" => fingerprint(&error.message, &error.source),
        // The page's own reckoning; never that of an error without.
        own => format!("\n{own}"),
    };
    let (mut message, mut source, mut stack) =
        (error.message.as_str(), error.source.as_str(), error.stack.as_str());
    let mut id = known(&fingerprint)?;
    if id.is_none() {
        let count: i64 = connection
            .prepare_cached("SELECT count(*) FROM errors WHERE app = ?1")?
            .query_row([app], |row| row.get(0))?;
        if count >= context.options.limits.errors as i64 {
            context.metrics.overflow("error");
            (fingerprint, message, source, stack) = (OTHER.to_owned(), OTHER, "", "");
            id = known(&fingerprint)?;
        }
    }
    let id = match id {
        Some(id) => {
            if !stack.is_empty() {
                // The first to have one tells it for all.
                connection
                    .prepare_cached("UPDATE errors SET stack = ?2 WHERE id = ?1 AND stack = ''")?
                    .execute(params![id, stack])?;
            }
            id
        }
        None => {
            connection
                .prepare_cached(
                    "INSERT INTO errors (app, fingerprint, message, source, stack) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![app, fingerprint, message, source, stack])?;
            connection.last_insert_rowid()
        }
    };
    // No page throws so often between two beacons.
    let count = (error.count.min(1_000_000) * weight) as i64;
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
