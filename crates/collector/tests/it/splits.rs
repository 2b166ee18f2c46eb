//! Web vitals by what page views have in common.
use serde_json::{Value, json};
use whippet_api::{Custom, Quantiles, Split, Splits, Vitals};
use whippet_store::Kind;

use crate::harness::{Collector, DAY, HOUR, START, beacon_with};

const DIMENSIONS: [&str; 6] = ["release", "device", "connection", "navigation", "browser", "release_device"];

async fn splits(collector: &Collector, query: &str) -> Splits {
    let (from, to) = (START - HOUR, collector.now());
    let answer = collector.get(&format!("/api/splits?{query}&from={from}&to={to}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn vitals(collector: &Collector, query: &str) -> Vitals {
    let (from, to) = (START - HOUR, collector.now());
    collector.get(&format!("/api/vitals?{query}&from={from}&to={to}")).await.json()
}

/// Views, LCP's median, and the number of page loads of each value.
fn shown(splits: &Splits) -> Vec<(String, u64, Option<f64>, Option<u64>)> {
    let one = |split: &Split| {
        let name = split.device.iter().fold(split.value.clone(), |name, device| format!("{name} {device}"));
        let lcp = split.metrics.first().and_then(|vital| vital.quantiles.p50);
        (name, split.views, lcp, split.loads.map(|loads| loads.count))
    };
    splits.values.iter().map(one).collect()
}

async fn send(collector: &Collector, id: &str, lcp: f64, more: Value) {
    let mut beacon = beacon_with(
        id,
        json!({ "vitals": { "LCP": { "value": lcp } }, "timings": { "page.load": lcp + 100.0 } }),
    );
    for (key, value) in more.as_object().unwrap() {
        beacon[key] = value.clone();
    }
    collector.beacon(beacon).await;
}

/// Checked while the page views are open, after they were folded, after their minutes became hours, and after those became days.
#[tokio::test]
async fn each_dimension_tells_the_same_page_views_apart() {
    let collector = Collector::new();
    let view =
        |release: &str, device: &str| json!({ "release": release, "device": device, "connection": "4g" });
    send(&collector, "a", 1000.0, view("1.0", "phone")).await;
    send(&collector, "b", 1000.0, view("1.0", "phone")).await;
    send(&collector, "c", 1000.0, view("1.0", "desktop")).await;
    send(&collector, "d", 3000.0, view("2:0", "phone")).await;
    send(&collector, "e", 5000.0, json!({ "device": "tablet", "page": "/other", "sampleRate": 0.5 })).await;
    let row = |name: &str, views, lcp: f64| (name.to_owned(), views, Some(lcp), Some(views));
    let mut before = None;
    for step in 0..4 {
        let by_release = splits(&collector, "by=release").await;
        let expected = [row("1.0", 3, 1000.0), row("(unknown)", 2, 5000.0), row("2:0", 1, 3000.0)];
        assert_eq!(shown(&by_release), expected, "step {step}");
        assert!(by_release.values.iter().all(|split| split.errors == Some(0)));
        let by_device = splits(&collector, "by=device").await;
        let expected = [row("phone", 3, 1000.0), row("tablet", 2, 5000.0), row("desktop", 1, 1000.0)];
        assert_eq!(shown(&by_device), expected, "step {step}");
        assert_eq!(
            shown(&splits(&collector, "by=connection").await),
            [row("4g", 4, 1000.0), row("(unknown)", 2, 5000.0)]
        );
        let expected = [
            row("(unknown) tablet", 2, 5000.0),
            row("1.0 phone", 2, 1000.0),
            row("1.0 desktop", 1, 1000.0),
            row("2:0 phone", 1, 3000.0),
        ];
        assert_eq!(shown(&splits(&collector, "by=release_device").await), expected, "step {step}");
        assert_eq!(shown(&splits(&collector, "by=device&page=/other").await), [row("tablet", 2, 5000.0)]);
        assert_eq!(splits(&collector, "by=device&app=blog").await.values, []);
        let inp = splits(&collector, "by=device&metric=INP").await;
        assert!(inp.values.iter().all(|split| split.metrics.len() == 1 && split.metrics[0].name == "INP"));

        // What a filter selects is what the table says of the value.
        for dimension in DIMENSIONS {
            for split in splits(&collector, &format!("by={dimension}")).await.values {
                let device = split.device.as_ref().map_or_else(String::new, |device| format!(":{device}"));
                let found = vitals(&collector, &format!("split={dimension}:{}{device}", split.value)).await;
                for (vital, cell) in found.metrics.iter().zip(&split.metrics) {
                    let Quantiles { count, p75, .. } = cell.quantiles;
                    assert_eq!(
                        (vital.count, vital.p75, vital.ratings),
                        (count, p75, cell.ratings),
                        "{dimension} {split:?}"
                    );
                }
                let views: u64 = found.pages.iter().map(|page| page.views).sum();
                assert_eq!(views, split.views, "{dimension} {split:?}");
            }
        }
        assert!(vitals(&collector, "split=device:phone&page=/other").await.pages.is_empty());

        // No step changes any figure.
        let now = splits(&collector, "by=release_device").await;
        assert_eq!(*before.get_or_insert_with(|| now.clone()), now, "step {step}");
        collector.advance([7 * HOUR, 3 * DAY, 40 * DAY, 0][step]);
        collector.app.store.sweep(collector.now()).await.unwrap();
        collector.app.store.sweep(collector.now()).await.unwrap();
    }
}

#[tokio::test]
async fn documents_and_route_changes_are_told_apart_in_splits_too() {
    let collector = Collector::new();
    let soft = json!({ "navigation": "soft-navigation", "device": "phone", "vitals": { "INP": { "value": 80 }, "LCP": { "value": 1 } } });
    send(&collector, "a", 1000.0, json!({ "device": "phone" })).await;
    send(&collector, "b", 1.0, soft).await;
    let of = async |query: &str| {
        let found = splits(&collector, query).await;
        let split = found.values.first().cloned().unwrap_or_default();
        let count = |place: usize| split.metrics[place].quantiles.count;
        (split.views, count(0), count(1))
    };
    assert_eq!(of("by=device").await, (2, 1, 1), "a route change has no LCP of a document");
    assert_eq!(of("by=device&navigation=soft").await, (1, 1, 1));
    assert_eq!(of("by=device&navigation=document").await, (1, 1, 0));
    // Page loads are of documents, and what had nothing else is no row.
    let documents = shown(&splits(&collector, "by=navigation&navigation=document").await);
    assert!(documents.iter().any(|row| row.0 == "navigate" && row.3 == Some(1)), "{documents:?}");
    let routes = shown(&splits(&collector, "by=navigation&navigation=soft").await);
    assert_eq!(routes, [("soft-navigation".to_owned(), 1, Some(1.0), None)]);
}

#[tokio::test]
async fn pages_that_nobody_with_the_value_has_seen_are_not_listed() {
    let collector = Collector::new();
    send(&collector, "a", 1000.0, json!({ "device": "phone", "page": "/a" })).await;
    send(&collector, "b", 1000.0, json!({ "device": "desktop", "page": "/b" })).await;
    let phones = vitals(&collector, "split=device:phone").await;
    let listed: Vec<(&str, u64)> = phones.pages.iter().map(|page| (page.page.as_str(), page.views)).collect();
    assert_eq!(listed, [("/a", 1)]);
}

#[tokio::test]
async fn the_errors_of_a_release_are_counted() {
    let collector = Collector::new();
    let error = json!([{ "message": "no", "source": "app.js:1:2", "count": 3 }]);
    send(&collector, "a", 1000.0, json!({ "release": "1.0", "errors": error })).await;
    send(&collector, "b", 1000.0, json!({ "release": "2.0" })).await;
    let found = splits(&collector, "by=release").await;
    let errors: Vec<(&str, Option<u64>)> =
        found.values.iter().map(|split| (split.value.as_str(), split.errors)).collect();
    assert_eq!(errors, [("1.0", Some(3)), ("2.0", Some(0))]);
    assert!(splits(&collector, "by=device").await.values.iter().all(|split| split.errors.is_none()));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_a_reason() {
    let collector = Collector::new();
    for question in [
        "splits",
        "splits?by=",
        "splits?by=colour",
        "splits?by=device&metric=lcp",
        "splits?by=device&split=device:phone",
        "overview?split=device:phone",
        "loading?split=device:phone",
        "toolkit?split=device:phone",
        "errors?split=release:1.0",
        "vitals?split=device",
        "vitals?split=device:",
        "vitals?split=colour:red",
        "vitals?split=release_device:1.0",
        "vitals?split=device:phone&split=release:1",
        "custom?split=device",
        "custom?split=colour:red",
        "splits?timing=pay",
        "splits?by=device&timing=page.load",
        "splits?by=device&timing=server.db",
        "splits?by=device&timing=pay&navigation=soft",
        "splits?by=device&timing=pay&split=device:phone",
    ] {
        let answer = collector.get(&format!("/api/{question}")).await;
        assert_eq!(answer.failure(), (400, "bad_query".to_owned()), "{question}");
    }
    let unknown = (400, "unknown_timing".to_owned());
    assert_eq!(collector.get("/api/splits?by=device&timing=pay").await.failure(), unknown);
    assert_eq!(collector.get("/api/splits?by=device&timing=").await.status, 200);
    assert_eq!(collector.get("/api/custom?split=device:phone").await.status, 200);
    assert_eq!(collector.get("/api/vitals?split=").await.status, 200);
    assert_eq!(collector.get("/api/loading?split=").await.status, 200);
}

/// Percentiles are right to the width of a bucket.
fn rounded(ms: Option<f64>) -> Option<f64> {
    ms.map(|ms| (ms / 128.0).round() * 128.0)
}

/// Values of a timing, and its median, by value.
async fn timing(collector: &Collector, query: &str) -> Vec<(String, u64, Option<f64>)> {
    let found = splits(collector, &format!("{query}&timing=checkout.submit")).await;
    let one = |split: &Split| {
        let name = split.device.iter().fold(split.value.clone(), |name, device| format!("{name} {device}"));
        let timing = split.timing.unwrap();
        (name, timing.count, rounded(timing.p50))
    };
    let mut all: Vec<_> = found.values.iter().map(one).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.1));
    all
}

/// Is it slower on phones, or since release 1.3? Asked as it was heard, after its minutes became hours, and after those became days.
#[tokio::test]
async fn timings_of_the_application_are_told_apart_as_vitals_are() {
    let collector = Collector::new();
    let view = |release: &str, device: &str, ms: f64| {
        json!({
            "release": release, "device": device, "connection": "4g", "counters": { "cart.added": 2 }, "gauges": { "cart": 3 },
            "timings": { "page.load": 900, "checkout.submit": [ms, ms], "step.one": 1 },
        })
    };
    send(&collector, "a", 1000.0, view("1.2", "phone", 512.0)).await;
    send(&collector, "b", 1000.0, view("1.2", "desktop", 128.0)).await;
    send(&collector, "c", 1000.0, view("1.3", "phone", 1024.0)).await;
    let other = json!({ "device": "tablet", "page": "/pay", "sampleRate": 0.5, "timings": { "checkout.submit": 256 } });
    send(&collector, "d", 1000.0, other).await;
    // What the same page view reports later counts besides.
    let later = json!({ "view": "view-of-c", "release": "1.3", "device": "phone", "timings": { "checkout.submit": 1024 } });
    collector.beacon(beacon_with("e", later)).await;
    let row = |name: &str, count, p50| (name.to_owned(), count, Some(p50));
    let mut before = None;
    for step in 0..4 {
        let by_device = [row("phone", 5, 1024.0), row("tablet", 2, 256.0), row("desktop", 2, 128.0)];
        assert_eq!(timing(&collector, "by=device").await, by_device, "step {step}");
        let by_release = [row("1.2", 4, 128.0), row("1.3", 3, 1024.0), row("(unknown)", 2, 256.0)];
        assert_eq!(timing(&collector, "by=release").await, by_release, "step {step}");
        let by_connection = timing(&collector, "by=connection").await;
        assert_eq!(by_connection, [row("4g", 6, 512.0), row("(unknown)", 3, 256.0)], "step {step}");
        let of_page: u64 = timing(&collector, "by=device&page=/pay").await.iter().map(|row| row.1).sum();
        assert_eq!(of_page, 2, "step {step}");
        let by_both = timing(&collector, "by=release_device").await;
        assert_eq!(by_both[0], row("1.3 phone", 3, 1024.0), "step {step}");
        for dimension in DIMENSIONS {
            for (value, count, p50) in timing(&collector, &format!("by={dimension}")).await {
                let split = value.replace(' ', ":");
                let report: Custom = collector.chart(&format!("/api/custom?split={dimension}:{split}")).await;
                let one = report.distributions.iter().find(|one| one.name == "checkout.submit");
                let found = one.map(|one| (one.count, rounded(one.p50)));
                assert_eq!(found, (count > 0).then_some((count, p50)), "{dimension}:{split}");
                assert!(report.counters.is_empty() && report.gauges.is_empty());
            }
        }
        let whole: Custom = collector.chart("/api/custom").await;
        assert_eq!((whole.distributions.len(), whole.counters.len()), (2, 1));
        let none = splits(&collector, "by=device").await;
        assert!(none.values.iter().all(|split| split.timing.is_none()));
        let now = splits(&collector, "by=release_device&timing=checkout.submit").await;
        assert_eq!(*before.get_or_insert_with(|| now.clone()), now, "step {step}");
        collector.advance([7 * HOUR, 3 * DAY, 40 * DAY, 0][step]);
        collector.app.store.sweep(collector.now()).await.unwrap();
        collector.app.store.sweep(collector.now()).await.unwrap();
    }
}

#[tokio::test]
async fn timings_beyond_the_bound_are_refused_with_what_to_do_and_a_dropped_one_makes_a_place() {
    let collector = Collector::new();
    for step in 0..21 {
        send(&collector, &format!("a{step}"), 1000.0, json!({ "timings": { format!("step.{step}"): 5 } }))
            .await;
    }
    let ask = async |name: &str| collector.get(&format!("/api/splits?by=device&timing={name}")).await;
    assert_eq!(ask("step.19").await.status, 200);
    assert_eq!(ask("step.20").await.failure(), (400, "unsplit_timing".to_owned()));
    assert!(ask("step.20").await.text().contains("whippet names drop histogram"));
    collector
        .aside(|source| whippet_store::name_admin::drop_name(source, Kind::Histogram, "step.3", None, false))
        .unwrap();
    send(&collector, "b", 1000.0, json!({ "timings": { "step.20": 7 } })).await;
    let found = splits(&collector, "by=device&timing=step.20").await;
    assert_eq!(found.values[0].timing.map(|timing| timing.count), Some(1), "from then on");
    assert_eq!(ask("step.3").await.failure(), (400, "unknown_timing".to_owned()));
}
