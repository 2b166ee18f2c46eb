//! The minutes of objectives: a row per hour, with a bit for each minute.
use whippet_watch::levels::HourBits;

use crate::database::{Database, Result, params};

/// A minute, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minute {
    /// The objective's name.
    pub objective: String,
    /// The key of its subject.
    pub subject: String,
    /// When the minute begins, ms since the epoch.
    pub minute: i64,
    /// Whether it was good.
    pub good: bool,
}

/// The minutes of an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveHour {
    /// The objective's name.
    pub objective: String,
    /// The key of its subject.
    pub subject: String,
    /// When the hour begins, ms since the epoch.
    pub hour: i64,
    /// Which of its minutes were good and bad.
    pub bits: HourBits,
}

/// The hours of all objectives from `from` on, in order.
pub fn objective_hours(db: &dyn Database, from: i64) -> Result<Vec<ObjectiveHour>> {
    db.query_map(
        "SELECT objective, subject, hour, good, bad FROM objective_hours WHERE hour >= ?1
         ORDER BY objective, subject, hour",
        params![HourBits::hour(from)],
        |row| {
            let bits = |place| Ok::<u64, crate::database::Error>(row.get::<i64>(place)?.unsigned_abs());
            Ok(ObjectiveHour {
                objective: row.get(0)?,
                subject: row.get(1)?,
                hour: row.get(2)?,
                bits: HourBits { good: bits(3)?, bad: bits(4)? },
            })
        },
    )
}

pub(super) fn judge(db: &dyn Database, minute: &Minute) -> Result<()> {
    let hour = HourBits::hour(minute.minute);
    let key = params![&minute.objective, &minute.subject, hour];
    let found = db.query_optional(
        "SELECT good, bad FROM objective_hours WHERE objective = ?1 AND subject = ?2 AND hour = ?3",
        key,
        |row| {
            Ok(HourBits { good: row.get::<i64>(0)?.unsigned_abs(), bad: row.get::<i64>(1)?.unsigned_abs() })
        },
    )?;
    let mut bits = found.unwrap_or_default();
    bits.judge(minute.minute, Some(minute.good));
    // 60 bits fit into the store's whole numbers.
    db.execute(
        "INSERT INTO objective_hours (objective, subject, hour, good, bad) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (objective, subject, hour) DO UPDATE SET good = excluded.good, bad = excluded.bad",
        params![&minute.objective, &minute.subject, hour, bits.good as i64, bits.bad as i64],
    )
    .map(drop)
}
