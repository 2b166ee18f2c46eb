//! Figures that must not mislead: known values are sent, and the reports are compared with them.
use serde_json::{Value, json};
use whippet_api::{Backend, Level, Loading, Overview, Subject, Vitals};
use whippet_collector::scrape::Outcome;

use crate::harness::{Collector, DAY, HOUR, MINUTE, SECOND, START, beacon_with};

/// Sends one page view for each of `values`.
async fn report(collector: &Collector, app: &str, metric: &str, values: &[f64], more: Value) {
    for (index, value) in values.iter().enumerate() {
        let mut beacon = beacon_with(
            &format!("{app}{metric}{index}{}", more["navigation"].as_str().unwrap_or_default()),
            json!({ "app": app, "vitals": { metric: { "value": value } } }),
        );
        for (key, value) in more.as_object().unwrap() {
            beacon[key] = value.clone();
        }
        collector.beacon(beacon).await;
    }
}

async fn vitals(collector: &Collector, query: &str) -> Vitals {
    let (from, to) = (START - HOUR, collector.now());
    collector.get(&format!("/api/vitals?{query}&from={from}&to={to}")).await.json()
}

async fn overview(collector: &Collector, query: &str) -> Overview {
    let (from, to) = (START - HOUR, collector.now());
    collector.get(&format!("/api/overview?{query}&from={from}&to={to}")).await.json()
}

fn level<'a>(overview: &'a Overview, subject: &str, name: &str) -> &'a Level {
    let wanted = |level: &&Level| level.subject == subject && level.name == name;
    overview.levels.iter().find(wanted).unwrap_or_else(|| panic!("{subject}: {name}"))
}

fn of(parts: &[(usize, f64)]) -> Vec<f64> {
    parts.iter().flat_map(|&(times, value)| std::iter::repeat_n(value, times)).collect()
}

/// Buckets lie across the thresholds, so that the middle of a bucket can be on the other side than the value. Checked while the
/// page views are open, after they were folded, and after their minutes were merged into an hour.
#[tokio::test]
async fn a_p75_is_on_the_side_of_the_threshold_that_the_counts_say() {
    let collector = Collector::new();
    // In each case the value at rank 75 of 100 is close to one threshold.
    let mut cases: Vec<(String, &str, Vec<f64>, f64)> = Vec::new();
    let thresholds = [
        ("LCP", 2500.0, 4000.0),
        ("INP", 200.0, 500.0),
        ("CLS", 0.1, 0.25),
        ("FCP", 1800.0, 3000.0),
        ("TTFB", 800.0, 1800.0),
    ];
    for (metric, good, poor) in thresholds {
        for (name, at) in [
            ("good", good),
            ("nearly", good * 0.999),
            ("fair", good * 1.001),
            ("middle", poor),
            ("poor", poor * 1.001),
        ] {
            // The values span many octaves, so that buckets are wide.
            let values =
                of(&[(1, good / 2000.0), (49, good / 3.0), (26, at), (22, poor * 1.2), (2, poor * 60.0)]);
            cases.push((format!("{metric}-{name}"), metric, values, at));
        }
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    for (app, metric, values, _) in &cases {
        report(&collector, app, metric, values, json!({})).await;
    }
    for step in 0..3 {
        for (app, metric, values, exact) in &cases {
            let found = vitals(&collector, &format!("app={app}")).await;
            let vital = found.metrics.iter().find(|vital| vital.name == *metric).unwrap();
            let side = |value: f64| (value <= vital.good, value <= vital.poor);
            let shown = vital.p75.unwrap();
            assert_eq!(side(shown), side(*exact), "{app} in step {step}: {shown} for {exact}");
            assert!((shown / exact - 1.0).abs() < 0.05, "{app} in step {step}: {shown} for {exact}");
            let place = found.metrics.iter().position(|vital| vital.name == *metric).unwrap();
            assert_eq!(side(found.pages[0].p75[place].unwrap()), side(*exact), "{app}, its page");
            let drawn = vital.chart.lines[0].values.iter().flatten().next().unwrap();
            assert_eq!(side(*drawn), side(*exact), "{app}, its chart");
            let good = values.iter().filter(|value| **value <= vital.good).count() as u64;
            assert_eq!(vital.ratings[0], good, "{app}");
            let overview = overview(&collector, &format!("app={app}")).await;
            let level = level(&overview, app, &format!("{metric} p75"));
            assert_eq!(level.met(), Some(*exact <= vital.good), "{app} in step {step}");
        }
        collector.advance([7 * HOUR, 3 * DAY, 0][step]);
        collector.app.store.sweep(collector.now()).await.unwrap();
    }
}

async fn scraped(collector: &Collector, counts: &[(&str, f64)]) {
    let series = |(bound, count): &(&str, f64)| {
        (format!("http_request_duration_seconds_bucket{{le=\"{bound}\"}}"), *count)
    };
    let samples: Vec<(String, f64)> = counts.iter().map(series).collect();
    let samples: Vec<(&str, f64)> = samples.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    collector.scraped(&samples).await;
}

#[tokio::test]
async fn a_percentile_beyond_the_last_finite_bucket_is_not_met() {
    let collector = Collector::new();
    for step in 0..3 {
        let all = f64::from(step) * 100.0;
        scraped(&collector, &[("0.1", all * 0.6), ("0.5", all * 0.96), ("+Inf", all)]).await;
        collector.advance(5 * SECOND);
    }
    let found = overview(&collector, "").await;
    let read = |name| {
        let level = level(&found, "shop", name);
        (level.value.map(f64::round), level.beyond, level.met())
    };
    assert_eq!(read("Response p50"), (Some(83.0), false, Some(true)));
    assert_eq!(read("Response p95"), (Some(489.0), false, Some(true)));
    // 4 % took longer than 500 ms, the last finite bound, so the p99 may be above the level's 1000 ms.
    assert_eq!(read("Response p99"), (Some(500.0), true, Some(false)));
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    let line = |name| backend.latency.lines.iter().find(|line| line.name == name).unwrap();
    assert!(line("p95").beyond.is_empty());
    assert_eq!(line("p99").beyond.last(), Some(&true));
}

#[tokio::test]
async fn a_level_of_an_app_has_its_number_of_page_views() {
    let collector = Collector::new();
    report(&collector, "web", "LCP", &[100.0, 200.0, 300.0], json!({})).await;
    let found = overview(&collector, "").await;
    assert_eq!(level(&found, "web", "LCP p75").count, Some(3));
    assert_eq!(level(&found, "web", "CLS p75").count, Some(0));
}

#[tokio::test]
async fn the_overview_names_stopped_and_down_subjects_and_leaves_out_the_collector() {
    let collector = Collector::new();
    report(&collector, "web", "LCP", &[100.0], json!({})).await;
    scraped(&collector, &[("0.1", 1.0), ("+Inf", 1.0)]).await;
    collector.app.target_status.record("shop", Outcome { at: START, ..Outcome::default() });
    let subject = |overview: &Overview, name: &str| -> Subject {
        overview.subjects.iter().find(|subject| subject.name == name).unwrap().clone()
    };
    collector.advance(10 * SECOND);
    let found = overview(&collector, "").await;
    assert!(found.levels.iter().all(|level| level.subject != "collector"));
    let names: Vec<&str> = found.subjects.iter().map(|subject| subject.name.as_str()).collect();
    assert_eq!(names, ["shop", "web"]);
    for name in names {
        let subject = subject(&found, name);
        assert_eq!((subject.last, subject.stopped, subject.error), (Some(START), false, None), "{name}");
    }

    collector.advance(16 * MINUTE);
    let error = Some("connection refused".to_owned());
    let failed = Outcome { at: collector.now(), error, ..Outcome::default() };
    collector.app.target_status.record("shop", failed);
    let found = overview(&collector, "").await;
    let shop = subject(&found, "shop");
    assert_eq!((shop.last, shop.stopped), (Some(START), true));
    assert_eq!(shop.error.as_deref(), Some("connection refused"));
    assert_eq!((subject(&found, "web").last, subject(&found, "web").stopped), (Some(START), true));
    // Each level is still listed, without a value.
    assert_eq!(level(&found, "shop", "Response p95").value, None);
    assert_eq!(level(&found, "web", "INP p75").met(), None);

    let one = overview(&collector, "app=other").await;
    assert!(one.subjects.iter().all(|subject| subject.backend), "no other app's");
}

#[tokio::test]
async fn soft_navigations_do_not_lower_the_loading_times_of_documents() {
    let collector = Collector::new();
    for metric in ["LCP", "FCP", "TTFB", "INP", "CLS"] {
        let slow = if metric == "CLS" { 0.5 } else { 5000.0 };
        report(&collector, "web", metric, &of(&[(3, slow)]), json!({})).await;
        report(&collector, "web", metric, &of(&[(12, 0.0)]), json!({ "navigation": "soft-navigation" }))
            .await;
        report(&collector, "web", metric, &[slow], json!({ "navigation": "reload" })).await;
    }
    for step in 0..3 {
        let read = |found: &Vitals| -> Vec<(u64, bool)> {
            found.metrics.iter().map(|vital| (vital.count, vital.p75 == Some(0.0))).collect()
        };
        let (documents, routes) = ((4, false), (12, true));
        let all = (16, true);
        assert_eq!(read(&vitals(&collector, "app=web").await), [documents, all, all, documents, documents]);
        assert_eq!(read(&vitals(&collector, "navigation=document").await), [documents; 5], "step {step}");
        assert_eq!(read(&vitals(&collector, "navigation=soft").await), [routes; 5], "step {step}");
        let found = overview(&collector, "").await;
        assert_eq!(level(&found, "web", "TTFB p75").met(), Some(false));
        collector.advance([7 * HOUR, 3 * DAY, 0][step]);
        collector.app.store.sweep(collector.now()).await.unwrap();
    }
    let refused = collector.get("/api/vitals?navigation=sideways").await;
    assert_eq!(refused.failure(), (400, "bad_query".to_owned()));
}

#[tokio::test]
async fn a_step_that_has_not_ended_is_marked() {
    let collector = Collector::new();
    collector.advance(HOUR);
    let chart = |found: Vitals| found.metrics[0].chart.unfinished;
    assert!(!chart(collector.chart("/api/vitals").await));
    collector.advance(10 * SECOND);
    assert!(chart(collector.chart("/api/vitals").await));
    assert!(
        !collector.chart::<Backend>("/api/backend?target=shop").await.rate.unfinished,
        "rates are of whole steps"
    );
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_cut_off_with_a_reason() {
    let collector = Collector::with(|options| options.patience = std::time::Duration::ZERO, |_| {});
    for minute in 0..3 {
        report(&collector, &format!("web{minute}"), "LCP", &of(&[(400, 100.0)]), json!({})).await;
        // Written now: more than 1,000 that are new together would be counted, and those that wait are read one by one.
        collector.get("/api/errors").await;
        collector.advance(MINUTE);
    }
    let (from, to) = (START - HOUR, collector.now());
    let answer = collector.get(&format!("/api/vitals?from={from}&to={to}")).await;
    assert_eq!(answer.failure(), (503, "took_too_long".to_owned()));
    assert_eq!(answer.headers["retry-after"], "60");
    // The connection is usable afterwards.
    assert_eq!(collector.get("/api/errors").await.status, 200);
}

#[tokio::test]
async fn a_report_is_cached_until_a_beacon_arrives() {
    let collector = Collector::new();
    report(&collector, "web", "LCP", &[100.0], json!({})).await;
    collector.advance(HOUR);
    let asked = async |series: &str| {
        collector.figure(&format!("db_query_duration_seconds_count{{operation=\"{series}\"}}")).await
    };
    let count = |found: Vitals| found.metrics[0].count;
    assert_eq!(count(vitals(&collector, "").await), 1);
    let before = asked("read_vitals").await;
    assert_eq!(before, 1.0);
    // Neither a small move of the window nor a scrape outdates the report.
    collector.advance(1);
    scraped(&collector, &[("+Inf", 1.0)]).await;
    assert_eq!(count(vitals(&collector, "").await), 1);
    assert_eq!(asked("read_vitals").await, before);
    assert_eq!(vitals(&collector, "app=other").await.metrics[0].count, 0, "another question");
    report(&collector, "web2", "LCP", &[100.0], json!({})).await;
    assert_eq!(count(vitals(&collector, "").await), 2);
}

/// The bound of 2 s lies within a bucket, so slow page loads are counted one by one. Checked after ingest, after a sweep, and
/// after their minutes were merged into an hour.
#[tokio::test]
async fn page_loads_are_rated_by_their_count() {
    let collector = Collector::new();
    // 95 of 100, and 94 of 100, are below the bound.
    for (app, fast) in [("met", 95), ("missed", 94)] {
        for index in 0..100 {
            let load = if index < fast { 1999.5 } else { 2000.5 };
            let more = json!({ "app": app, "timings": { "page.load": load } });
            collector.beacon(beacon_with(&format!("{app}{index}"), more)).await;
        }
    }
    for (step, advance) in [0, MINUTE, 3 * DAY].into_iter().enumerate() {
        collector.advance(advance);
        collector.app.store.sweep(collector.now()).await.unwrap();
        for (app, met) in [("met", true), ("missed", false)] {
            let overview = overview(&collector, "").await;
            let level = level(&overview, app, "Page load p95");
            assert_eq!((level.met(), level.count), (Some(met), Some(100)), "{app} in step {step}");
            let shown = level.value.unwrap();
            assert!((shown / 2000.0 - 1.0).abs() < 0.022, "{shown}");
            let loading: Loading = collector.chart(&format!("/api/loading?app={app}")).await;
            assert_eq!(loading.load.unwrap().p95, Some(shown), "both pages show the same");
        }
    }
}
