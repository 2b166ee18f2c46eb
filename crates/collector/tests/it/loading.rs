//! The figures of the Loading page, compared with values computed by hand from the beacons.
use serde_json::{Value, json};
use whippet_api::{Distribution, Loading};

use crate::harness::{Collector, DAY, HOUR, MINUTE, beacon_with};

/// Whether a percentile is within half a bucket's width of the exact one.
fn is(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() <= expected * 0.011)
}

/// Count, 50th, 75th and 95th percentile, and maximum.
fn check(distribution: &Distribution, count: u64, expected: [f64; 4]) {
    let Distribution { p50, p75, p95, max, .. } = distribution;
    let fits =
        [*p50, *p75, *p95, *max].into_iter().zip(expected).all(|(found, expected)| is(found, expected));
    assert!(distribution.count == count && fits, "{distribution:?} is not {count}, {expected:?}");
}

/// A page view whose times grow with `n`.
fn view(n: u64) -> Value {
    let phases = match n {
        // With a reused connection, DNS, TCP and TLS take no time and are left out.
        1..=6 => json!({ "request": 100 * n, "response": 5, "dom": 300 }),
        _ => json!({ "dns": 10 * n, "tcp": 20, "request": 100 * n, "response": 5, "dom": 300, "load": 2 }),
    };
    beacon_with(
        &format!("view{n}-1"),
        json!({
            "page": if n.is_multiple_of(2) { "/even" } else { "/odd" },
            "phases": phases,
            "timings": { "page.load": 1000 + 100 * n, "server.db": [n, 2 * n], "frame.duration": 60, "frame.blocking": 10 * n },
            "resources": {
                "cdn.example": { "image": { "count": n, "bytes": 1000 * n, "cached": 1, "duration": 30 * n, "slowest": 10 * n } },
                "api.example": { "fetch": { "count": 1, "failed": u64::from(n > 8), "duration": 200 } },
            },
            "scripts": [{ "source": "app.js", "invoker": "onclick", "count": 2, "duration": 40, "forced": n }],
        }),
    )
}

#[tokio::test]
async fn equal_names_of_several_apps_are_one_row() {
    let collector = Collector::new();
    for app in ["shop", "blog"] {
        let mut sent = view(3);
        (sent["app"], sent["id"]) = (json!(app), json!(format!("{app}-1")));
        collector.beacon(sent).await;
    }
    collector.advance(MINUTE);
    let loading: Loading = collector.chart("/api/loading").await;
    assert_eq!((loading.resources.len(), loading.scripts.len()), (2, 1));
    let script = &loading.scripts[0];
    assert_eq!((script.count, script.duration, script.forced), (4.0, 80.0, 6.0));
}

#[tokio::test]
async fn loading_figures_are_the_sums_of_the_beacons() {
    let collector = Collector::new();
    for n in 1..=10 {
        collector.beacon(view(n)).await;
    }
    collector.advance(MINUTE);
    // The same from minutes and from hours.
    for _ in 0..2 {
        let loading: Loading = collector.chart("/api/loading").await;
        let phase = |name: &str| loading.phases.iter().find(|phase| phase.name == name).unwrap();
        assert_eq!(loading.phases.len(), 8);
        // The 5th, 8th and 10th of ten.
        check(phase("request"), 10, [500.0, 800.0, 1000.0, 1000.0]);
        // Six zeros, then 70, 80, 90, 100.
        check(phase("dns"), 10, [0.0, 80.0, 100.0, 100.0]);
        check(phase("tcp"), 10, [0.0, 20.0, 20.0, 20.0]);
        check(phase("load"), 10, [0.0, 2.0, 2.0, 2.0]);
        check(phase("redirect"), 10, [0.0; 4]);
        check(phase("dom"), 10, [300.0; 4]);
        check(loading.load.as_ref().unwrap(), 10, [1500.0, 1800.0, 2000.0, 2000.0]);
        // 1 to 10 and their doubles: 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 12, 14, 16, 18, 20.
        check(&loading.servers[0], 20, [7.0, 10.0, 18.0, 20.0]);
        check(loading.frames.as_ref().unwrap(), 10, [60.0; 4]);
        check(loading.blocking.as_ref().unwrap(), 10, [50.0, 80.0, 100.0, 100.0]);
        let [fetches, images] = &loading.resources[..] else { panic!("two sums") };
        assert_eq!((fetches.kind.as_str(), fetches.count, fetches.failed), ("fetch", 10.0, 2.0));
        assert_eq!((fetches.duration, fetches.slowest, fetches.bytes), (2000.0, 200.0, 0.0));
        // 1 + 2 + … + 10 = 55.
        assert_eq!((images.kind.as_str(), images.count, images.cached), ("image", 55.0, 10.0));
        assert_eq!((images.bytes, images.duration, images.slowest), (55_000.0, 1650.0, 100.0));
        let script = &loading.scripts[0];
        assert_eq!((script.count, script.duration, script.forced), (20.0, 400.0, 55.0));

        let odd: Loading = collector.chart("/api/loading?page=/odd").await;
        check(&odd.phases[4], 5, [500.0, 700.0, 900.0, 900.0]);
        assert_eq!(odd.resources[1].count, 1.0 + 3.0 + 5.0 + 7.0 + 9.0);
        collector.advance(3 * DAY + HOUR);
        collector.app.store.sweep(collector.now()).await.unwrap();
    }
}
