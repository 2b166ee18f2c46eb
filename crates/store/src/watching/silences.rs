//! Silences.
use crate::database::{Database, Result, params};

/// The most silences that are kept.
pub const MOST: i64 = 1_000;

/// A silence, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSilence {
    /// Names it.
    pub id: String,
    /// When it ends, ms since the epoch.
    pub until: i64,
    /// The silence, as JSON.
    pub silence: String,
}

/// Those that end after `after`.
pub fn silences(db: &dyn Database, after: i64) -> Result<Vec<KeptSilence>> {
    db.query_map(
        "SELECT id, until, silence FROM silences WHERE until > ?1 ORDER BY until, id LIMIT ?2",
        params![after, MOST],
        |row| Ok(KeptSilence { id: row.get(0)?, until: row.get(1)?, silence: row.get(2)? }),
    )
}

/// Returns `false` where there are too many.
pub(super) fn put(db: &dyn Database, silence: &KeptSilence) -> Result<bool> {
    let others: i64 = db.scalar("SELECT count(*) FROM silences WHERE id <> ?1", params![&silence.id])?;
    if others >= MOST {
        // Those that ended first go first; none that is in force.
        let sql = "DELETE FROM silences WHERE id = (SELECT id FROM silences WHERE until < ?1 ORDER BY until LIMIT 1)";
        if db.execute(sql, params![silence.until.min(silence_made(silence))])? == 0 {
            return Ok(false);
        }
    }
    db.execute(
        "INSERT INTO silences (id, until, silence) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET until = excluded.until, silence = excluded.silence",
        params![&silence.id, silence.until, &silence.silence],
    )?;
    Ok(true)
}

/// When it was made, as far as its text says: what ended before that is over.
fn silence_made(silence: &KeptSilence) -> i64 {
    serde_json::from_str::<serde_json::Value>(&silence.silence)
        .ok()
        .and_then(|silence| silence.get("from")?.as_i64())
        .unwrap_or(i64::MIN)
}
