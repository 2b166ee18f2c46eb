//! Targets in `GET /api/status`, and what they list: errors and slow queries.
use serde::{Deserialize, Serialize};

/// One document of a target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetDocument {
    /// Its URL.
    pub url: String,
    /// Why its last fetch failed.
    pub error: Option<String>,
    /// How many samples it had.
    pub samples: u64,
}

/// A scrape that failed, wholly or in one document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScrapeFailure {
    /// When, ms since the epoch.
    pub time: i64,
    /// Why.
    pub error: String,
}

/// How long the last scrapes of a target took, at most 100 of them; ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScrapeTimes {
    /// The last.
    #[serde(serialize_with = "crate::number::plain")]
    pub last: f64,
    /// The median.
    #[serde(serialize_with = "crate::number::plain")]
    pub median: f64,
    /// The longest.
    #[serde(serialize_with = "crate::number::plain")]
    pub longest: f64,
}

/// A list that targets come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetList {
    /// The name in the configuration.
    pub name: String,
    /// Its URL or its files.
    pub place: String,
    /// How many targets it has.
    pub targets: u64,
    /// How many of its entries are no targets.
    pub left_out: u64,
    /// When it was last read, ms since the epoch.
    pub read: Option<i64>,
    /// Why it could not be read, or why entries are left out.
    pub error: Option<String>,
}

/// An error that a backend listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackendError {
    /// The target.
    pub target: String,
    /// The message.
    pub message: String,
    /// Its type; may be empty.
    pub source: String,
    /// The route; may be empty.
    pub route: String,
    /// The stack; may be empty.
    pub stack: String,
    /// The number of occurrences.
    pub count: u64,
    /// The first occurrence in the range, ms since the epoch.
    pub first: i64,
    /// The last occurrence in the range.
    pub last: i64,
}

/// `GET /api/slow_queries?target&from&to`: the slow queries that a backend listed. One that is read from a Prometheus lists none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SlowQueries {
    /// Those that took longest in total first.
    pub queries: Vec<SlowQuery>,
}

/// A slow query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SlowQuery {
    /// Its text, with `?` for each parameter.
    pub query: String,
    /// The database; may be empty.
    pub database: String,
    /// How often it was slow.
    pub count: u64,
    /// Its mean duration, ms, as far as the backend told durations.
    pub mean: Option<f64>,
    /// Its longest duration, ms.
    pub slowest: Option<f64>,
    /// When it was last slow, ms since the epoch.
    pub last: i64,
}
