//! The history: changes of alerts' states.
use crate::database::{Database, Result, params};

/// The most changes that are kept. The oldest go.
pub const MOST: i64 = 100_000;
/// The most changes of an answer.
const ANSWER: usize = 500;

/// A change of an alert's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, ms since the epoch.
    pub time: i64,
    /// The fingerprint of the alert's labels.
    pub alert: String,
    /// The rule's name.
    pub rule: String,
    /// The key of its subject.
    pub subject: String,
    /// What happened, as JSON.
    pub event: String,
}

/// Which of them are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Those from this time on, ms since the epoch.
    pub from: i64,
    /// Up to this time.
    pub to: i64,
    /// Of this alert.
    pub alert: Option<String>,
    /// Of this rule.
    pub rule: Option<String>,
    /// Of subjects whose key begins with this.
    pub subject: Option<String>,
}

/// The newest that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// The newest first.
    pub events: Vec<Event>,
    /// How many older ones are left out.
    pub left_out: usize,
}

/// The newest that are wanted, at most 500.
pub fn events(db: &dyn Database, filter: &EventFilter) -> Result<Events> {
    const WHERE: &str = "WHERE time >= ?1 AND time <= ?2 AND (CAST(?3 AS TEXT) IS NULL OR alert = ?3)
         AND (CAST(?4 AS TEXT) IS NULL OR rule = ?4)
         AND (CAST(?5 AS TEXT) IS NULL OR subject = ?5 OR substr(subject, 1, CAST(?6 AS INTEGER)) = ?7)";
    let (alert, rule) = (filter.alert.as_deref(), filter.rule.as_deref());
    let subject = filter.subject.as_deref();
    // A page of the subject has its key, and a line more.
    let pages =
        subject.map(|subject| format!("{subject}\n").replacen("app\n", "page\n", 1)).unwrap_or_default();
    let length = pages.chars().count() as i64;
    let parameters = params![filter.from, filter.to, alert, rule, subject, length, &pages];
    let sql = format!(
        "SELECT time, alert, rule, subject, event FROM alert_events {WHERE} ORDER BY time DESC, id DESC LIMIT {ANSWER}"
    );
    let events = db.query_map(&sql, parameters, |row| {
        Ok(Event {
            time: row.get(0)?,
            alert: row.get(1)?,
            rule: row.get(2)?,
            subject: row.get(3)?,
            event: row.get(4)?,
        })
    })?;
    if events.len() < ANSWER {
        return Ok(Events { events, left_out: 0 });
    }
    let all: i64 = db.scalar(&format!("SELECT count(*) FROM alert_events {WHERE}"), parameters)?;
    Ok(Events { events, left_out: (all.unsigned_abs() as usize).saturating_sub(ANSWER) })
}

pub(super) fn add(db: &dyn Database, event: &Event) -> Result<()> {
    db.execute(
        "INSERT INTO alert_events (time, alert, rule, subject, event) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![event.time, &event.alert, &event.rule, &event.subject, &event.event],
    )
    .map(drop)
}
