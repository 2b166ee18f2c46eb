//! The beacons of one transaction, added up in memory, so that each bucket is read and written once.
use std::collections::HashMap;

use rusqlite::{Connection, params};
use whippet_engine::beacon::{Beacon, limits};
use whippet_engine::stats::{ExponentialHistogram, StoredHistogram};

use crate::command::Ingested;
use crate::context::Context;
use crate::kind::Kind;
use crate::minute_buckets::Place;
use crate::time::MINUTE;
use crate::weight::{scaled, weight};
use crate::{aggregates, losses, minute_buckets, page_errors, page_loads, views};

#[derive(Default)]
pub struct Batch {
    /// With how many values miss the bound of the level that rates the histogram.
    histograms: HashMap<minute_buckets::Key, (StoredHistogram, u64)>,
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
        // All measurements are weighed like the page view.
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
            page_errors::add(context, (app, page), error, weight, received)?;
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
            let histogram = scaled(histogram, weight);
            let slow = page_loads::slow_in(name, &histogram);
            let name = context.name(Kind::Histogram, app, name, received)?;
            self.add_histogram((minute, app, page, name), &histogram, slow);
        }
        for (name, timings) in &beacon.timings {
            let slow = page_loads::slow_among(name, timings, weight);
            let name = context.name(Kind::Histogram, app, name, received)?;
            let mut single = StoredHistogram::new();
            for value in timings {
                single.record_many(*value, weight);
            }
            self.add_histogram((minute, app, page, name), &single, slow);
        }
        for (name, count) in &beacon.counters {
            let name = context.name(Kind::Counter, app, name, received)?;
            let total = self.counters.entry((minute, app, page, name)).or_default();
            *total = total.saturating_add(count.saturating_mul(weight));
        }
        Ok(())
    }

    fn add_histogram<const CAP: usize>(
        &mut self,
        key: minute_buckets::Key,
        histogram: &ExponentialHistogram<CAP>,
        slow: u64,
    ) {
        let (values, all_slow) = self.histograms.entry(key).or_default();
        minute_buckets::merge(values, histogram);
        *all_slow = all_slow.saturating_add(slow);
    }

    /// Writes what was added up.
    pub fn flush(self, connection: &Connection) -> rusqlite::Result<()> {
        for (key, (histogram, slow)) in self.histograms {
            minute_buckets::add_histogram(connection, key, histogram, slow.min(1 << 60) as i64)?;
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

/// Whether the beacon reports errors alone. Errors may have a sample rate of their own: then visits outside the sample report
/// them, which are no page views of the sample.
pub fn has_only_errors(beacon: &Beacon) -> bool {
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
