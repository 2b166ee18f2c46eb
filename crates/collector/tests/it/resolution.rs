//! Percentiles stay within 5 % of the exact ones, at any age and for any spread of values.
use proptest::prelude::*;
use serde_json::json;
use whippet_api::{Custom, Vitals};
use whippet_engine::stats::Histogram;
use whippet_store::cells::{Level, Section};

use crate::harness::{Collector, DAY, HOUR, MINUTE, START, beacon_with};

const PROMISED: f64 = 0.05;

/// Values that spread over 30 octaves, 0.001 to a million: in 160 buckets each bucket would be 19 % wide.
fn values(count: usize) -> Vec<f64> {
    let mut seed = 7_u64;
    let mut uniform = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut values: Vec<f64> = (0..count - 2).map(|_| 10_f64.powf(1.0 + 3.0 * uniform())).collect();
    values.extend([0.001, 1e6]);
    // A beacon has six decimals.
    values.iter().map(|value| (value * 1e6).round() / 1e6).collect()
}

fn exact(values: &[f64], q: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[((q * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1]
}

fn assert_near(found: Option<f64>, values: &[f64], q: f64, what: &str) {
    let (found, exact) = (found.unwrap(), exact(values, q));
    assert!((found / exact - 1.0).abs() <= PROMISED, "{what}: p{q} is {found} and not {exact}");
}

async fn assert_percentiles(collector: &Collector, to: i64, values: &[f64], age: &str) {
    let ask = async |path: &str| collector.get(&format!("{path}?from={START}&to={to}")).await;
    let vitals: Vitals = ask("/api/vitals").await.json();
    assert_eq!(vitals.metrics[0].count, values.len() as u64);
    assert_near(vitals.metrics[0].p75, values, 0.75, &format!("LCP {age}"));
    assert_near(vitals.metrics[0].elements[0].p75, values, 0.75, &format!("an element {age}"));
    assert_near(vitals.metrics[0].parts[3].p75, values, 0.75, &format!("a part {age}"));
    assert_near(vitals.pages[0].p75[0], values, 0.75, &format!("a page {age}"));
    let custom: Custom = ask("/api/custom").await.json();
    let cart = &custom.distributions[0];
    assert_eq!((cart.name.as_str(), cart.count), ("cart", values.len() as u64));
    for (found, q) in [(cart.p50, 0.5), (cart.p75, 0.75), (cart.p95, 0.95)] {
        assert_near(found, values, q, &format!("a timing {age}"));
    }
}

#[tokio::test]
async fn percentiles_stay_within_five_percent_at_any_age() {
    let collector = Collector::with(|options| options.detail = DAY, |_| {});
    let values = values(400);
    for (id, value) in values.iter().enumerate() {
        let lcp = json!({ "value": value, "target": "main>img", "parts": { "render": value } });
        let beacon = json!({ "page": "/", "vitals": { "LCP": lcp }, "timings": { "cart": value } });
        collector.beacon(beacon_with(&id.to_string(), beacon)).await;
        collector.advance(MINUTE / 4);
    }
    let end = collector.now();
    assert_percentiles(&collector, end, &values, "as page views are open").await;
    collector.advance(7 * HOUR);
    sweep(&collector).await;
    assert_eq!(collector.open_measures().await, 0);
    assert_percentiles(&collector, end, &values, "once page views are folded").await;
    collector.advance(3 * DAY);
    sweep(&collector).await;
    assert_eq!(collector.cells(Level::Minute, Section::Vitals).await, 0);
    assert!(collector.cells(Level::Hour, Section::Vitals).await <= 3);
    assert_percentiles(&collector, end, &values, "by the hour").await;
}

async fn sweep(collector: &Collector) {
    collector.app.store.sweep(collector.now()).await.unwrap();
}

/// A histogram as it is in a beacon.
fn sent(values: &[f64]) -> serde_json::Value {
    let mut histogram = Histogram::new();
    for value in values {
        histogram.record(*value);
    }
    let parts = histogram.parts();
    let counts: Vec<i64> =
        parts.counts.iter().map(|count| if *count == 0 { -1 } else { *count as i64 }).collect();
    json!({ "scale": parts.scale, "offset": parts.offset, "counts": counts, "zero": parts.zero,
            "sum": parts.sum, "min": parts.min, "max": parts.max })
}

#[tokio::test]
async fn one_page_with_coarse_buckets_does_not_coarsen_those_of_others() {
    let collector = Collector::with(|options| options.detail = DAY, |_| {});
    let few = [0.001, 0.002, 0.5, 1e6];
    let histogram = sent(&few);
    assert_eq!(histogram["scale"], 2, "19 % wide");
    let values = values(300);
    for (id, values) in values.chunks(10).enumerate() {
        // Half of the pages come before the one with coarse buckets, in the same minute and in others.
        if id == 15 {
            collector
                .beacon(beacon_with("coarse", json!({ "page": "/", "histograms": { "cart": histogram } })))
                .await;
        }
        collector
            .beacon(beacon_with(&id.to_string(), json!({ "page": "/", "timings": { "cart": values } })))
            .await;
        collector.advance(MINUTE / 2);
    }
    let (end, all) = (collector.now(), [values.as_slice(), &few].concat());
    for days in 0..2 {
        collector.advance(days * 3 * DAY);
        sweep(&collector).await;
        let custom: Custom = collector.get(&format!("/api/custom?from={START}&to={end}")).await.json();
        let cart = &custom.distributions[0];
        for (found, q) in [(cart.p50, 0.5), (cart.p75, 0.75), (cart.p95, 0.95)] {
            assert_near(found, &all, q, "beside a coarse histogram");
        }
    }
    assert_eq!(collector.cells(Level::Minute, Section::Histograms).await, 0, "the minutes are merged");
    assert!(collector.cells(Level::Hour, Section::Histograms).await <= 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Pages send buckets of up to 9 %, whose percentiles are within half of that. Merging does not coarsen them.
    #[test]
    fn histograms_of_many_pages_merge_within_five_percent(
        pages in prop::collection::vec(prop::collection::vec(0.5..400.0_f64, 17..60), 2..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let collector = Collector::with(|options| options.detail = DAY, |_| {});
            for (id, values) in pages.iter().enumerate() {
                collector.beacon(beacon_with(&id.to_string(), json!({ "page": "/", "histograms": { "cart": sent(values) } }))).await;
                collector.advance(MINUTE);
            }
            let (end, all) = (collector.now(), pages.concat());
            for _ in 0..2 {
                let custom: Custom = collector.get(&format!("/api/custom?from={START}&to={end}")).await.json();
                let cart = &custom.distributions[0];
                for (found, q) in [(cart.p50, 0.5), (cart.p75, 0.75), (cart.p95, 0.95)] {
                    assert_near(found, &all, q, "many pages");
                }
                collector.advance(3 * DAY);
                sweep(&collector).await;
            }
        });
    }
}
