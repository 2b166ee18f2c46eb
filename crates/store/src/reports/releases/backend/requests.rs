//! The requests of a span: how many, how many failed, and how long they took.
use whippet_api::Unit;
use whippet_watch::regressions::spread::Spread;

/// What is compared and watched: how long requests took, and how many failed.
pub const METRICS: usize = 2;

/// What a metric is called.
pub fn metric_name(metric: usize) -> &'static str {
    if metric == 0 { "response time" } else { "errors" }
}

/// Its unit.
pub fn metric_unit(metric: usize) -> Unit {
    if metric == 0 { Unit::Ms } else { Unit::Ratio }
}

/// A value below this counts as this: 10 ms, or one failure in a thousand. That 2 ms become 4 harms nobody.
pub fn floor(metric: usize) -> f64 {
    if metric == 0 { 10.0 } else { 0.001 }
}

/// Requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    /// How many there were.
    pub all: f64,
    /// How many of them failed by the backend's fault.
    pub failed: f64,
    /// Whether anything tells which failed.
    pub tells_failures: bool,
    /// How long they took, ms; empty where no buckets tell it.
    pub durations: Spread,
}

impl Requests {
    /// Adds more.
    pub fn merge(&mut self, other: &Self) {
        self.all += other.all;
        self.failed += other.failed;
        self.tells_failures |= other.tells_failures;
        self.durations.merge(&other.durations);
    }
}
