//! What is too old or too much goes.
use super::{events, notifications};
use crate::database::{Database, Result, params};
use crate::time::DAY;

/// The longest objective, and a little more, ms.
const OBJECTIVES: i64 = 93 * DAY;
/// How long silences that ended, and notifications that are done, are kept, ms.
const DONE: i64 = 30 * DAY;

/// Deletes what is older than `cutoff`, and what is over of more than there may be. `reached` is the newest time that is sure.
pub fn expire(db: &dyn Database, reached: i64, cutoff: i64) -> Result<()> {
    db.execute("DELETE FROM alert_events WHERE time < ?1", params![cutoff])?;
    let excess = "DELETE FROM alert_events WHERE id <= (SELECT max(id) FROM alert_events) - ?1";
    db.execute(excess, params![events::MOST])?;
    let done = (reached - DONE).max(cutoff);
    db.execute("DELETE FROM notifications WHERE done <> 0 AND made < ?1", params![done])?;
    db.execute(
        "DELETE FROM notifications WHERE done <> 0 AND id <= (SELECT max(id) FROM notifications) - ?1",
        params![notifications::MOST_DONE + notifications::MOST_WAITING],
    )?;
    db.execute("DELETE FROM silences WHERE until < ?1", params![done])?;
    db.execute("DELETE FROM objective_hours WHERE hour < ?1", params![reached - OBJECTIVES]).map(drop)
}
