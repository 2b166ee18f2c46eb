//! How many beacons there were, and when the newest came: of all, and of each application.
use std::collections::HashMap;

use crate::database::{Database, Param, Result, params};

/// Records `count` new beacons that `collector` heard. `apps`: when the newest of each application came.
pub fn record(database: &dyn Database, collector: i64, count: i64, apps: &HashMap<i64, i64>) -> Result<()> {
    let Some(last) = apps.values().max() else { return Ok(()) };
    database.execute(
        "INSERT INTO collectors (id, beacons, last_beacon) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET beacons = collectors.beacons + excluded.beacons,
           last_beacon = greatest(collectors.last_beacon, excluded.last_beacon)",
        params![collector, count, *last],
    )?;
    let mut rows: Vec<Vec<Param<'_>>> =
        apps.iter().map(|(app, newest)| vec![Param::Integer(*app), Param::Integer(*newest)]).collect();
    rows.sort_unstable_by_key(|row| match row[0] {
        Param::Integer(app) => app,
        _ => 0,
    });
    database.execute_many("UPDATE names SET last = greatest(coalesce(last, 0), ?2) WHERE id = ?1", &rows)
}
