//! How long sessions wait.
use std::time::Duration;

/// How long a session waits.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// For one statement, on the server; none: for ever.
    pub statement: Option<Duration>,
    /// For a lock, on the server.
    pub lock: Option<Duration>,
    /// For an answer. After this the server counts as gone.
    pub answer: Option<Duration>,
    /// For all of a transaction that reads.
    pub transaction: Option<Duration>,
}

impl Waits {
    /// Of the writer: pages wait for it.
    pub const WRITER: Self = Self {
        statement: Some(Duration::from_secs(10)),
        lock: Some(Duration::from_secs(5)),
        answer: Some(Duration::from_secs(12)),
        transaction: None,
    };
    /// Of what takes as long as it takes: migrations, copies of everything.
    pub const PATIENT: Self = Self { statement: None, lock: None, answer: None, transaction: None };

    /// Of a query that may take as long as this.
    pub fn reader(patience: Duration) -> Self {
        Self {
            statement: Some(patience),
            lock: Some(patience),
            answer: Some(patience + Duration::from_secs(2)),
            transaction: Some(patience),
        }
    }
}
