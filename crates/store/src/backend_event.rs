//! What a backend lists of its own accord: errors and slow queries.

/// What a backend listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// An error.
    Error = 0,
    /// A slow query.
    SlowQuery = 1,
}

/// One entry of such a list. The list is scraped again and again: what was counted before is known by its time, its id and its
/// texts. All texts are bounded, and hold no secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct BackendEvent {
    /// What it is.
    pub kind: EventKind,
    /// An error's message, or a query without its parameters.
    pub text: String,
    /// An error's type; may be empty.
    pub source: String,
    /// The route; may be empty.
    pub route: String,
    /// The stack; may be empty.
    pub stack: String,
    /// When it happened, ms since the epoch, if the backend says so.
    pub time: Option<i64>,
    /// What the backend tells it from others by; may be empty.
    pub id: String,
    /// How often it happened.
    pub count: u64,
    /// Whether `count` is a running total for this text, so that the increase counts.
    pub cumulative: bool,
    /// How long a query took, ms; the mean of `count` queries.
    pub duration: Option<f64>,
}
