//! Levels and objectives, beside what the dashboard shows.
use serde_json::json;
use whippet_api::{AlertState, Alerts, Levels, Overview, Unit, WatchedLevel};
use whippet_collector::watching;

use crate::alerts::collector;
use crate::harness::{Collector, MINUTE, SECOND, START, beacon_with};

async fn levels(collector: &Collector, query: &str) -> Levels {
    let answer = collector.get(&format!("/api/levels{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn find<'a>(levels: &'a Levels, name: &str) -> &'a WatchedLevel {
    levels
        .levels
        .iter()
        .find(|level| level.level.name == name)
        .unwrap_or_else(|| panic!("no {name}: {levels:?}"))
}

/// A backend with a histogram, statuses, gauges and a counter of its own.
async fn scrape(collector: &Collector, step: f64) {
    let bucket = |bound: &str, count: f64| {
        (format!("http_request_duration_seconds_bucket{{le=\"{bound}\",status=\"200\"}}"), count)
    };
    let series = [
        bucket("0.1", 60.0 * step),
        bucket("0.5", 96.0 * step),
        bucket("+Inf", 100.0 * step),
        ("http_request_duration_seconds_sum{status=\"200\"}".to_owned(), 20.0 * step),
        ("http_request_duration_seconds_count{status=\"200\"}".to_owned(), 100.0 * step),
        ("http_requests_total{status=\"200\"}".to_owned(), 98.0 * step),
        ("http_requests_total{status=\"500\"}".to_owned(), 2.0 * step),
        ("orders_total{kind=\"book\"}".to_owned(), 30.0 * step),
        ("orders_total{kind=\"pen\"}".to_owned(), 10.0 * step),
        ("queue_length".to_owned(), 5.0 + step),
    ];
    let series: Vec<(&str, f64)> = series.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    collector.scraped(&series).await;
}

#[tokio::test]
async fn a_level_is_what_the_overview_shows() {
    let collector = Collector::new();
    for step in 0..30 {
        scrape(&collector, f64::from(step)).await;
        let vitals = json!({ "vitals": { "LCP": { "value": 1000.0 + 100.0 * f64::from(step) } },
            "timings": { "page.load": 1500.0 + 50.0 * f64::from(step) } });
        collector.beacon(beacon_with(&step.to_string(), vitals)).await;
        collector.advance(5 * SECOND);
    }
    let seen = levels(&collector, "").await;
    let from = collector.now() - 15 * MINUTE;
    let overview: Overview =
        collector.get(&format!("/api/overview?from={from}&to={}", collector.now())).await.json();
    let told: Vec<_> = overview.levels.iter().filter(|level| level.value.is_some()).collect();
    assert!(told.len() >= 6, "{told:?}");
    for level in told {
        let found = seen.levels.iter().find(|known| {
            known.level.name == level.name
                && known.level.subject == level.subject
                && known.level.backend == level.backend
        });
        let found = found.unwrap_or_else(|| panic!("no {} of {}", level.name, level.subject));
        assert_eq!((found.level.value, found.level.bound), (level.value, level.bound), "{}", level.name);
        assert_eq!((found.level.met(), found.level.unit), (level.met(), level.unit), "{}", level.name);
        assert!(!found.own && found.missing.is_none());
    }
    assert!(
        seen.levels.iter().all(|level| level.level.name != "Response average"),
        "its percentiles are told"
    );
    let of_app = levels(&collector, "?app=shop").await;
    assert!(of_app.levels.iter().all(|level| !level.level.backend) && !of_app.levels.is_empty());
    let of_target = levels(&collector, "?target=shop").await;
    assert_eq!(of_app.levels.len() + of_target.levels.len(), seen.levels.len());
}

/// Each kind of figure, with what was put in.
#[tokio::test]
async fn ones_own_levels_are_on_any_figure() {
    let text: String = [
        ("share", "app = \"shop\"\nfigure = \"LCP\"\naggregate = \"share > 2.5s\"\nbelow = \"20%\""),
        ("mean", "app = \"shop\"\nfigure = \"timing:checkout\"\naggregate = \"mean\"\nbelow = \"1s\""),
        ("views", "app = \"shop\"\nfigure = \"views\"\nabove = 1"),
        ("page", "app = \"shop\"\npage = \"/items/:id\"\nfigure = \"views\"\nabove = 1"),
        ("orders", "app = \"shop\"\nfigure = \"count:orders\"\nabove = 100"),
        ("cart", "app = \"shop\"\nfigure = \"gauge:cart\"\naggregate = \"max\"\nbelow = 100"),
        ("errors", "app = \"shop\"\nfigure = \"error_rate\"\nbelow = \"1%\""),
        ("rate", "target = \"shop\"\nfigure = \"http.server.requests\"\naggregate = \"rate\"\nabove = \"1/s\""),
        ("p50", "target = \"shop\"\nfigure = \"http.server.duration\"\naggregate = \"p50\"\nbelow = \"50ms\""),
        ("average", "target = \"shop\"\nfigure = \"http.server.duration\"\naggregate = \"mean\"\nbelow = \"1s\""),
        ("5xx", "target = \"shop\"\nfigure = \"server_errors\"\nbelow = \"1%\""),
        ("books", "target = \"shop\"\nfigure = \"metric:orders_total{kind=\\\"book\\\"}\"\naggregate = \"sum\"\nabove = 1"),
        ("queue", "target = \"shop\"\nfigure = \"metric:queue_length\"\naggregate = \"max\"\nbelow = 10"),
        ("last", "target = \"shop\"\nfigure = \"metric:queue_length\"\naggregate = \"last\"\nbelow = 100"),
        ("own p50", "target = \"shop\"\nfigure = \"metric:http_request_duration_seconds\"\naggregate = \"p50\"\nbelow = \"50ms\""),
        ("own p99", "target = \"shop\"\nfigure = \"metric:http_request_duration_seconds\"\naggregate = \"p99\"\nbelow = \"10s\""),
        ("own share", "target = \"shop\"\nfigure = \"metric:http_request_duration_seconds\"\naggregate = \"share > 300ms\"\nbelow = \"10%\""),
        ("few", "app = \"shop\"\nfigure = \"LCP\"\nbelow = 1\nmin_samples = 1000"),
        ("none", "app = \"shop\"\nfigure = \"timing:nothing\"\nbelow = 1"),
    ]
    .iter()
    .map(|(name, rest)| format!("[[level]]\nname = \"{name}\"\nwindow = \"5m\"\n{rest}\n"))
    .collect();
    let collector = collector(&text);
    for step in 0..40 {
        scrape(&collector, f64::from(step)).await;
        let lcp = if step % 4 == 0 { 3000.0 } else { 1000.0 };
        let error = json!([{ "message": "x", "source": "", "stack": "", "count": 1 }]);
        let mut beacon = json!({ "vitals": { "LCP": { "value": lcp } }, "timings": { "checkout": 800.0 },
            "counters": { "orders": 2 }, "gauges": { "cart": step } });
        if step < 4 {
            beacon["errors"] = error;
        }
        collector.beacon(beacon_with(&step.to_string(), beacon)).await;
        collector.advance(5 * SECOND);
    }
    let seen = levels(&collector, "").await;
    let value = |name: &str| find(&seen, name).level.value.unwrap();
    let close = |name: &str, expected: f64| {
        let found = value(name);
        assert!((found / expected - 1.0).abs() < 0.05, "{name}: {found}, not {expected}");
    };
    close("share", 0.25);
    close("mean", 800.0);
    assert_eq!((value("views"), value("page")), (40.0, 40.0));
    assert_eq!((value("orders"), value("cart")), (80.0, 39.0));
    close("errors", 0.1);
    close("rate", 20.0);
    close("p50", 83.0);
    close("average", 200.0);
    close("own p50", 83.0);
    // 60 of 100 take up to 100 ms, 36 more up to 500 ms.
    close("own share", 0.22);
    close("5xx", 0.02);
    close("books", 30.0 * 39.0);
    close("queue", 44.0);
    close("last", 44.0);
    assert_eq!(find(&seen, "5xx").level.unit, Unit::Ratio);
    let met = |name: &str| find(&seen, name).level.met();
    assert_eq!(
        [met("share"), met("views"), met("orders"), met("queue")],
        [Some(false), Some(true), Some(false), Some(false)]
    );
    assert_eq!((value("own p99"), met("own p99")), (500.0, Some(false)), "it is only known to be greater");
    assert_eq!(find(&seen, "few").missing.as_deref(), Some("40 of at least 1000 samples"));
    assert_eq!(find(&seen, "none").missing.as_deref(), Some("no data in 5 min"));
    let page = find(&seen, "page");
    assert!(page.own && page.page.as_deref() == Some("/items/:id") && page.place.page.is_some());
}

/// Its quantiles are the backend's own, and those of two series cannot be merged. Its mean is told by sum and count.
#[tokio::test]
async fn a_level_may_be_on_a_summary() {
    let text: String = [
        ("p99", "metric:job_seconds{kind=\\\"mail\\\"}", "p99"),
        ("same", "metric:job_seconds{kind=\\\"mail\\\",quantile=\\\"0.99\\\"}", "p99"),
        ("p95", "metric:job_seconds{kind=\\\"mail\\\"}", "p95"),
        ("both", "metric:job_seconds", "p99"),
        ("mean", "metric:job_seconds", "mean"),
    ]
    .iter()
    .map(|(name, figure, aggregate)| {
        format!(
            "[[level]]\nname = \"{name}\"\nwindow = \"5m\"\ntarget = \"shop\"\nfigure = \"{figure}\"\n\
             aggregate = \"{aggregate}\"\nbelow = \"1s\"\n"
        )
    })
    .chain([
        "[[alert]]\nname = \"usual\"\ntarget = \"shop\"\nexpr = \"metric:job_seconds > 100ms\"\n".to_owned()
    ])
    .collect();
    let collector = collector(&text);
    for step in 0..20 {
        let counts = [10.0 * f64::from(step), 40.0 * f64::from(step)];
        collector
            .scraped(&[
                ("job_seconds{kind=\"mail\",quantile=\"0.5\"}", 0.2),
                ("job_seconds{kind=\"mail\",quantile=\"0.99\"}", 1.5),
                ("job_seconds_sum{kind=\"mail\"}", counts[0]),
                ("job_seconds_count{kind=\"mail\"}", counts[1]),
                ("job_seconds{kind=\"bill\",quantile=\"0.99\"}", 0.7),
                ("job_seconds_sum{kind=\"bill\"}", counts[0]),
                ("job_seconds_count{kind=\"bill\"}", counts[1]),
            ])
            .await;
        collector.advance(5 * SECOND);
    }
    let seen = levels(&collector, "?target=shop").await;
    let value = |name: &str| find(&seen, name).level.value;
    assert_eq!((value("p99"), value("same"), value("mean")), (Some(1500.0), Some(1500.0), Some(250.0)));
    assert_eq!((value("p95"), value("both")), (None, None), "nobody told it");
    watching::look(&collector.app).await.unwrap();
    let alerts: Alerts = collector.get("/api/alerts").await.json();
    let states: Vec<AlertState> = alerts.alerts.iter().map(|alert| alert.state).collect();
    assert_eq!(states, [AlertState::Firing], "the mean is 250 ms: {alerts:?}");
}

const OBJECTIVE: &str = r#"
[[level]]
name = "fast"
app = "shop"
figure = "LCP"
below = "2.5s"

[[objective]]
name = "shop is fast"
level = "fast"
share = "99%"
over = "30d"

[[alert]]
name = "budget burns"
objective = "shop is fast"
burn = "fast"
"#;

#[tokio::test]
async fn a_budget_burns_by_its_bad_minutes_and_stops() {
    let collector = collector(OBJECTIVE);
    let minute = async |number: i64, lcp: f64| {
        let vitals = json!({ "vitals": { "LCP": { "value": lcp } } });
        collector.beacon(beacon_with(&number.to_string(), vitals)).await;
        for _ in 0..2 {
            collector.advance(30 * SECOND);
            assert!(watching::look(&collector.app).await.unwrap().written);
        }
    };
    let firing = async || {
        let known: Alerts = collector.get("/api/alerts").await.json();
        known.counts.firing
    };
    for number in 0..60 {
        minute(number, 1000.0).await;
    }
    assert_eq!(firing().await, 0);
    let mut fired_after = None;
    for number in 0..20 {
        minute(100 + number, 9000.0).await;
        if fired_after.is_none() && firing().await == 1 {
            fired_after = Some(number + 1);
        }
    }
    // 9 of 60 minutes are 15 times as many as 1 %; each is judged two to three minutes after its end.
    let after = fired_after.unwrap();
    assert!((11..=13).contains(&after), "{after} minutes");
    let seen = levels(&collector, "").await;
    let objective = &seen.objectives[0];
    assert!((57..=60).contains(&objective.good) && (17..=18).contains(&objective.bad), "{objective:?}");
    assert!(objective.burning && objective.burns[0].long_rate.unwrap() > 14.4);
    let allowed = 0.01 * 30.0 * 1440.0;
    let left = 1.0 - objective.bad as f64 / allowed;
    assert!((objective.left.unwrap() - left).abs() < 1e-9);
    assert_eq!(objective.unknown, 30 * 1440 - objective.good - objective.bad);
    for number in 0..12 {
        minute(200 + number, 1000.0).await;
    }
    assert_eq!(firing().await, 0, "it has stopped");
}

#[tokio::test]
async fn minutes_without_a_collector_are_judged_when_it_is_back() {
    let collector = collector(OBJECTIVE);
    watching::look(&collector.app).await.unwrap();
    for number in 0..40 {
        let vitals = json!({ "vitals": { "LCP": { "value": 1000.0 } } });
        collector.beacon(beacon_with(&number.to_string(), vitals)).await;
        collector.advance(MINUTE);
    }
    // Nobody looked for 40 minutes.
    let collector = collector.restart().await;
    collector.app.watch.set_rules(crate::alerts::rules(OBJECTIVE));
    for _ in 0..4 {
        collector.advance(30 * SECOND);
        watching::look(&collector.app).await.unwrap();
    }
    let seen = levels(&collector, "").await;
    assert_eq!((seen.objectives[0].good, seen.objectives[0].bad), (40, 0));
    // A clock that is set back judges the same minutes again: nothing is counted twice.
    collector.advance(-20 * MINUTE);
    for _ in 0..60 {
        collector.advance(30 * SECOND);
        watching::look(&collector.app).await.unwrap();
    }
    assert_eq!(levels(&collector, "").await.objectives[0].good, 40);
    assert!(collector.now() > START);
}

#[tokio::test]
async fn a_metric_that_has_no_such_aggregate_says_what_it_has() {
    let alert = |name: &str, expr: &str| {
        format!("[[alert]]\nname = \"{name}\"\ntarget = \"shop\"\nexpr = \"{expr}\"\n")
    };
    let level = |name: &str, metric: &str, aggregate: &str| {
        format!(
            "[[level]]\nname = \"{name}\"\ntarget = \"shop\"\nfigure = \"metric:{metric}\"\naggregate = \"{aggregate}\"\nbelow = 9\n"
        )
    };
    let text = [
        alert("long", "p95 metric:queue_length > 1"),
        level("gauge", "queue_length", "p95"),
        level("counter", "orders_total", "max"),
        level("histogram", "http_request_duration_seconds", "last"),
        level("there", "queue_length", "max"),
    ];
    let collector = collector(&text.concat());
    for step in 0..20 {
        scrape(&collector, f64::from(step)).await;
        collector.advance(5 * SECOND);
    }
    let seen = levels(&collector, "?target=shop").await;
    let missing = |name: &str| find(&seen, name).missing.clone().unwrap_or_default();
    assert_eq!(missing("gauge"), "a gauge has no p95: it has mean, last, min, max");
    assert_eq!(missing("counter"), "a counter has no max: it has rate, sum");
    assert_eq!(
        missing("histogram"),
        "a histogram has no last: it has percentiles such as p95, mean, rate, sum, share > 1s"
    );
    assert_eq!(missing("there"), "");
    for _ in 0..6 {
        collector.advance(30 * SECOND);
        watching::look(&collector.app).await.unwrap();
    }
    let said = collector.get("/api/alerts").await.json::<Alerts>().alerts;
    assert_eq!((said.len(), said[0].state), (1, AlertState::NoData), "{said:?}");
    assert!(
        said[0].summary.ends_with("a gauge has no p95: it has mean, last, min, max"),
        "{}",
        said[0].summary
    );
}

#[tokio::test]
async fn what_is_infinite_is_above_any_bound() {
    let text = "[[alert]]\nname = \"full\"\ntarget = \"shop\"\nexpr = \"last metric:queue_length > 100\"\n\
                [[level]]\nname = \"short\"\ntarget = \"shop\"\nfigure = \"metric:queue_length\"\nbelow = 100\n";
    let collector = collector(text);
    for value in [1.0, f64::INFINITY, f64::INFINITY] {
        collector.scraped(&[("queue_length", value)]).await;
        collector.advance(5 * SECOND);
    }
    watching::look(&collector.app).await.unwrap();
    let fires = collector.get("/api/alerts").await.json::<Alerts>().alerts.remove(0);
    assert_eq!(
        (fires.state, fires.reading.value),
        (AlertState::Firing, None),
        "JSON has no infinite numbers"
    );
    assert!(fires.summary.ends_with(" is +Inf, above 100"), "{}", fires.summary);
    let seen = levels(&collector, "?target=shop").await;
    assert_eq!(find(&seen, "short").missing.as_deref(), Some("it is +Inf"));
}
