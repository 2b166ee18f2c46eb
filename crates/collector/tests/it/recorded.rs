//! Ten days of beacons from a seed, and reports over many windows. `recorded.txt` has a hash of each answer of the version
//! that kept one row per minute and metric: what is kept, and how, must not change a figure.
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::harness::{Collector, DAY, HOUR, MINUTE, START};

/// The same sequence of numbers in every run: the constants are Knuth's for MMIX.
struct Seed(u64);

impl Seed {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

/// Whole numbers only, so that sums of floating point do not depend on their order.
fn beacon(seed: &mut Seed, id: usize, now: i64) -> Value {
    // Every fifth reports for an earlier page view.
    let view = if id.is_multiple_of(5) { id.saturating_sub(3) } else { id };
    let app = if seed.below(4) == 0 { "blog" } else { "shop" };
    let mut vitals = serde_json::Map::new();
    for (metric, most) in [("LCP", 6000), ("INP", 700), ("FCP", 4000), ("TTFB", 2500)] {
        if seed.below(3) > 0 {
            let value = 1 + seed.below(most) * (1 + seed.below(3));
            let mut vital = json!({ "value": value, "target": seed.pick(&["main>img", "#buy", "", "h1"]) });
            if metric == "LCP" && seed.below(2) == 0 {
                vital["parts"] = json!({ "ttfb": value / 4, "load": value / 2 });
            }
            vitals.insert(metric.to_owned(), vital);
        }
    }
    vitals.insert("CLS".to_owned(), json!({ "value": seed.below(60) as f64 / 128.0, "state": "complete" }));
    let calls = 1 + seed.below(4);
    let mut beacon = json!({
        "v": 1, "id": format!("b{id}"), "session": "s", "view": format!("v{view}"), "app": app,
        "page": seed.pick(&["/", "/items/:id", "/cart", "/search", "/account", "/help"]),
        "release": seed.pick(&["1.0", "1.1", "2.0"]), "device": seed.pick(&["desktop", "phone", "tablet"]),
        "connection": seed.pick(&["4g", "3g"]),
        "navigation": seed.pick(&["navigate", "reload", "soft-navigation", "navigate"]),
        "sentAt": now, "vitals": vitals, "sampleRate": if seed.below(3) == 0 { 0.5 } else { 1.0 },
        "timings": { "page.load": 300 + seed.below(4000), "server.db": [seed.below(40), seed.below(400)] },
        "counters": { "query.hits": seed.below(20), "query.misses": seed.below(5), "cart.added": seed.below(3) },
        "gauges": { "cart.items": seed.below(9) },
        "phases": { "dns": seed.below(30), "request": seed.below(200) },
        "histograms": { "query.fetch": { "scale": 1, "offset": 13, "counts": [calls, 1], "sum": 100 * calls + 150, "min": 100, "max": 150 } },
        "resources": { "cdn.example": { "image": {
            "count": seed.below(9), "bytes": seed.below(90_000), "duration": seed.below(3000), "slowest": seed.below(900) } } },
        "scripts": [{ "source": "app.js", "invoker": seed.pick(&["a", "b"]), "count": 1, "duration": seed.below(300), "forced": 3 }],
        "dropped": 2, "drops": { "scripts": 1, "beacons": 1 },
    });
    if seed.below(6) == 0 {
        let message = format!("{} is missing", seed.pick(&["cart", "user", "price"]));
        beacon["errors"] =
            json!([{ "message": message, "source": "app.js:1:2", "count": 1 + seed.below(3) }]);
        beacon["routes"] = json!({ "/routes/:id": 1 + seed.below(4) });
    }
    beacon
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The windows: their ends before now, and their lengths. Windows of old data begin with an hour, as it has no minutes.
fn windows(now: i64) -> Vec<(String, i64, i64)> {
    let whole = now - now.rem_euclid(DAY);
    let mut windows = Vec::new();
    for (name, length) in [
        ("15m", 15 * MINUTE),
        ("1h", HOUR),
        ("6h", 6 * HOUR),
        ("24h", DAY),
        ("7d", 7 * DAY),
        ("10d", 10 * DAY),
    ] {
        windows.push((format!("last {name}"), now - length, now));
    }
    windows.push(("a day of minutes".to_owned(), now - 30 * HOUR, now - 6 * HOUR));
    windows.push(("an old hour".to_owned(), whole - 5 * DAY + 7 * HOUR, whole - 5 * DAY + 8 * HOUR));
    windows.push(("an old day".to_owned(), whole - 5 * DAY, whole - 4 * DAY));
    windows.push((
        "old days, and a bit".to_owned(),
        whole - 6 * DAY + 5 * HOUR,
        whole - 3 * DAY + 7 * HOUR + 11 * MINUTE,
    ));
    windows
}

#[tokio::test]
async fn figures_are_those_of_the_version_that_kept_single_rows() {
    let collector = Collector::new();
    let mut seed = Seed(16);
    let mut sent = 0;
    let end = START + 10 * DAY + 14 * HOUR + 23 * MINUTE;
    let mut swept = START;
    while collector.now() < end {
        for _ in 0..2 {
            sent += 1;
            collector.beacon(beacon(&mut seed, sent, collector.now())).await;
        }
        collector.advance(47 * MINUTE);
        if collector.now() - swept > 5 * HOUR {
            swept = collector.now();
            collector.app.store.sweep(swept).await.unwrap();
        }
    }
    collector.app.store.sweep(collector.now()).await.unwrap();
    for _ in 0..5 {
        sent += 1;
        collector.beacon(beacon(&mut seed, sent, collector.now())).await;
        collector.advance(3 * MINUTE);
    }
    let mut found = String::new();
    let mut texts = Vec::new();
    for (name, from, to) in windows(collector.now()) {
        for question in [
            "vitals?",
            "vitals?app=shop",
            "vitals?app=shop&page=/cart",
            "vitals?navigation=soft",
            "toolkit?app=shop",
            "loading?",
            "loading?app=shop&page=/cart",
            "custom?",
            "errors?app=shop",
            "overview?",
        ] {
            // Errors were kept by the minute at any age. Now they are kept by the hour, as all else is.
            if question.starts_with("errors") && name.contains("old") {
                continue;
            }
            let answer = collector.get(&format!("/api/{question}&from={from}&to={to}")).await.text();
            let _ = writeln!(found, "{name}: {question} {:016x}", hash(&answer));
            texts.push((format!("{name}: {question}"), answer));
        }
    }
    if let Ok(folder) = std::env::var("RECORD") {
        std::fs::write(format!("{folder}/recorded.txt"), &found).unwrap();
        let all: String = texts.iter().map(|(name, text)| format!("{name}\t{text}\n")).collect();
        std::fs::write(format!("{folder}/answers.tsv"), all).unwrap();
    }
    let recorded = include_str!("recorded.txt");
    for ((expected, found), (name, text)) in recorded.lines().zip(found.lines()).zip(&texts) {
        assert_eq!(expected, found, "{name} is now {text}");
    }
    assert_eq!(recorded.lines().count(), found.lines().count());
}
