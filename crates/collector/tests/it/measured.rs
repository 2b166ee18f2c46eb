//! The members of beacons beyond vitals and counters: stored, weighed and reported.
use serde_json::{Value, json};
use whippet_api::{Cause, Counter, Custom, Errors, Loading, Loss, Overview, Part, Toolkit, Vitals};
use whippet_store::cells::{self, Attribution, Level, Page, Section, Sums};

use crate::harness::{Collector, DAY, HOUR, MINUTE, START, beacon_with};

/// A page view with all members.
fn whole(id: &str) -> Value {
    beacon_with(
        id,
        json!({
            "vitals": {
                "LCP": {
                    "value": 3000, "rating": "poor", "target": "main>img.hero", "url": "https://cdn.example/hero.avif",
                    "parts": { "ttfb": 400, "load": 2500, "render": 100 },
                },
                "INP": {
                    "value": 120, "url": "https://shop.example/app.js", "state": "pointer",
                    "parts": { "input": 20, "processing": 70, "presentation": 30 },
                },
                "CLS": { "value": 0.2, "rating": "good", "target": "#banner", "state": "complete" },
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
            "dropped": 7,
            "drops": { "scripts": 4, "beacons": 1, "weather": 1 },
        }),
    )
}

async fn sweep(collector: &Collector) {
    collector.app.store.sweep(collector.now()).await.unwrap();
}

#[tokio::test]
async fn every_member_of_a_beacon_is_in_its_report() {
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
    let [lcp, inp, cls, ..] = &vitals.metrics[..] else { panic!("five metrics") };
    let names = |causes: &[Cause]| causes.iter().map(|cause| cause.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&lcp.elements), ["main>img.hero"]);
    assert_eq!(names(&lcp.urls), ["https://cdn.example/hero.avif"]);
    assert_eq!(
        (names(&inp.urls), names(&inp.states)),
        (vec!["https://shop.example/app.js".to_owned()], vec!["pointer".to_owned()])
    );
    assert_eq!(
        (names(&cls.elements), names(&cls.states)),
        (vec!["#banner".to_owned()], vec!["complete".to_owned()])
    );
    assert_eq!((names(&inp.elements).len(), names(&cls.urls).len()), (0, 0));
    let pages: Vec<_> = vitals.pages.iter().map(|page| (page.page.as_str(), page.views)).collect();
    assert_eq!(pages, [("/items/:id/reviews", 2), ("/items/:id", 1)]);
}

/// All figures, to be compared before and after folding and rolling up.
async fn figures(collector: &Collector) -> (Loading, Custom, Vitals, Vec<Loss>) {
    let mut vitals: Vitals = collector.chart("/api/vitals").await;
    // Charts differ, as hours have fewer points than minutes.
    for metric in &mut vitals.metrics {
        metric.chart = whippet_api::Chart::default();
    }
    let losses = collector.chart::<Overview>("/api/overview").await.losses;
    (collector.chart("/api/loading").await, collector.chart("/api/custom").await, vitals, losses)
}

#[tokio::test]
async fn folding_and_rolling_up_changes_no_figure() {
    let collector = Collector::with(|options| options.retention = 30 * DAY, |_| {});
    for id in ["a", "b", "c"] {
        collector.beacon(whole(id)).await;
        collector.advance(10 * MINUTE);
    }
    let before = figures(&collector).await;
    collector.advance(3 * DAY);
    sweep(&collector).await;
    assert_eq!(figures(&collector).await, before);
    let loading: cells::Loading = collector.kept(Section::Loading, Page::All).await;
    assert_eq!((loading.resources.len(), loading.scripts.len()), (2, 2));
    let sums: Sums = collector.kept(Section::Sums, Page::All).await;
    assert_eq!((sums.gauges.len(), sums.losses.len()), (1, 3));
    let attribution: Attribution = collector.kept(Section::Attribution, Page::All).await;
    assert_eq!((attribution.causes.len(), attribution.parts.len()), (6, 7));
    for section in [Section::Loading, Section::Sums, Section::Attribution] {
        assert_eq!(collector.cells(Level::Minute, section).await, 0, "{section:?}");
        assert_eq!(collector.cells(Level::Hour, section).await, 1, "{section:?}");
    }
    assert_eq!(collector.open_measures().await, 0);
    for _ in 0..33 {
        collector.advance(DAY);
        collector.scraped(&[("other", 1.0)]).await;
        sweep(&collector).await;
    }
    for table in ["cells_minute", "cells_hour", "cells_day", "errors", "names"] {
        assert_eq!(collector.rows(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_sampled_beacon_is_weighed_by_its_rate() {
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

/// The phases of a metric: their names and 75th percentiles.
async fn parts(collector: &Collector, query: &str, metric: usize) -> Vec<(String, Option<f64>)> {
    let vitals: Vitals = collector.chart(&format!("/api/vitals{query}")).await;
    vitals.metrics[metric].parts.iter().map(|Part { name, p75 }| (name.clone(), *p75)).collect()
}

#[tokio::test]
async fn the_phases_of_a_vital_are_reported() {
    let collector = Collector::new();
    let report = |id: &str, page: &str, ttfb: f64, parts: Value| {
        let vital = json!({ "value": ttfb, "parts": parts });
        beacon_with(id, json!({ "page": page, "vitals": { "TTFB": vital } }))
    };
    // Four views: 0, 0, 40 and 80 ms of DNS; 75 % have at most 40.
    collector.beacon(report("1", "/a", 100.0, json!({ "request": 100 }))).await;
    collector.beacon(report("2", "/a", 100.0, json!({ "request": 100, "dns": 0 }))).await;
    collector.beacon(report("3", "/b", 140.0, json!({ "request": 100, "dns": 40, "spare": 9 }))).await;
    collector.beacon(report("4", "/b", 180.0, json!({ "request": 100, "dns": 80 }))).await;
    // Page views without phases do not count as zeros.
    for id in 5..20 {
        collector
            .beacon(beacon_with(&id.to_string(), json!({ "vitals": { "TTFB": { "value": 900 } } })))
            .await;
    }
    collector.advance(MINUTE);
    let shown = |dns: f64| {
        let parts = [("waiting", 0.0), ("cache", 0.0), ("dns", dns), ("connection", 0.0), ("request", 100.0)];
        parts.map(|(name, ms)| (name.to_owned(), Some(ms))).to_vec()
    };
    for _ in 0..2 {
        let dns = parts(&collector, "", 4).await[2].1.unwrap();
        assert!((dns - 40.0).abs() < 40.0 * 0.022, "within a bucket: {dns}");
        assert_eq!(parts(&collector, "?page=/a", 4).await, shown(0.0));
        assert_eq!(parts(&collector, "?page=/b", 4).await, shown(80.0));
        assert_eq!(parts(&collector, "?app=nobody", 4).await, []);
        assert_eq!(parts(&collector, "", 0).await, [], "nothing of LCP");
        // The second round checks the folded page views.
        collector.advance(7 * HOUR);
        sweep(&collector).await;
        assert_eq!(collector.open_measures().await, 0);
    }
}

#[tokio::test]
async fn the_newest_report_of_a_page_view_replaces_its_phases() {
    let collector = Collector::new();
    let report = |id: &str, sent: i64, vital: Value| {
        beacon_with(id, json!({ "view": "one", "sentAt": sent, "vitals": { "INP": vital } }))
    };
    let newer = json!({ "value": 300, "state": "keyboard", "parts": { "input": 250, "processing": 50 } });
    collector.beacon(report("1", START + 5, newer)).await;
    let older = json!({ "value": 40, "state": "pointer", "parts": { "presentation": 40 } });
    collector.beacon(report("2", START, older)).await;
    collector.advance(MINUTE);
    let shown = [("input", 250.0), ("processing", 50.0), ("presentation", 0.0)];
    assert_eq!(parts(&collector, "", 1).await, shown.map(|(name, ms)| (name.to_owned(), Some(ms))));
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(vitals.metrics[1].states, [Cause { name: "keyboard".to_owned(), count: 1, p75: Some(300.0) }]);
}

#[tokio::test]
async fn losses_are_counted_by_kind() {
    let collector = Collector::new();
    assert_eq!(collector.chart::<Overview>("/api/overview").await.losses, []);
    collector
        .beacon(beacon_with("1", json!({ "dropped": 3, "drops": { "scripts": 2, "beacons": 1 } })))
        .await;
    // A sampled page view: its losses are weighed by four.
    collector
        .beacon(beacon_with("2", json!({ "sampleRate": 0.25, "dropped": 5, "drops": { "scripts": 5 } })))
        .await;
    // A beacon with the total only, and one with an unknown kind.
    collector.beacon(beacon_with("3", json!({ "app": "old", "dropped": 4 }))).await;
    collector
        .beacon(beacon_with("4", json!({ "app": "old", "dropped": 2, "drops": { "weather": 2 } })))
        .await;
    collector.advance(MINUTE);
    let losses = collector.chart::<Overview>("/api/overview").await.losses;
    let losses: Vec<_> =
        losses.iter().map(|loss| (loss.app.as_str(), loss.kind.as_str(), loss.count)).collect();
    assert_eq!(losses, [("old", "other", 6.0), ("shop", "scripts", 22.0), ("shop", "beacons", 1.0)]);
    let figure = async |kind: &str| {
        collector.figure(&format!("whippet_measurements_lost_total{{kind=\"{kind}\"}}")).await
    };
    assert_eq!(
        [figure("scripts").await, figure("beacons").await, figure("other").await],
        [7.0, 1.0, 6.0],
        "not weighed"
    );
    assert!(!collector.get("/metrics").await.text().contains("weather"));
}

#[tokio::test]
async fn a_beacon_with_errors_alone_is_no_page_view() {
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
async fn a_beacon_with_losses_alone_is_no_page_view() {
    let collector = Collector::new();
    let lost = json!({ "dropped": 3, "drops": { "scripts": 2 } });
    collector.beacon(beacon_with("a", lost.clone())).await;
    collector.beacon(beacon_with("b", json!({ "dropped": 1, "errors": [{ "message": "x" }] }))).await;
    // Nothing to say but that it was there.
    collector.beacon(beacon_with("c", json!({}))).await;
    let mut measured = lost;
    measured["gauges"] = json!({ "own.gauge": 7.0 });
    collector.beacon(beacon_with("d", measured)).await;
    collector.advance(MINUTE);
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(vitals.pages.iter().map(|page| page.views).collect::<Vec<_>>(), [2]);
    let losses = collector.chart::<Overview>("/api/overview").await.losses;
    assert_eq!(losses.iter().map(|loss| loss.count).sum::<f64>(), 7.0);
}

#[tokio::test]
async fn errors_with_the_same_fingerprint_are_one_error() {
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
async fn hosts_scripts_and_causes_beyond_the_limits_are_counted_together() {
    let collector = Collector::with(
        |options| {
            let limits = &mut options.limits;
            (limits.hosts, limits.elements, limits.scripts, limits.urls, limits.states) = (2, 2, 2, 2, 2);
        },
        |_| {},
    );
    for i in 0..5 {
        let more = json!({
            "vitals": { "LCP": { "value": 1000, "rating": "good", "target": format!("#e{i}"),
                "url": format!("{i}.avif"), "state": format!("s{i}") } },
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
    let lcp = &vitals.metrics[0];
    for causes in [&lcp.elements, &lcp.urls, &lcp.states] {
        assert_eq!((causes.len(), causes.iter().map(|cause| cause.count).sum::<u64>()), (3, 5));
        assert!(causes.iter().any(|cause| cause.name == "(other)" && cause.count == 3));
    }
}
