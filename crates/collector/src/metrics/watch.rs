//! What watching tells of itself at `/metrics`.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use whippet_api::AlertCounts;
use whippet_engine::expo::{Kind, Writer};
use whippet_store::families::{Durations, single};

/// Its figures. A collector that does not watch shows no alerts: another one does.
pub struct WatchFigures {
    rules: AtomicU64,
    states: [AtomicU64; 4],
    looks: Durations<0>,
    failures: AtomicU64,
}

impl Default for WatchFigures {
    fn default() -> Self {
        Self {
            rules: AtomicU64::default(),
            states: Default::default(),
            looks: Durations::new([]),
            failures: AtomicU64::default(),
        }
    }
}

impl WatchFigures {
    /// Shows what the last look found.
    pub fn show(&self, counts: &AlertCounts, rules: usize) {
        self.rules.store(rules as u64, Relaxed);
        let counts = [counts.firing, counts.pending, counts.no_data, counts.silenced];
        for (state, count) in self.states.iter().zip(counts) {
            state.store(count, Relaxed);
        }
    }

    /// Another collector watches.
    pub fn stand_by(&self) {
        self.show(&AlertCounts::default(), 0);
    }

    /// Counts a look.
    pub fn looked(&self, took: Duration, is_ok: bool) {
        self.looks.record([], took);
        if !is_ok {
            self.failures.fetch_add(1, Relaxed);
        }
    }

    /// Writes them.
    pub fn write(&self, writer: &mut Writer) {
        writer.family("whippet_alerts", Kind::Gauge, "Alerts by state, at the collector that watches");
        for (name, state) in ["firing", "pending", "no_data", "silenced"].into_iter().zip(&self.states) {
            writer.sample(&[("state", name)], state.load(Relaxed) as f64);
        }
        let rules = self.rules.load(Relaxed) as f64;
        single(writer, "whippet_alert_rules", Kind::Gauge, "Alert rules that are evaluated", rules);
        self.looks.write(writer, "whippet_alert_evaluation_seconds", "How long it took to look at all rules");
        let failures = self.failures.load(Relaxed) as f64;
        let help = "Looks at the rules that failed";
        single(writer, "whippet_alert_evaluation_failures_total", Kind::Counter, help, failures);
    }
}
