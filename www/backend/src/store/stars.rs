//! Stars, the only data that visitors write.
use super::{Store, StoreError};
use crate::graph::PackageId;
use rusqlite::params;
use serde::Serialize;

/// How many events are kept.
const EVENTS_KEPT: i64 = 200;

/// A package's star after a change.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Star {
    /// When it was starred, ms since the epoch; `None` if it is not starred.
    pub starred_at: Option<i64>,
}

impl Store {
    /// Stars or unstars `id`; `None` if there is no such package. A repetition changes nothing: the time of the first star
    /// stays, and no event is written.
    pub fn set_star(&mut self, id: &PackageId, starred: bool, now: i64) -> Result<Option<Star>, StoreError> {
        let key = params![id.ecosystem, id.name, id.version];
        let transaction = self.connection.transaction()?;
        let known = transaction
            .prepare_cached("SELECT 1 FROM packages WHERE ecosystem = ?1 AND name = ?2 AND version = ?3")?
            .exists(key)?;
        if !known {
            return Ok(None);
        }
        let changed = if starred {
            transaction.execute(
                "INSERT OR IGNORE INTO stars (ecosystem, name, version, starred_at) VALUES (?1, ?2, ?3, ?4)",
                params![id.ecosystem, id.name, id.version, now],
            )?
        } else {
            transaction
                .execute("DELETE FROM stars WHERE ecosystem = ?1 AND name = ?2 AND version = ?3", key)?
        };
        if changed > 0 {
            transaction.execute(
                "INSERT INTO events (at, starred, ecosystem, name, version) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![now, starred, id.ecosystem, id.name, id.version],
            )?;
            transaction
                .execute("DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?1", [EVENTS_KEPT])?;
        }
        let starred_at = transaction
            .prepare_cached(
                "SELECT starred_at FROM stars WHERE ecosystem = ?1 AND name = ?2 AND version = ?3",
            )?
            .query_map(key, |row| row.get(0))?
            .next()
            .transpose()?;
        transaction.commit()?;
        Ok(Some(Star { starred_at }))
    }
}
