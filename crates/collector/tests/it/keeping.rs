//! Retention, folding and thinning, and migrations of older files.
use serde_json::json;
use whippet_api::{Backend, Toolkit, Vitals};
use whippet_store::cells::{Level, Section};

use crate::harness::{Collector, DAY, HOUR, MINUTE, SECOND, START, beacon_with};

const REQUESTS: &str = "http_requests_total{route=\"/a\",status=\"200\"}";

fn full(id: &str, lcp: f64) -> serde_json::Value {
    let fetch = json!({ "scale": 1, "offset": 13, "counts": [1], "sum": 100.0, "min": 100.0, "max": 100.0 });
    beacon_with(
        id,
        json!({
            "vitals": { "LCP": { "value": lcp, "rating": "good" } },
            "counters": { "query.hits": 1 },
            "histograms": { "query.fetch": fetch },
            "errors": [{ "message": "x", "source": "y", "count": 1 }],
        }),
    )
}

async fn sweep(collector: &Collector) {
    collector.app.store.sweep(collector.now()).await.unwrap();
}

#[tokio::test]
async fn data_past_retention_is_deleted() {
    let collector = Collector::with(|options| options.retention = DAY, |_| {});
    for id in 0..10 {
        collector.beacon(full(&id.to_string(), 1000.0)).await;
        collector.scraped(&[(REQUESTS, f64::from(id))]).await;
        collector.advance(10 * MINUTE);
    }
    sweep(&collector).await;
    assert_eq!(collector.cells(Level::Minute, Section::Sums).await, 10, "nothing is too old yet");
    // Retention goes by the newest data, and moves by a day per day.
    for _ in 0..5 {
        collector.advance(DAY);
        collector.scraped(&[("other", 1.0)]).await;
        sweep(&collector).await;
    }
    for table in ["beacons", "views", "cells_minute", "cells_hour", "cells_day", "errors", "names"] {
        assert_eq!(collector.rows(table).await, 0, "{table}");
    }
    assert_eq!(collector.rows("series").await, 1, "the other");
    let samples = collector.samples().await;
    assert_eq!((samples.len(), samples[0].name.as_str()), (1, "other"));
    assert_eq!(collector.status().await.beacons, 10, "how many there were is still known");
    // New data is stored as in a new file.
    collector.beacon(full("new", 1000.0)).await;
    collector.scraped(&[(REQUESTS, 1.0)]).await;
    assert_eq!(collector.status().await.apps, ["shop"]);
}

#[tokio::test]
async fn a_series_that_does_not_change_keeps_its_last_value() {
    let collector = Collector::with(|options| options.retention = DAY, |_| {});
    collector.scraped(&[(REQUESTS, 5.0)]).await;
    for _ in 0..100 {
        collector.advance(HOUR);
        collector.scraped(&[(REQUESTS, 5.0)]).await;
    }
    sweep(&collector).await;
    assert_eq!(collector.samples().await.len(), 1, "it never changed");
    collector.advance(5 * SECOND);
    collector.scraped(&[(REQUESTS, 7.0)]).await;
    let (from, to) = (collector.now() - MINUTE, collector.now());
    let backend: Backend =
        collector.get(&format!("/api/backend?target=shop&from={from}&to={to}")).await.json();
    assert_eq!(backend.routes[0].count, 2.0);
}

#[tokio::test]
async fn folding_page_views_changes_no_figure() {
    let collector = Collector::new();
    for id in 0..100 {
        collector.beacon(full(&id.to_string(), 100.0 * f64::from(id))).await;
        collector.advance(SECOND);
    }
    let end = collector.now();
    let ask = || async {
        let answer = collector.get(&format!("/api/vitals?from={START}&to={end}")).await;
        answer.json::<Vitals>()
    };
    let before = ask().await;
    assert_eq!((before.metrics[0].count, before.pages[0].views), (100, 100));
    collector.advance(7 * HOUR);
    sweep(&collector).await;
    assert_eq!(collector.open_measures().await, 0);
    assert_eq!(collector.cells(Level::Minute, Section::Vitals).await, 2);
    assert_eq!(ask().await, before);
    // A late report of a folded page view does not start a new one.
    let late = json!({ "view": "view-of-0", "vitals": { "LCP": { "value": 9e6, "rating": "poor" } } });
    collector.beacon(beacon_with("late", late)).await;
    assert_eq!(ask().await, before);
    assert_eq!(collector.open_measures().await, 0);
}

#[tokio::test]
async fn thinned_data_has_the_same_sums() {
    let collector = Collector::with(|options| options.detail = DAY, |_| {});
    for minute in 0..90 {
        collector.beacon(full(&minute.to_string(), 100.0 * f64::from(minute))).await;
        for scrape in 0..4 {
            collector.scraped(&[(REQUESTS, f64::from(4 * minute + scrape))]).await;
            collector.advance(15 * SECOND);
        }
    }
    let end = collector.now();
    let ask = async |path: &str| collector.get(&format!("{path}from={START}&to={end}")).await;
    let vitals: Vitals = ask("/api/vitals?").await.json();
    let backend: Backend = ask("/api/backend?target=shop&").await.json();
    let toolkit: Toolkit = ask("/api/toolkit?").await.json();

    collector.advance(3 * DAY);
    sweep(&collector).await;
    assert_eq!(collector.samples().await.len(), 3, "the first, and one per hour");
    for section in [Section::Vitals, Section::Sums, Section::Histograms, Section::Errors] {
        assert_eq!(collector.cells(Level::Minute, section).await, 0, "no minutes of {section:?}");
        assert_eq!(collector.cells(Level::Hour, section).await, 2, "one per hour of {section:?}");
        assert_eq!(collector.cells(Level::Day, section).await, 1, "and one per day of {section:?}");
    }
    let later: Vitals = ask("/api/vitals?").await.json();
    assert_eq!(later.metrics[0].p75, vitals.metrics[0].p75);
    assert_eq!((later.metrics[0].count, later.metrics[0].ratings), (90, vitals.metrics[0].ratings));
    assert_eq!(later.pages, vitals.pages);
    assert_eq!(ask("/api/toolkit?").await.json::<Toolkit>().counters, toolkit.counters);
    let later: Backend = ask("/api/backend?target=shop&").await.json();
    assert_eq!((backend.routes[0].count, later.routes[0].count), (359.0, 359.0));
    sweep(&collector).await;
    assert_eq!(collector.samples().await.len(), 3, "sweeping again changes nothing");
}

#[tokio::test]
async fn series_beyond_the_limit_of_a_target_are_dropped() {
    let collector = Collector::with(|options| options.limits.series = 2, |_| {});
    collector.scraped(&[("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 4.0)]).await;
    assert_eq!(collector.rows("series").await, 2);
    assert_eq!(collector.figure("whippet_scrape_series_dropped_total{target=\"shop\"}").await, 2.0);
}

#[tokio::test]
async fn a_file_of_an_unknown_version_is_refused_unchanged() {
    for (version, message) in [(99, "was written by a newer whippet"), (-1, "is of another program")] {
        let collector = Collector::new();
        let other = rusqlite::Connection::open(collector.database()).unwrap();
        other.pragma_update(None, "user_version", version).unwrap();
        drop(other);
        let folder = collector.database().parent().unwrap().to_owned();
        collector.app.store.close().await;
        let copy = tempfile::tempdir().unwrap();
        let file = copy.path().join("whippet.db");
        std::fs::copy(folder.join("whippet.db"), &file).unwrap();
        let before = std::fs::read(&file).unwrap();
        let options = whippet_store::Options::new(copy.path());
        let error = whippet_store::Store::open(options, Default::default()).err().unwrap();
        assert!(error.to_string().contains(message), "{error}");
        assert!(std::fs::read(&file).unwrap() == before, "the file was changed");
    }
}

/// The file has an open page view and a folded one.
#[tokio::test]
async fn a_file_of_format_2_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let old = rusqlite::Connection::open(folder.path().join("whippet.db")).unwrap();
    old.execute_batch(include_str!("../../../store/src/schema_1.sql")).unwrap();
    old.execute_batch(include_str!("../../../store/src/schema_2.sql")).unwrap();
    old.pragma_update(None, "user_version", 2).unwrap();
    old.execute_batch(&format!(
        "INSERT INTO names VALUES (1, 0, 0, 'shop', {START}), (2, 1, 1, '/', {START}), (3, 5, 1, 'main>img', {START});
         INSERT INTO beacons VALUES ('known', {START});
         INSERT INTO totals VALUES ('beacons', 2);
         INSERT INTO views VALUES (1, 1, 'open', 2, {START}, 0, 2);
         INSERT INTO measures VALUES (1, 0, 1234.5, {START}, 3);
         INSERT INTO page_views VALUES ({START}, 1, 2, 1);"
    ))
    .unwrap();
    let mut folded = whippet_engine::stats::Histogram::new();
    folded.record(1234.5);
    old.execute("INSERT INTO vitals VALUES (?1, 1, 2, 0, 1, 0, 0, ?2)", (START, folded.to_bytes())).unwrap();
    old.execute("INSERT INTO elements VALUES (?1, 1, 2, 0, 3, ?2)", (START, folded.to_bytes())).unwrap();
    drop(old);
    let collector = Collector::on(folder);
    collector.advance(MINUTE);
    let vitals: Vitals = collector.chart("/api/vitals").await;
    let lcp = &vitals.metrics[0];
    assert_eq!((lcp.count, lcp.ratings, lcp.p75), (3, [3, 0, 0], Some(1234.5)));
    assert_eq!((lcp.elements[0].name.as_str(), lcp.elements[0].count), ("main>img", 3));
    assert_eq!((lcp.parts.len(), lcp.urls.len(), lcp.states.len()), (0, 0, 0));
    // A new report has phases, and replaces the value of the open page view.
    let newer =
        json!({ "LCP": { "value": 1300, "target": "main>img", "parts": { "ttfb": 300, "render": 1000 } } });
    collector
        .beacon(beacon_with(
            "open-2",
            json!({ "view": "open", "page": "/", "sentAt": START + 1, "vitals": newer }),
        ))
        .await;
    collector
        .beacon(beacon_with("known", json!({ "view": "open", "vitals": { "LCP": { "value": 9 } } })))
        .await;
    for _ in 0..2 {
        let vitals: Vitals = collector.chart("/api/vitals").await;
        let lcp = &vitals.metrics[0];
        assert_eq!((lcp.count, lcp.elements[0].count, lcp.p75), (3, 3, Some(1300.0)));
        let parts: Vec<_> = lcp.parts.iter().map(|part| part.p75).collect();
        assert_eq!(parts, [Some(300.0), Some(0.0), Some(0.0), Some(1000.0)]);
        collector.advance(7 * HOUR);
        sweep(&collector).await;
    }
    assert_eq!(collector.status().await.beacons, 3);
}

#[tokio::test]
async fn a_file_of_format_1_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let old = rusqlite::Connection::open(folder.path().join("whippet.db")).unwrap();
    old.execute_batch(include_str!("../../../store/src/schema_1.sql")).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch(&format!(
        "INSERT INTO names VALUES (1, 0, 0, 'shop', {START}), (2, 1, 1, '/', {START});
         INSERT INTO views VALUES (1, 1, 'view', 2, {START}, 0);
         INSERT INTO measures VALUES (1, 0, 1234.5, {START});
         INSERT INTO errors VALUES (1, 1, 'x', 'x is missing', 'app.js:1:2');
         INSERT INTO error_counts VALUES ({START}, 1, 2, 3, {START}, {START});"
    ))
    .unwrap();
    drop(old);
    let collector = Collector::on(folder);
    collector.advance(MINUTE);
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!((vitals.metrics[0].count, vitals.metrics[0].p75), (1, Some(1234.5)));
    let errors: whippet_api::Errors = collector.chart("/api/errors").await;
    assert_eq!((errors.errors[0].count, errors.errors[0].stack.as_str()), (3, ""));
    collector.beacon(beacon_with("a", json!({ "gauges": { "x": 1 } }))).await;
    let custom: whippet_api::Custom = collector.chart("/api/custom").await;
    assert_eq!((custom.gauges.len(), custom.gauges[0].count), (1, 1.0));
}

/// A collector after three days with a beacon, a scrape and a sweep every hour.
async fn three_days(options: impl FnOnce(&mut whippet_store::Options)) -> Collector {
    let collector = Collector::with(options, |_| {});
    for hour in 0..72 {
        collector.beacon(full(&hour.to_string(), 1000.0)).await;
        collector.scraped(&[(REQUESTS, f64::from(hour))]).await;
        collector.advance(HOUR);
        sweep(&collector).await;
    }
    collector
}

#[tokio::test]
async fn a_wrong_clock_deletes_nothing() {
    for years in [-40, 1, 9, 200] {
        let collector = three_days(|_| {}).await;
        let before =
            [collector.cells(Level::Hour, Section::Vitals).await, collector.samples().await.len() as i64];
        assert_eq!(before, [66, 72]);
        let right = collector.now();
        let collector = collector.restart().await;
        collector.advance(years * 365 * DAY);
        // It sweeps first, then scrapes and goes on.
        for round in 0..40 {
            sweep(&collector).await;
            collector.scraped(&[(REQUESTS, 100.0)]).await;
            collector.beacon(full(&format!("wrong-{years}-{round}"), 1.0)).await;
            collector.advance(15 * MINUTE);
        }
        let collector = collector.restart().await;
        sweep(&collector).await;
        let answer = collector.get(&format!("/api/vitals?from={START}&to={right}")).await;
        assert_eq!(answer.json::<Vitals>().metrics[0].count, 72, "{years} years");
        assert!(collector.samples().await.len() as i64 >= before[1], "{years} years");
        // The clock is corrected: all data is still there.
        collector.advance(right - collector.now());
        for _ in 0..10 {
            collector.advance(HOUR);
            collector.scraped(&[(REQUESTS, 200.0)]).await;
            sweep(&collector).await;
        }
        let answer = collector.get(&format!("/api/vitals?from={START}&to={right}")).await;
        assert_eq!(answer.json::<Vitals>().metrics[0].count, 72, "{years} years");
    }
}

/// For how many minutes page views are there after a sweep with a clock that is so many days ahead.
async fn minutes_after_a_clock_ahead(days: i64) -> u64 {
    let collector = Collector::new();
    collector.beacon(full("before", 1000.0)).await;
    sweep(&collector).await;
    collector.advance(days * DAY);
    sweep(&collector).await;
    collector.advance(-days * DAY);
    for minute in 0..40 {
        collector.advance(MINUTE);
        collector.beacon(full(&format!("after-{minute}"), 1000.0)).await;
        if minute % 10 == 0 {
            sweep(&collector).await;
        }
    }
    let (from, to) = (collector.now() - 15 * MINUTE, collector.now());
    let vitals: Vitals = collector.get(&format!("/api/vitals?from={from}&to={to}")).await.json();
    vitals.metrics[0].count
}

#[tokio::test]
async fn a_clock_that_was_ahead_costs_no_minutes_that_come_after() {
    let right = minutes_after_a_clock_ahead(0).await;
    for days in [2, 3, 7, 8, 400] {
        assert_eq!(minutes_after_a_clock_ahead(days).await, right, "{days} days");
    }
}

#[tokio::test]
async fn the_watermark_moves_by_at_most_a_day_per_day() {
    let collector = three_days(|options| options.retention = 3 * DAY).await;
    // The clock jumps while the collector runs: one day of data may be deleted, and no more.
    collector.advance(300 * DAY);
    collector.scraped(&[(REQUESTS, 100.0)]).await;
    sweep(&collector).await;
    let first = collector.cells(Level::Hour, Section::Vitals).await;
    assert!((65 - 26..65).contains(&first), "{first}");
    for _ in 0..8 {
        sweep(&collector).await;
    }
    assert_eq!(collector.cells(Level::Hour, Section::Vitals).await, first, "no time has passed");
    collector.advance(12 * HOUR);
    sweep(&collector).await;
    let second = collector.cells(Level::Hour, Section::Vitals).await;
    assert!((first - 13..first).contains(&second), "{second} of {first}");
}

#[tokio::test]
async fn after_a_long_stop_retention_catches_up_day_by_day() {
    let collector = three_days(|_| {}).await;
    let collector = collector.restart_with(|options| options.retention = 5 * DAY).await;
    collector.advance(20 * DAY);
    // The data from before the stop is deleted a day per day. When it is gone, retention has caught up.
    for day in 0..9 {
        for _ in 0..4 {
            collector.scraped(&[(REQUESTS, f64::from(100 + day))]).await;
            sweep(&collector).await;
            collector.advance(6 * HOUR);
        }
    }
    for level in Level::ALL {
        assert_eq!(collector.cells(level, Section::Vitals).await, 0, "{level:?}");
    }
    let oldest = collector.samples().await.iter().map(|sample| sample.time).min().unwrap();
    assert!(collector.now() - oldest < 6 * DAY, "{}", (collector.now() - oldest) / HOUR);
}

#[tokio::test]
async fn a_shorter_retention_applies_at_once() {
    let collector = three_days(|_| {}).await;
    let collector = collector.restart_with(|options| options.retention = DAY).await;
    collector.advance(MINUTE);
    sweep(&collector).await;
    assert!(collector.cells(Level::Hour, Section::Vitals).await <= 24);
    assert!(collector.cells(Level::Day, Section::Vitals).await <= 2);
}

#[tokio::test]
async fn wrong_sums_of_an_older_version_are_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let old = rusqlite::Connection::open(folder.path().join("whippet.db")).unwrap();
    for schema in [
        include_str!("../../../store/src/schema_1.sql"),
        include_str!("../../../store/src/schema_2.sql"),
        include_str!("../../../store/src/schema_3.sql"),
    ] {
        old.execute_batch(schema).unwrap();
    }
    old.pragma_update(None, "user_version", 3).unwrap();
    let at = |scrape: i64| START + scrape * 5 * SECOND;
    old.execute("INSERT INTO targets VALUES (1, 'shop')", []).unwrap();
    for scrape in 0..6 {
        old.execute("INSERT INTO scrapes VALUES (1, ?1)", [at(scrape)]).unwrap();
    }
    // The backend said 1000, missing, 1010, missing, 1020, 1030. After each gap the older version added the whole value.
    old.execute(
        "INSERT INTO series VALUES (1, 1, 'http_requests_total', '{\"route\":\"/a\",\"status\":\"200\"}', 1, 2010, ?1)",
        [START],
    )
    .unwrap();
    for (scrape, value) in
        [(0, Some(1000.0)), (1, None), (2, Some(2010.0)), (3, None), (4, Some(3030.0)), (5, Some(3040.0))]
    {
        old.execute("INSERT INTO samples VALUES (1, ?1, ?2)", (at(scrape), value)).unwrap();
    }
    drop(old);
    let collector = Collector::on(folder);
    collector.advance(25 * SECOND);
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    assert_eq!((backend.routes[0].count, backend.inexact_until), (30.0, None));
    collector.advance(5 * SECOND);
    collector.scraped(&[(REQUESTS, 1035.0)]).await;
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    assert_eq!(backend.routes[0].count, 35.0);
}
