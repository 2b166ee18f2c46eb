//! What receivers are to be told: rows that are written with the state that they tell of, and stay until they are sent or given up.
use crate::database::{Database, Result, Row, params};

/// The most that wait. At the bound the oldest are given up: a receiver that was away for so long learns what holds now.
pub const MOST_WAITING: i64 = 5_000;
/// The most that are kept of those that are done.
pub const MOST_DONE: i64 = 5_000;
/// The longest error that is kept, bytes.
const ERROR: usize = 500;

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number; they are sent in this order.
    pub id: i64,
    /// The receiver's name.
    pub receiver: String,
    /// When it was made, ms since the epoch.
    pub made: i64,
    /// How often it was tried.
    pub attempts: u64,
    /// When it was tried last.
    pub last_attempt: Option<i64>,
    /// Why it could not be sent.
    pub error: Option<String>,
    /// Whether it was given up.
    pub given_up: bool,
    /// What is sent, as JSON.
    pub body: String,
}

/// A try to send one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When, ms since the epoch.
    pub at: i64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent.
    Sent,
    /// It was not, and is tried again.
    Failed(String),
    /// It was not, and is not tried again.
    GivenUp(String),
}

const COLUMNS: &str = "id, receiver, made, attempts, last_attempt, error, done, body";

fn outgoing(row: &Row<'_>) -> Result<Outgoing> {
    Ok(Outgoing {
        id: row.get(0)?,
        receiver: row.get(1)?,
        made: row.get(2)?,
        attempts: row.get::<i64>(3)?.unsigned_abs(),
        last_attempt: row.get(4)?,
        error: row.get(5)?,
        given_up: row.get::<i64>(6)? == 2,
        body: row.get(7)?,
    })
}

/// Those that are to be sent, the oldest first: at most `limit` of each receiver, so that one that is away holds up no other.
pub fn due(db: &dyn Database, limit: usize) -> Result<Vec<Outgoing>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT {COLUMNS}, row_number() OVER (PARTITION BY receiver ORDER BY id) AS place
           FROM notifications WHERE done = 0) AS waiting WHERE place <= ?1 ORDER BY id"
    );
    db.query_map(&sql, params![limit.min(MOST_WAITING as usize) as i64], outgoing)
}

/// Those that were tried in vain and wait, and those that were given up after `after`; the newest first.
pub fn undelivered(db: &dyn Database, after: i64, limit: usize) -> Result<Vec<Outgoing>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM notifications WHERE (done = 0 AND attempts > 0)
           OR (done = 2 AND coalesce(last_attempt, made) > ?1) ORDER BY id DESC LIMIT ?2"
    );
    db.query_map(&sql, params![after, limit.min(1_000) as i64], outgoing)
}

pub(super) fn note(db: &dyn Database, id: i64, attempt: &Attempt) -> Result<bool> {
    let (done, error) = match &attempt.outcome {
        Outcome::Sent => (1, None),
        Outcome::Failed(error) => (0, Some(error)),
        Outcome::GivenUp(error) => (2, Some(error)),
    };
    let error = error.map(|error| shortened(error));
    let changed = db.execute(
        "UPDATE notifications SET attempts = attempts + 1, last_attempt = ?2, error = ?3, done = ?4
         WHERE id = ?1 AND done = 0",
        params![id, attempt.at, error, done],
    )?;
    Ok(changed > 0)
}

fn shortened(text: &str) -> &str {
    let mut end = text.len().min(ERROR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(super) fn add(db: &dyn Database, receiver: &str, made: i64, body: &str) -> Result<()> {
    db.execute(
        "INSERT INTO notifications (receiver, made, body) VALUES (?1, ?2, ?3)",
        params![receiver, made, body],
    )
    .map(drop)
}

/// Gives up the oldest beyond the bound.
pub(super) fn bound(db: &dyn Database, now: i64) -> Result<()> {
    let newest_too_many = db.query_optional::<i64>(
        "SELECT id FROM notifications WHERE done = 0 ORDER BY id DESC LIMIT 1 OFFSET 5000",
        &[],
        |row| row.get(0),
    )?;
    if let Some(id) = newest_too_many {
        let error = "too many notifications wait: this one is too old";
        db.execute(
            "UPDATE notifications SET done = 2, error = ?2, last_attempt = ?3 WHERE done = 0 AND id <= ?1",
            params![id, error, now],
        )?;
    }
    Ok(())
}
