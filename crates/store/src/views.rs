//! Page views while they last: the newest value of each vital counts, in place of those before it.
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use whippet_engine::beacon::{Attribution, Beacon, limits};
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::{Metric, Navigation};

use crate::context::Context;
use crate::kind::Kind;
use crate::minute_buckets::{self, Detail, Key, Place};
use crate::phases;
use crate::time::{HOUR, MINUTE};

/// How long a page view may go on reporting, counted from its first beacon.
pub const OPEN: i64 = 6 * HOUR;

/// The most page views folded in one portion.
const PORTION: usize = 5_000;

/// Adds what a beacon says of its page view. The view belongs to the minute and the page of its first beacon.
pub fn add(
    context: &mut Context<'_>,
    (minute, app, page): Place,
    beacon: &Beacon,
    weight: u64,
    received: i64,
) -> rusqlite::Result<()> {
    let connection = context.connection;
    let known = connection
        .prepare_cached("SELECT id, folded FROM views WHERE app = ?1 AND view = ?2")?
        .query_row(params![app, beacon.view], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)))
        .optional()?;
    let view = match known {
        Some((_, true)) => return Ok(()),
        Some((id, false)) => id,
        None => {
            connection
                .prepare_cached(
                    "INSERT INTO views (app, view, page, minute, weight, navigation) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![app, beacon.view, page, minute, weight as i64, beacon.navigation as i64])?;
            connection.last_insert_rowid()
        }
    };
    let mut measure = connection.prepare_cached(
        "INSERT INTO measures (view, metric, value, sent, element, url, state, parts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET value = excluded.value, sent = excluded.sent, element = excluded.element,
           url = excluded.url, state = excluded.state, parts = excluded.parts
         WHERE excluded.sent >= sent",
    )?;
    for vital in &beacon.vitals {
        let mut cause = |kind, text: &str, bytes| match text {
            "" => Ok(0),
            text => context.name(kind, app, &limits::line(text, bytes), received),
        };
        let Attribution { target, url, state, phases } = &vital.attribution;
        measure.execute(params![
            view,
            place(vital.name),
            vital.value,
            beacon.sent_at,
            cause(Kind::Element, target, limits::TARGET)?,
            cause(Kind::Url, url, limits::URL)?,
            cause(Kind::State, state, limits::WORD)?,
            phases::write(vital.name, phases),
        ])?;
    }
    Ok(())
}

/// The attribution of a measure: the numbers of names in the three columns from `first` on.
pub fn causes(row: &Row<'_>, first: usize) -> rusqlite::Result<impl Iterator<Item = i64>> {
    let causes: [i64; 3] = [row.get(first)?, row.get(first + 1)?, row.get(first + 2)?];
    Ok(causes.into_iter().filter(|cause| *cause != 0))
}

/// What the database calls a metric: its place among all of them. New ones go last.
pub fn place(metric: Metric) -> i64 {
    Metric::ALL.iter().position(|candidate| *candidate == metric).unwrap_or_default() as i64
}

/// The metric at that place.
pub fn metric(place: i64) -> Option<Metric> {
    usize::try_from(place).ok().and_then(|place| Metric::ALL.get(place).copied())
}

/// What is added to a metric's place where page views that began by a soft navigation are folded: schema_5.sql.
const SOFT: i64 = 16;

/// Whether a page view began by a soft navigation, by its navigation's place among all.
pub fn is_soft(navigation: i64) -> bool {
    navigation == Navigation::SoftNavigation as i64
}

/// The metric at a place where page views are folded, and whether they began by soft navigations.
pub fn folded(place: i64) -> Option<(Metric, bool)> {
    let soft = place >= SOFT;
    Some((metric(if soft { place - SOFT } else { place })?, soft))
}

/// Values of a vital, added up.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// How many were good, in between, poor.
    pub ratings: [i64; 3],
    /// The values.
    pub histogram: StoredHistogram,
}

impl Values {
    /// Adds one that stands for `weight`. The rating is the collector's own: a beacon could say anything.
    pub fn record(&mut self, metric: Metric, value: f64, weight: u64) {
        if self.histogram.record_many(value, weight) {
            self.ratings[metric.rate(value) as usize] += weight as i64;
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        for (count, other) in self.ratings.iter_mut().zip(other.ratings) {
            *count = count.saturating_add(other);
        }
        minute_buckets::merge(&mut self.histogram, &other.histogram);
    }

    /// The value at rank `ceil(q * count)`. The bucket that it is in may lie across a threshold: then the ratings,
    /// which were counted one by one, say on which side of it the value is.
    pub fn quantile(&self, metric: Metric, q: f64) -> Option<f64> {
        let value = self.histogram.quantile(q)?;
        let [good, fair, poor] = self.ratings.map(|count| count.max(0) as f64);
        let rank = (q * (good + fair + poor)).ceil().max(1.0);
        let (first, second) = metric.thresholds();
        Some(match rank {
            _ if rank <= good => value.min(first),
            _ if rank <= good + fair => value.clamp(first.next_up(), second),
            _ => value.max(second.next_up()),
        })
    }
}

/// Folds one portion of the page views that have ended into buckets. Returns whether that was all.
pub fn fold(connection: &Connection, now: i64) -> rusqlite::Result<bool> {
    let ended = connection
        .prepare_cached("SELECT id, weight, minute, app, page, navigation FROM views WHERE folded = 0 AND minute < ?1 ORDER BY minute LIMIT ?2")?
        .query_map(params![now - OPEN, PORTION as i64], |row| {
            Ok((row.get(0)?, row.get(1)?, (row.get(2)?, row.get(3)?, row.get(4)?), is_soft(row.get(5)?)))
        })?
        .collect::<Result<Vec<(i64, i64, Place, bool)>, _>>()?;
    let mut views: HashMap<Place, i64> = HashMap::new();
    let mut vitals: HashMap<Key, Values> = HashMap::new();
    let mut details: HashMap<(Key, (Detail, i64)), StoredHistogram> = HashMap::new();
    let mut measures = connection
        .prepare_cached("SELECT metric, value, element, url, state, parts FROM measures WHERE view = ?1")?;
    let mut forget = connection.prepare_cached("DELETE FROM measures WHERE view = ?1")?;
    let mut close = connection.prepare_cached("UPDATE views SET folded = 1 WHERE id = ?1")?;
    for (id, weight, (minute, app, page), soft) in &ended {
        *views.entry((*minute, *app, *page)).or_default() += weight;
        let mut rows = measures.query([id])?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(0)?;
            if let Some(metric) = metric(place) {
                let place = place + if *soft { SOFT } else { 0 };
                let (key, value) = ((*minute, *app, *page, place), row.get(1)?);
                vitals.entry(key).or_default().record(metric, value, *weight as u64);
                let mut record = |which: (Detail, i64), value: f64| {
                    details.entry((key, which)).or_default().record_many(value, *weight as u64);
                };
                for cause in causes(row, 2)? {
                    record((Detail::Causes, cause), value);
                }
                for (part, ms) in phases::read(row.get_ref(5)?.as_str()?) {
                    record((Detail::Parts, part as i64), ms);
                }
            }
        }
        drop(rows);
        forget.execute([id])?;
        close.execute([id])?;
    }
    for (place, count) in views {
        minute_buckets::add_views(connection, place, count)?;
    }
    for (key, values) in vitals {
        minute_buckets::add_vital(connection, key, values.ratings, values.histogram)?;
    }
    for ((key, which), values) in details {
        minute_buckets::add_detail(connection, key, which, values)?;
    }
    Ok(ended.len() < PORTION)
}

/// Forgets one portion of the folded page views that began before `remembered`, and of all that began before
/// `retention`. Returns whether that was all.
pub fn expire(
    connection: &Connection,
    retention: i64,
    remembered: i64,
    portion: usize,
) -> rusqlite::Result<bool> {
    connection.execute(
        "DELETE FROM measures WHERE view IN (SELECT id FROM views WHERE folded = 0 AND minute < ?1)",
        [retention - MINUTE],
    )?;
    let mut expired = 0;
    for (folded, cutoff) in [(0, retention), (1, retention.max(remembered))] {
        expired += connection.execute(
            "DELETE FROM views WHERE id IN (SELECT id FROM views WHERE folded = ?1 AND minute < ?2 LIMIT ?3)",
            params![folded, cutoff - MINUTE, portion as i64],
        )?;
    }
    Ok(expired < portion)
}
