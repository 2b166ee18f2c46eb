//! The states of alerts.
use crate::database::{Database, Result, params};

/// The most alerts that are kept. More than this at once says nothing to anybody.
pub const MOST: i64 = 20_000;

/// An alert, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptState {
    /// The fingerprint of its labels.
    pub id: String,
    /// Its state, as JSON.
    pub state: String,
}

/// All that are kept.
pub fn states(db: &dyn Database) -> Result<Vec<KeptState>> {
    db.query_map("SELECT id, state FROM alert_states ORDER BY id LIMIT ?1", params![MOST], |row| {
        Ok(KeptState { id: row.get(0)?, state: row.get(1)? })
    })
}

pub(super) fn put(db: &dyn Database, state: &KeptState) -> Result<()> {
    db.execute(
        "INSERT INTO alert_states (id, state) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state",
        params![&state.id, &state.state],
    )
    .map(drop)
}

pub(super) fn forget(db: &dyn Database, id: &str) -> Result<()> {
    db.execute("DELETE FROM alert_states WHERE id = ?1", params![id]).map(drop)
}
