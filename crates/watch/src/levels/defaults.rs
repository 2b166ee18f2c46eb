//! The levels that every target and every app has without a word of configuration. The Overview shows them.
use whippet_engine::vitals::Metric;

use super::aggregate::Aggregate;
use super::bound::Bound;
use super::figure::{Figure, Share};
use super::rule::{LevelRule, WINDOW};
use super::subject::Scope;

/// Page loads slower than this are too slow, ms.
const PAGE_LOAD: f64 = 2000.0;

/// All of them, those of targets first, in the order in which the Overview shows them.
pub fn defaults() -> Vec<LevelRule> {
    let target = |name: &str, figure: Figure, aggregate: Aggregate, bound: Bound| LevelRule {
        name: name.to_owned(),
        scope: Scope::Target(None),
        figure,
        aggregate,
        bound,
        window: WINDOW,
        min_samples: 1,
        split: None,
    };
    let signal = |name: &str| Figure::Signal(name.to_owned());
    let quantile = |name: &str, of: &str, q: f64, ms: f64| {
        target(name, signal(of), Aggregate::Quantile(q), Bound::below(ms))
    };
    let share = |name: &str, share: Share, most: f64| {
        target(name, Figure::Share(share), Aggregate::Share, Bound::below(most))
    };
    let mut all = vec![
        quantile("Response p50", "http.server.duration", 0.5, 200.0),
        quantile("Response p95", "http.server.duration", 0.95, 500.0),
        quantile("Response p99", "http.server.duration", 0.99, 1000.0),
        // Of targets that tell no more.
        target("Response average", signal("http.server.duration"), Aggregate::Mean, Bound::below(200.0)),
        share("Client errors (4xx)", Share::ClientErrors, 0.01),
        share("Server errors (5xx)", Share::ServerErrors, 0.001),
        share("Errors", Share::Failed, 0.01),
        quantile("Database query p95", "db.duration", 0.95, 100.0),
        share("Slow database queries", Share::SlowQueries, 0.01),
        share("Connection pool in use", Share::PoolUse, 0.8),
        target("Cache hit rate", Figure::Share(Share::CacheHits), Aggregate::Share, Bound::above(0.7)),
        share("Host CPU", Share::HostCpu, 0.9),
        share("Host memory", Share::HostMemory, 0.9),
        share("Heap in use", Share::Heap, 0.9),
        share("File descriptors in use", Share::FileDescriptors, 0.9),
    ];
    let app = |name: String, figure: Figure, aggregate: Aggregate, bound: Bound| LevelRule {
        name,
        scope: Scope::App(None),
        figure,
        aggregate,
        bound,
        window: WINDOW,
        min_samples: 1,
        split: None,
    };
    all.push(app(
        "Page load p95".to_owned(),
        Figure::PageLoad,
        Aggregate::Quantile(0.95),
        Bound::below(PAGE_LOAD),
    ));
    // web.dev's thresholds: a value equal to one is good.
    all.extend(Metric::ALL.map(|metric| {
        let bound = Bound::at_most(metric.thresholds().0);
        app(format!("{} p75", metric.as_str()), Figure::Vital(metric), Aggregate::Quantile(0.75), bound)
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_parts_go_together() {
        let all = defaults();
        for (place, level) in all.iter().enumerate() {
            assert!(all[..place].iter().all(|other| other.name != level.name), "{}", level.name);
            assert!(level.figure.can(level.aggregate), "{}", level.name);
            assert_eq!(level.figure.is_of_target(), level.scope.is_target(), "{}", level.name);
        }
    }
}
