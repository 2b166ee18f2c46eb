//! What backends list: `GET /api/errors` has their errors, `GET /api/slow_queries` their slow queries.
use rusqlite::{Connection, params};
use whippet_api::{BackendError, SlowQueries, SlowQuery};

use super::steps::Steps;
use crate::backend_event::EventKind;
use crate::time::MINUTE;

/// The most errors, and the most queries, of a report.
const MOST: i64 = 200;

/// The errors of the window, most frequent first. `target`: only those of this one.
pub fn errors(
    connection: &Connection,
    target: Option<&str>,
    steps: &Steps,
) -> rusqlite::Result<Vec<BackendError>> {
    let (from, to) = steps.bounds(MINUTE);
    connection
        .prepare_cached(
            "SELECT targets.name, text, source, route, stack, total(count) AS sum, min(first), max(counts.last) AS newest
             FROM backend_event_counts AS counts JOIN backend_events ON backend_events.id = event
             JOIN targets ON targets.id = target
             WHERE minute > ?1 AND minute <= ?2 AND kind = ?3 AND (?4 IS NULL OR targets.name = ?4)
             GROUP BY event ORDER BY sum DESC, newest DESC LIMIT ?5",
        )?
        .query_map(params![from, to, EventKind::Error as i64, target, MOST], |row| {
            Ok(BackendError {
                target: row.get(0)?,
                message: row.get(1)?,
                source: row.get(2)?,
                route: row.get(3)?,
                stack: row.get(4)?,
                count: row.get::<_, f64>(5)? as u64,
                first: row.get(6)?,
                last: row.get(7)?,
            })
        })?
        .collect()
}

/// The slow queries of a target, those that took longest in total first.
pub fn slow_queries(connection: &Connection, target: &str, steps: &Steps) -> rusqlite::Result<SlowQueries> {
    let (from, to) = steps.bounds(MINUTE);
    let queries = connection
        .prepare_cached(
            "SELECT text, source, total(count), total(duration) AS sum, max(slowest), max(counts.last)
             FROM backend_event_counts AS counts JOIN backend_events ON backend_events.id = event
             WHERE minute > ?1 AND minute <= ?2 AND kind = ?3 AND target = (SELECT id FROM targets WHERE name = ?4)
             GROUP BY event ORDER BY sum DESC LIMIT ?5",
        )?
        .query_map(params![from, to, EventKind::SlowQuery as i64, target, MOST], |row| {
            let (count, sum): (f64, f64) = (row.get(2)?, row.get(3)?);
            Ok(SlowQuery {
                query: row.get(0)?,
                database: row.get(1)?,
                count: count as u64,
                mean: (count > 0.0 && sum > 0.0).then(|| sum / count),
                slowest: row.get::<_, Option<f64>>(4)?.filter(|slowest| *slowest > 0.0),
                last: row.get(5)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(SlowQueries { queries })
}
