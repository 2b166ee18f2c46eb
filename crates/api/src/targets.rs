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
    pub last: f64,
    /// The median.
    pub median: f64,
    /// The longest.
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
