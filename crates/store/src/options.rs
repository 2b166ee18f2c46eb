//! How the store behaves, and how much it tells apart.
use std::path::PathBuf;
use std::time::Duration;

use crate::time::HOUR;

/// How the store is to behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder; made if it is missing.
    pub folder: PathBuf,
    /// What is older is deleted, ms.
    pub retention: i64,
    /// What is older is kept with less detail, ms: samples one per minute, beacon figures per hour.
    pub detail: i64,
    /// The most bytes the file may have; the oldest detail goes before it has more.
    pub max_size: Option<u64>,
    /// A query that takes longer is cut off.
    pub patience: Duration,
    /// How many writes may wait.
    pub queue: usize,
    /// How many different things are told apart.
    pub limits: Limits,
    /// Applications that are always kept, beyond the limit.
    pub known_apps: Vec<String>,
    /// A lower sample rate of a beacon counts as this one: above 0, and at most 1.
    pub min_sample_rate: f64,
}

impl Options {
    /// The defaults, in `folder`: 30 days, two of them in full detail.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            retention: 30 * 24 * HOUR,
            detail: 2 * 24 * HOUR,
            max_size: None,
            patience: Duration::from_secs(5),
            queue: 2048,
            limits: Limits::default(),
            known_apps: Vec::new(),
            min_sample_rate: 0.01,
        }
    }
}

/// How many different things are told apart, so that no client decides how much is kept. What goes beyond
/// is counted under [`crate::OTHER`].
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
    /// Scripts of one application.
    pub scripts: usize,
    /// Gauges of one application.
    pub gauges: usize,
    /// Errors of one application.
    pub errors: usize,
    /// Series of one scraped target. What goes beyond is left out.
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
            scripts: 200,
            gauges: 100,
            errors: 500,
            series: 10_000,
        }
    }
}
