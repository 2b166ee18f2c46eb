//! Adding to a bucket: one row per minute (or hour), application, page and whatever is counted.
use rusqlite::{Connection, OptionalExtension, params};
use whippet_engine::stats::{ExponentialHistogram, StoredHistogram};

/// The tables with a column `minute`, except `views`.
pub const TABLES: [&str; 12] = [
    "vitals",
    "elements",
    "parts",
    "page_views",
    "histograms",
    "counters",
    "resources",
    "scripts",
    "gauges",
    "losses",
    "error_counts",
    "backend_event_counts",
];

/// Minute, application, page.
pub type Place = (i64, i64, i64);
/// Minute, application, page, and a metric or a name's number.
pub type Key = (i64, i64, i64, i64);

/// No histogram grows beyond this many values: what a client claims must not make counts overflow.
const MAX_COUNT: u64 = 1 << 62;

/// Merges, unless the count would pass [`MAX_COUNT`].
pub fn merge<const CAP: usize>(values: &mut StoredHistogram, other: &ExponentialHistogram<CAP>) {
    if values.count().saturating_add(other.count()) < MAX_COUNT {
        values.merge(other);
    }
}

/// Merges the histogram of a row. A blob that cannot be read counts as empty: one bad row must not stop the rest.
pub fn merge_bytes(values: &mut StoredHistogram, blob: &[u8]) {
    match StoredHistogram::from_bytes(blob) {
        Ok(held) => merge(values, &held),
        Err(error) => tracing::warn!(%error, "a stored histogram cannot be read, and is left out"),
    }
}

/// Adds to a bucket of page views.
pub fn add_views(connection: &Connection, (minute, app, page): Place, views: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO page_views (minute, app, page, views) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET views = views + excluded.views",
        )?
        .execute(params![minute, app, page, views])?;
    Ok(())
}

/// Adds to a bucket of a web vital.
pub fn add_vital(
    connection: &Connection,
    (minute, app, page, metric): Key,
    [good, fair, poor]: [i64; 3],
    mut values: StoredHistogram,
) -> rusqlite::Result<()> {
    let mut held = connection.prepare_cached(
        "SELECT histogram FROM vitals WHERE minute = ?1 AND app = ?2 AND page = ?3 AND metric = ?4",
    )?;
    let held: Option<Vec<u8>> =
        held.query_row(params![minute, app, page, metric], |row| row.get(0)).optional()?;
    if let Some(held) = held {
        merge_bytes(&mut values, &held);
    }
    connection
        .prepare_cached(
            "INSERT INTO vitals (minute, app, page, metric, good, fair, poor, histogram)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET good = good + excluded.good, fair = fair + excluded.fair,
               poor = poor + excluded.poor, histogram = excluded.histogram",
        )?
        .execute(params![minute, app, page, metric, good, fair, poor, values.to_bytes()])?;
    Ok(())
}

/// The details of a web vital beside its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Detail {
    /// The values by the name that they are attributed to.
    Causes,
    /// The values of its phases, by index.
    Parts,
}

impl Detail {
    /// The table, and the column that holds the name or the phase.
    pub fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Causes => ("elements", "element"),
            Self::Parts => ("parts", "part"),
        }
    }
}

/// Adds to a bucket of a cause or a phase of a web vital.
pub fn add_detail(
    connection: &Connection,
    (minute, app, page, metric): Key,
    (detail, which): (Detail, i64),
    mut values: StoredHistogram,
) -> rusqlite::Result<()> {
    let (table, column) = detail.table();
    let mut held = connection.prepare_cached(&format!(
        "SELECT histogram FROM {table}
         WHERE minute = ?1 AND app = ?2 AND page = ?3 AND metric = ?4 AND {column} = ?5"
    ))?;
    let held: Option<Vec<u8>> =
        held.query_row(params![minute, app, page, metric, which], |row| row.get(0)).optional()?;
    if let Some(held) = held {
        merge_bytes(&mut values, &held);
    }
    connection
        .prepare_cached(&format!(
            "INSERT INTO {table} (minute, app, page, metric, {column}, histogram) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET histogram = excluded.histogram"
        ))?
        .execute(params![minute, app, page, metric, which, values.to_bytes()])?;
    Ok(())
}

/// Adds to a bucket of one of the toolkit's histograms. `slow`: how many of the values miss the level's bound, where a level
/// rates the histogram.
pub fn add_histogram(
    connection: &Connection,
    (minute, app, page, name): Key,
    mut values: StoredHistogram,
    slow: i64,
) -> rusqlite::Result<()> {
    let mut held = connection.prepare_cached(
        "SELECT histogram FROM histograms WHERE minute = ?1 AND app = ?2 AND page = ?3 AND name = ?4",
    )?;
    let held: Option<Vec<u8>> =
        held.query_row(params![minute, app, page, name], |row| row.get(0)).optional()?;
    if let Some(held) = held {
        merge_bytes(&mut values, &held);
    }
    connection
        .prepare_cached(
            "INSERT INTO histograms (minute, app, page, name, histogram, slow) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET histogram = excluded.histogram, slow = min(slow + excluded.slow, 1 << 60)",
        )?
        .execute(params![minute, app, page, name, values.to_bytes(), slow])?;
    Ok(())
}

/// Adds to a bucket of one of the toolkit's counters. At the largest integer it stays.
pub fn add_counter(
    connection: &Connection,
    (minute, app, page, name): Key,
    total: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO counters (minute, app, page, name, total) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET total = CASE WHEN total > 9223372036854775807 - excluded.total
               THEN 9223372036854775807 ELSE total + excluded.total END",
        )?
        .execute(params![minute, app, page, name, total])?;
    Ok(())
}
