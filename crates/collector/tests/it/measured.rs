//! What pages tell beyond vitals and counts: kept, weighed and shown.
use serde_json::{Value, json};
use whippet_api::{Counter, Custom, Errors, Loading, Toolkit, Vitals};

use crate::harness::{Collector, DAY, HOUR, MINUTE, beacon_with};

/// A page view with some of everything.
fn whole(id: &str) -> Value {
    beacon_with(
        id,
        json!({
            "vitals": {
                "LCP": { "value": 3000, "rating": "poor", "target": "main>img.hero" },
                "CLS": { "value": 0.2, "rating": "good", "target": "#banner" },
            },
            "phases": { "dns": 20 },
            "timings": { "navigation.load": 3, "server.db": [4, 12], "page.load": 1400, "checkout.step": 250 },
            "counters": { "query.hits": 3, "cart.added": 2 },
            "gauges": { "cart.items": -4.5 },
            "routes": { "/items/:id/reviews": 2 },
            "resources": { "cdn.example": {
                "image": { "count": 4, "bytes": 1000, "cached": 1, "failed": 1, "duration": 800, "slowest": 400 },
                "script": { "count": 1, "bytes": 9000, "duration": 90, "slowest": 90 },
            } },
            "scripts": [
                { "source": "https://shop.example/app.js", "invoker": "BUTTON.onclick", "count": 2, "duration": 180, "forced": 30 },
                { "source": "https://shop.example/other.js", "duration": 200 },
            ],
            "errors": [{ "message": "item 3 is missing", "source": "app.js:1:2", "stack": "at buy (app.js:1:2)", "fingerprint": "f00" }],
        }),
    )
}

async fn sweep(collector: &Collector) {
    collector.app.store.sweep(collector.now()).await.unwrap();
}

#[tokio::test]
async fn everything_is_shown_where_it_belongs() {
    let collector = Collector::new();
    collector.beacon(whole("a")).await;
    collector.advance(MINUTE);
    let loading: Loading = collector.chart("/api/loading").await;
    let phases: Vec<_> = loading.phases.iter().map(|phase| (phase.name.as_str(), phase.p50)).collect();
    let none = Some(0.0);
    assert_eq!(
        phases,
        [
            ("redirect", none),
            ("dns", Some(20.0)),
            ("tcp", none),
            ("tls", none),
            ("request", none),
            ("response", none),
            ("dom", none),
            ("load", Some(3.0))
        ],
        "phases that are left out took no time"
    );
    assert_eq!(loading.load.unwrap().count, 1);
    assert_eq!((loading.servers[0].name.as_str(), loading.servers[0].max), ("db", Some(12.0)));
    let image = &loading.resources[0];
    assert_eq!((image.host.as_str(), image.kind.as_str()), ("cdn.example", "image"));
    assert_eq!(
        (image.count, image.bytes, image.cached, image.failed, image.slowest),
        (4.0, 1000.0, 1.0, 1.0, 400.0)
    );
    assert_eq!(loading.resources[1].kind, "script");
    let scripts: Vec<_> =
        loading.scripts.iter().map(|script| (script.source.as_str(), script.invoker.as_str())).collect();
    assert_eq!(
        scripts,
        [("https://shop.example/other.js", ""), ("https://shop.example/app.js", "BUTTON.onclick")]
    );
    assert_eq!(loading.scripts[1].forced, 30.0);

    let custom: Custom = collector.chart("/api/custom").await;
    let names: Vec<_> = custom.distributions.iter().map(|distribution| distribution.name.as_str()).collect();
    assert_eq!(names, ["checkout.step"]);
    assert_eq!(custom.counters, [Counter { name: "cart.added".to_owned(), total: 2 }]);
    assert_eq!((custom.gauges[0].name.as_str(), custom.gauges[0].mean), ("cart.items", -4.5));

    let errors: Errors = collector.chart("/api/errors").await;
    assert_eq!((errors.errors[0].stack.as_str(), errors.errors[0].count), ("at buy (app.js:1:2)", 1));
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(vitals.metrics[0].elements[0].selector, "main>img.hero");
    let pages: Vec<_> = vitals.pages.iter().map(|page| (page.page.as_str(), page.views)).collect();
    assert_eq!(pages, [("/items/:id/reviews", 2), ("/items/:id", 1)]);
}

/// All figures, to be compared before and after they are kept in less detail.
async fn figures(collector: &Collector) -> (Loading, Custom, Vitals) {
    let mut vitals: Vitals = collector.chart("/api/vitals").await;
    // Trends of hours are no trends of minutes.
    for metric in &mut vitals.metrics {
        metric.chart = whippet_api::Chart::default();
    }
    (collector.chart("/api/loading").await, collector.chart("/api/custom").await, vitals)
}

#[tokio::test]
async fn nothing_changes_when_it_is_folded_and_rolled_up() {
    let collector = Collector::new();
    for id in ["a", "b", "c"] {
        collector.beacon(whole(id)).await;
        collector.advance(10 * MINUTE);
    }
    let before = figures(&collector).await;
    collector.advance(3 * DAY);
    sweep(&collector).await;
    assert_eq!(figures(&collector).await, before);
    for (table, rows) in [("resources", 2), ("scripts", 2), ("gauges", 1), ("elements", 2), ("measures", 0)] {
        assert_eq!(collector.rows(table).await, rows, "{table}");
    }
    collector.advance(31 * DAY);
    sweep(&collector).await;
    for table in ["resources", "scripts", "gauges", "elements", "errors", "names"] {
        collector.advance(2 * DAY + HOUR);
        sweep(&collector).await;
        assert_eq!(collector.rows(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_sample_stands_for_all() {
    let collector = Collector::new();
    let mut sent = whole("a");
    sent["sampleRate"] = json!(0.25);
    sent["histograms"] = json!({ "query.fetch": { "scale": 5, "sum": 3, "min": 1, "max": 2, "offset": -1, "counts": [1, -31, 1] } });
    collector.beacon(sent).await;
    collector.advance(MINUTE);
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!((vitals.metrics[0].count, vitals.metrics[0].ratings), (4, [0, 4, 0]));
    assert_eq!(vitals.pages.iter().map(|page| page.views).collect::<Vec<_>>(), [8, 4]);
    let toolkit: Toolkit = collector.chart("/api/toolkit").await;
    assert!(toolkit.counters.contains(&Counter { name: "query.hits".to_owned(), total: 12 }));
    let loading: Loading = collector.chart("/api/loading").await;
    assert_eq!((loading.resources[0].count, loading.resources[0].slowest), (16.0, 400.0));
    assert_eq!(loading.servers[0].count, 8);
    let errors: Errors = collector.chart("/api/errors").await;
    assert_eq!(errors.errors[0].count, 4);
    // Folding it changes nothing.
    let before = figures(&collector).await;
    collector.advance(DAY);
    sweep(&collector).await;
    assert_eq!(figures(&collector).await, before);
}

#[tokio::test]
async fn errors_at_a_rate_of_their_own_make_no_page_view() {
    let collector = Collector::new();
    let view = |id: &str, more: Value| {
        let mut sent = beacon_with(id, more);
        sent["view"] = json!("one");
        sent
    };
    collector.beacon(view("a-1", json!({ "errors": [{ "message": "x" }] }))).await;
    let vitals = json!({ "sampleRate": 0.1, "vitals": { "LCP": { "value": 1000, "rating": "good" } } });
    collector.beacon(view("a-2", vitals)).await;
    collector.advance(MINUTE);
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(vitals.pages.iter().map(|page| page.views).collect::<Vec<_>>(), [10]);
    let errors: Errors = collector.chart("/api/errors").await;
    assert_eq!(errors.errors[0].count, 1);
}

#[tokio::test]
async fn errors_of_one_fingerprint_are_one_whatever_they_say() {
    let collector = Collector::new();
    let error = |message: &str, fingerprint: &str| json!({ "errors": [{ "message": message, "fingerprint": fingerprint }] });
    collector.beacon(beacon_with("a", error("Anna is missing", "f00"))).await;
    collector.beacon(beacon_with("b", error("Ben is missing", "f00"))).await;
    collector.beacon(beacon_with("c", error("Ben is missing", "f01"))).await;
    collector.advance(MINUTE);
    let errors: Errors = collector.chart("/api/errors").await;
    assert_eq!(errors.errors.iter().map(|error| error.count).collect::<Vec<_>>(), [2, 1]);
}

#[tokio::test]
async fn hosts_scripts_and_elements_beyond_the_limits_are_counted_together() {
    let collector = Collector::with(
        |options| (options.limits.hosts, options.limits.elements, options.limits.scripts) = (2, 2, 2),
        |_| {},
    );
    for i in 0..5 {
        let more = json!({
            "vitals": { "LCP": { "value": 1000, "rating": "good", "target": format!("#e{i}") } },
            "resources": { format!("h{i}.example"): { "image": { "count": 1 } } },
            "scripts": [{ "source": format!("{i}.js"), "duration": 50 }],
        });
        collector.beacon(beacon_with(&format!("b{i}"), more)).await;
    }
    collector.advance(MINUTE);
    let loading: Loading = collector.chart("/api/loading").await;
    assert_eq!((loading.resources.len(), loading.scripts.len()), (3, 3));
    assert_eq!(loading.resources.iter().map(|resource| resource.count).sum::<f64>(), 5.0);
    assert!(loading.resources.iter().any(|resource| resource.host == "(other)" && resource.count == 3.0));
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(vitals.metrics[0].elements.iter().map(|element| element.count).sum::<u64>(), 5);
}
