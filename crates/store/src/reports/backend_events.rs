//! What backends list: `GET /api/errors` has their errors, `GET /api/slow_queries` their slow queries.
use whippet_api::{BackendError, SlowQueries, SlowQuery};

use super::steps::Steps;
use crate::backend_event::EventKind;
use crate::database::{Database, Result, params};
use crate::time::MINUTE;

/// The most errors, and the most queries, of a report.
const MOST: i64 = 200;

/// The errors of the window, most frequent first. `target`: only those of this one.
pub fn errors(db: &dyn Database, target: Option<&str>, steps: &Steps) -> Result<Vec<BackendError>> {
    let (from, to) = steps.bounds(MINUTE);
    db.query_map(
        "SELECT targets.name, text, source, route, stack, sums.count, sums.first, sums.newest
         FROM (SELECT event, CAST(sum(count) AS BIGINT) AS count, min(first) AS first, max(last) AS newest
               FROM backend_event_counts WHERE minute > ?1 AND minute <= ?2 GROUP BY event) AS sums
         JOIN backend_events ON backend_events.id = sums.event
         JOIN targets ON targets.id = backend_events.target
         WHERE kind = ?3 AND (CAST(?4 AS TEXT) IS NULL OR targets.name = ?4)
         ORDER BY sums.count DESC, sums.newest DESC LIMIT ?5",
        params![from, to, EventKind::Error as i64, target, MOST],
        |row| {
            Ok(BackendError {
                target: row.get(0)?,
                message: row.get(1)?,
                source: row.get(2)?,
                route: row.get(3)?,
                stack: row.get(4)?,
                count: row.get(5)?,
                first: row.get(6)?,
                last: row.get(7)?,
            })
        },
    )
}

/// The slow queries of a target, those that took longest in total first.
pub fn slow_queries(db: &dyn Database, target: &str, steps: &Steps) -> Result<SlowQueries> {
    let (from, to) = steps.bounds(MINUTE);
    let queries = db.query_map(
        "SELECT text, source, sums.count, sums.duration, sums.slowest, sums.newest
         FROM (SELECT event, CAST(sum(count) AS BIGINT) AS count, sum(duration) AS duration, max(slowest) AS slowest,
                 max(last) AS newest
               FROM backend_event_counts WHERE minute > ?1 AND minute <= ?2 GROUP BY event) AS sums
         JOIN backend_events ON backend_events.id = sums.event
         WHERE kind = ?3 AND target = (SELECT id FROM targets WHERE name = ?4)
         ORDER BY sums.duration DESC LIMIT ?5",
        params![from, to, EventKind::SlowQuery as i64, target, MOST],
        |row| {
            let (count, sum): (i64, f64) = (row.get(2)?, row.get(3)?);
            Ok(SlowQuery {
                query: row.get(0)?,
                database: row.get(1)?,
                count: count.unsigned_abs(),
                mean: (count > 0 && sum > 0.0).then(|| sum / count as f64),
                slowest: row.get::<Option<f64>>(4)?.filter(|slowest| *slowest > 0.0),
                last: row.get(5)?,
            })
        },
    )?;
    Ok(SlowQueries { queries })
}
