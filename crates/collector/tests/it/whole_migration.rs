//! A file of the format before cells with every kind of row: all of it is told after the migration, by the minute and by the hour.
use rusqlite::{Connection, params};
use serde_json::Value;
use whippet_api::Vitals;
use whippet_engine::stats::StoredHistogram;

use crate::harness::{Collector, HOUR, MINUTE, START, beacon_with};

/// When a row is from. The older ones are an hour that was merged.
const TIMES: [i64; 3] = [START, START + 2 * HOUR, START + 2 * HOUR + 5 * MINUTE];

fn histogram(values: &[f64]) -> Vec<u8> {
    let mut histogram = StoredHistogram::new();
    values.iter().for_each(|value| assert!(histogram.record(*value)));
    histogram.to_bytes()
}

/// A file of format 8.
fn format_8(folder: &std::path::Path) {
    let old = Connection::open(folder.join("whippet.db")).unwrap();
    for schema in [
        include_str!("../../../store/src/schema_1.sql"),
        include_str!("../../../store/src/schema_2.sql"),
        include_str!("../../../store/src/schema_3.sql"),
        include_str!("../../../store/src/schema_4.sql"),
        include_str!("../../../store/src/schema_5.sql"),
        include_str!("../../../store/src/schema_6.sql"),
        include_str!("../../../store/src/schema_7.sql"),
        include_str!("../../../store/src/schema_8.sql"),
    ] {
        old.execute_batch(schema).unwrap();
    }
    let last = TIMES[2];
    old.execute_batch(&format!(
        "INSERT INTO names (id, kind, parent, name, used, last) VALUES
           (1, 0, 0, 'shop', {last}, {last}), (2, 1, 1, '/a', {last}, NULL), (3, 1, 1, '/b', {last}, NULL),
           (4, 2, 1, 'clicks', {last}, NULL), (5, 3, 1, 'page.load', {last}, NULL), (6, 3, 1, 'own', {last}, NULL),
           (7, 4, 1, 'cdn.example', {last}, NULL), (8, 5, 1, 'main>img', {last}, NULL),
           (9, 6, 1, 'app.js' || char(10) || 'onclick', {last}, NULL), (10, 7, 1, 'cart', {last}, NULL),
           (11, 8, 1, 'https://cdn.example/a.png', {last}, NULL), (12, 9, 1, 'complete', {last}, NULL);
         UPDATE names SET confirmed = 1;
         INSERT INTO errors (id, app, fingerprint, message, source, stack, scored) VALUES
           (1, 1, 'x', 'x is missing', 'app.js:1:2', 'at x', {last});
         INSERT INTO beacons (id, received) VALUES ('known', {last});
         INSERT INTO totals (name, value) VALUES ('beacons', 12), ('last_beacon', {last}), ('rolled_up', {});
         INSERT INTO views (id, app, view, page, minute, folded, weight, navigation) VALUES
           (1, 1, 'open', 2, {last}, 0, 2, 0), (2, 1, 'soft', 3, {last}, 0, 1, 6), (3, 1, 'ended', 2, {last}, 1, 1, 0);
         INSERT INTO measures (view, metric, value, sent, element, parts, url, state) VALUES
           (1, 0, 1300.5, {last}, 8, '400,0,0,1000', 11, 0), (2, 2, 0.05, {last}, 8, '', 0, 12);
         INSERT INTO targets (id, name, address) VALUES (1, 'shop', 'http://shop.example/metrics');
         INSERT INTO series (id, target, name, labels, counter, base, seen) VALUES
           (1, 1, 'requests_total', '{{\"route\":\"/\"}}', 1, 0.0, {last}), (2, 1, 'in_flight', '{{}}', 0, 0.0, {last});
         INSERT INTO backend_events (id, target, kind, fingerprint, text, source, route, stack, last) VALUES
           (1, 1, 0, 'e', 'boom', 'a.rs', '/', '', {last}), (2, 1, 1, 'q', 'SELECT ?', '', '', '', {last});
         INSERT INTO backend_event_sightings (target, key, count, seen) VALUES (1, 'k', 3, {last});",
        START + HOUR,
    ))
    .unwrap();
    for (place, time) in TIMES.into_iter().enumerate() {
        let page = 2 + place as i64 % 2;
        let at = params![time, page];
        for sql in [
            "INSERT INTO page_views VALUES (?1, 1, ?2, 3)",
            "INSERT INTO counters VALUES (?1, 1, ?2, 4, 5)",
            "INSERT INTO gauges VALUES (?1, 1, ?2, 10, 2, 6.0, 1.0, 5.0)",
            "INSERT INTO resources VALUES (?1, 1, ?2, 7, 0, 4, 4000, 1, 1, 200.0, 90.0)",
            "INSERT INTO scripts VALUES (?1, 1, ?2, 9, 2, 120.0, 10.0)",
            "INSERT INTO losses VALUES (?1, 1, ?2, 'timings', 7)",
            "INSERT INTO error_counts VALUES (?1, 1, ?2, 4, ?1, ?1)",
        ] {
            old.execute(sql, at).unwrap();
        }
        let vital = "INSERT INTO vitals VALUES (?1, 1, ?2, 0, 1, 1, 1, ?3)";
        old.execute(vital, params![time, page, histogram(&[1000.0, 3000.0, 5000.0])]).unwrap();
        let element = "INSERT INTO elements VALUES (?1, 1, ?2, 0, ?3, ?4)";
        for (cause, value) in [(8, 1000.0), (11, 3000.0)] {
            old.execute(element, params![time, page, cause, histogram(&[value])]).unwrap();
        }
        old.execute(
            "INSERT INTO parts VALUES (?1, 1, ?2, 0, 0, ?3)",
            params![time, page, histogram(&[400.0])],
        )
        .unwrap();
        let timing = "INSERT INTO histograms VALUES (?1, 1, ?2, ?3, ?4, ?5)";
        old.execute(timing, params![time, page, 5, histogram(&[900.0, 2500.0]), 1]).unwrap();
        old.execute(timing, params![time, page, 6, histogram(&[70.0]), 0]).unwrap();
        old.execute("INSERT INTO scrapes VALUES (1, ?1)", [time]).unwrap();
        for (series, value) in [(1, 100.0 * place as f64), (2, 4.0)] {
            old.execute("INSERT INTO samples VALUES (?1, ?2, ?3)", params![series, time, value]).unwrap();
        }
        for event in [1, 2] {
            let counts = "INSERT INTO backend_event_counts VALUES (?1, ?2, 2, ?1, ?1, 30.0, 20.0)";
            old.execute(counts, params![time, event]).unwrap();
        }
    }
    old.pragma_update(None, "user_version", 8).unwrap();
}

/// The value of `member` of the one of a list that is called `name`.
fn named<'v>(list: &'v Value, name: &str, member: &str) -> &'v Value {
    let one = list.as_array().unwrap().iter().find(|one| {
        ["name", "host", "message", "text", "kind", "source"].iter().any(|key| one[*key] == name)
    });
    &one.unwrap_or_else(|| panic!("no {name} in {list}"))[member]
}

async fn check(collector: &Collector) {
    let vitals: Vitals = collector.chart("/api/vitals").await;
    let lcp = &vitals.metrics[0];
    // Three rows of three, and an open page view that stands for two.
    assert_eq!((lcp.count, lcp.ratings), (11, [5, 3, 3]));
    assert_eq!((lcp.elements[0].name.as_str(), lcp.elements[0].count), ("main>img", 5));
    assert_eq!((lcp.urls[0].name.as_str(), lcp.urls[0].count), ("https://cdn.example/a.png", 5));
    assert_eq!((lcp.parts[0].name.as_str(), lcp.parts[0].p75), ("ttfb", Some(400.0)));
    let cls = vitals.metrics.iter().find(|metric| metric.name == "CLS").unwrap();
    assert_eq!((cls.count, cls.states[0].name.as_str()), (1, "complete"), "of a soft navigation");
    let views: Vec<(&str, u64)> = vitals.pages.iter().map(|page| (page.page.as_str(), page.views)).collect();
    assert_eq!(views, [("/a", 8), ("/b", 4)]);

    let custom: Value = collector.chart("/api/custom").await;
    assert_eq!(named(&custom["counters"], "clicks", "total"), 15.0, "{custom}");
    assert_eq!(named(&custom["gauges"], "cart", "count"), 6.0);
    assert_eq!(named(&custom["distributions"], "own", "count"), 3);
    let loading: Value = collector.chart("/api/loading").await;
    assert_eq!(loading["load"]["count"], 6);
    assert_eq!(named(&loading["resources"], "cdn.example", "count"), 12.0, "{loading}");
    assert_eq!(named(&loading["scripts"], "app.js", "count"), 6.0, "{loading}");
    let errors: Value = collector.chart("/api/errors").await;
    assert_eq!(named(&errors["errors"], "x is missing", "count"), 12, "{errors}");
    assert_eq!(named(&errors["backends"], "boom", "count"), 6, "{errors}");
    let slow: Value = collector.chart("/api/slow_queries?target=shop").await;
    assert!(slow.to_string().contains("SELECT ?"), "{slow}");
    let overview: Value = collector.chart("/api/overview").await;
    assert_eq!(named(&overview["losses"], "timings", "count"), 21.0, "{overview}");
    let load = overview["levels"].as_array().unwrap().iter().find(|level| level["name"] == "Page load p95");
    assert_eq!((&load.unwrap()["count"], &load.unwrap()["value"]), (&6.into(), &2500.0.into()));
    let samples = collector.samples().await;
    let requests = samples.iter().filter(|kept| kept.name == "requests_total").filter_map(|kept| kept.value);
    assert_eq!(requests.fold(0.0, f64::max), 200.0);
    assert!(samples.iter().any(|kept| kept.name == "in_flight" && kept.value == Some(4.0)));
    assert_eq!(collector.status().await.beacons, 12);
}

#[tokio::test]
async fn every_kind_of_row_of_an_older_file_is_told_after_the_migration() {
    let folder = tempfile::tempdir().unwrap();
    format_8(folder.path());
    let collector = Collector::on(folder);
    collector.advance(3 * HOUR);
    check(&collector).await;
    // What it knows it knows: a beacon counts once, and a page view that ended takes no more.
    let late = serde_json::json!({ "LCP": { "value": 9000 } });
    collector
        .beacon(beacon_with("known", serde_json::json!({ "view": "open", "vitals": late.clone() })))
        .await;
    check(&collector).await;
    // The same once all has ended, and was added up to hours and days.
    for _ in 0..2 {
        collector.advance(30 * HOUR);
        collector.app.store.sweep(collector.now()).await.unwrap();
        check(&collector).await;
    }
}
