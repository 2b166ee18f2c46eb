//! The store's options and limits.
use std::path::PathBuf;
use std::time::Duration;

use crate::database::ServerAddress;
use crate::time::HOUR;

/// The options of a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder; created if it is missing. Not used with a server.
    pub folder: PathBuf,
    /// The server that keeps everything, instead of a file in the folder.
    pub server: Option<ServerAddress>,
    /// Older data is deleted, ms.
    pub retention: i64,
    /// Older data is kept with less detail, ms: beacon figures per hour and not per minute.
    pub detail: i64,
    /// Older data is kept per day and not per hour, ms.
    pub hours: i64,
    /// The largest size of the file, bytes. The oldest detail is deleted to stay below it.
    pub max_size: Option<u64>,
    /// The time limit of a query.
    pub patience: Duration,
    /// The most writes that may wait.
    pub queue: usize,
    /// The most names of each kind.
    pub limits: Limits,
    /// Applications that are always kept, beyond the limit.
    pub known_apps: Vec<String>,
    /// The lowest sample rate that counts, above 0 and at most 1: a lower one of a beacon is raised to it.
    pub min_sample_rate: f64,
}

impl Options {
    /// The defaults, in `folder`: 13 months, 30 days of them by the hour and two by the minute.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            server: None,
            retention: 396 * 24 * HOUR,
            detail: 2 * 24 * HOUR,
            hours: 30 * 24 * HOUR,
            max_size: None,
            patience: Duration::from_secs(5),
            queue: 2048,
            limits: Limits::default(),
            known_apps: Vec::new(),
            min_sample_rate: 0.01,
        }
    }
}

/// The most names of each kind, so that clients do not decide how much is stored. Names beyond a limit count as
/// [`crate::OTHER`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// Applications.
    pub apps: usize,
    /// Pages of one application.
    pub pages: usize,
    /// Counters of one application.
    pub counters: usize,
    /// Histograms of one application.
    pub histograms: usize,
    /// Hosts that pages of one application load from.
    pub hosts: usize,
    /// Elements that vitals of one application are attributed to.
    pub elements: usize,
    /// Addresses that vitals of one application are attributed to.
    pub urls: usize,
    /// States that vitals of one application are attributed to.
    pub states: usize,
    /// Releases of one application.
    pub releases: usize,
    /// Scripts of one application.
    pub scripts: usize,
    /// Gauges of one application.
    pub gauges: usize,
    /// Errors of one application.
    pub errors: usize,
    /// Series of one scraped target. Further ones are left out.
    pub series: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            apps: 50,
            pages: 500,
            counters: 200,
            histograms: 200,
            hosts: 100,
            elements: 500,
            urls: 500,
            states: 16,
            releases: 50,
            scripts: 200,
            gauges: 100,
            errors: 500,
            series: 10_000,
        }
    }
}
