//! Signals: what a target tells, whatever its metrics are called, and any metric as a chart.
use std::sync::Arc;

use whippet_api::{Backend, MetricChart, Metrics, Overview, Range, SignalChart, SignalTable, Unit};
use whippet_catalogue::{Catalogue, mappings};
use whippet_collector::scrape::parse;
use whippet_store::Scrape;
use whippet_store::reports::backend::report;
use whippet_store::reports::matches::Matches;
use whippet_store::reports::memory::Memory;
use whippet_store::reports::steps::Steps;

use crate::harness::{Collector, SECOND, START};

/// A collector with own mappings.
fn with_mappings(text: &str) -> Collector {
    let mappings = mappings("whippet.toml", text).unwrap();
    let matches = Arc::new(Matches::new(Catalogue::new().with_mappings(mappings)));
    Collector::with(|_| {}, |app| app.matches = matches)
}

/// Records a scrape of this text, then lets five seconds pass.
async fn scrape(collector: &Collector, text: &str) {
    let samples = parse(text).unwrap();
    let scrape = Scrape { target: "shop".to_owned(), time: collector.now(), samples, instance: None };
    collector.app.store.record_scrape(scrape).await.unwrap();
    collector.advance(5 * SECOND);
}

async fn backend(collector: &Collector) -> Backend {
    collector.chart("/api/backend?target=shop").await
}

fn chart<'a>(backend: &'a Backend, section: &str, title: &str) -> &'a SignalChart {
    let section = backend.sections.iter().find(|found| found.name == section).unwrap();
    section.charts.iter().find(|chart| chart.title == title).unwrap_or_else(|| panic!("{title}: {section:?}"))
}

fn last(chart: &whippet_api::Chart, line: &str) -> Option<f64> {
    let found = chart.lines.iter().find(|found| found.name == line);
    let found = found.unwrap_or_else(|| panic!("{line}: {:?}", chart.lines));
    found.values.last().copied().flatten().map(|value| (value * 1e6).round() / 1e6)
}

fn cell(table: &SignalTable, row: &str, column: &str) -> Option<f64> {
    let place = table.columns.iter().position(|found| found.name == column).unwrap();
    table.rows.iter().find(|found| found.name == row).unwrap().values[place]
}

fn level(overview: &Overview, name: &str) -> Option<f64> {
    let found = overview.levels.iter().find(|level| level.name == name && level.backend);
    found
        .unwrap_or_else(|| panic!("{name}: {:?}", overview.levels))
        .value
        .map(|value| (value * 1e6).round() / 1e6)
}

#[tokio::test]
async fn figures_of_a_backend_are_shown_as_they_are_and_never_merged() {
    let collector = with_mappings(
        "[[mapping]]\nsignal = \"http.server.duration\"\nmetric = \"calls_ms\"\nunit = \"ms\"\nroute = \"path\"\nstatus = \"how\"\n",
    );
    for scraped in [0, 1, 2] {
        let text = format!(
            "# TYPE calls_ms summary\n\
             calls_ms{{path=\"/a\",how=\"success\",quantile=\"0.5\"}} 20\ncalls_ms{{path=\"/a\",how=\"success\",quantile=\"0.95\"}} 80\n\
             calls_ms_sum{{path=\"/a\",how=\"success\"}} {}\ncalls_ms_count{{path=\"/a\",how=\"success\"}} {}\n\
             calls_ms{{path=\"/b\",how=\"error\",quantile=\"0.95\"}} 400\n\
             calls_ms_sum{{path=\"/b\",how=\"error\"}} {}\ncalls_ms_count{{path=\"/b\",how=\"error\"}} {}\n",
            scraped * 900,
            scraped * 30,
            scraped * 3000,
            scraped * 10,
        );
        scrape(&collector, &text).await;
    }
    let backend = backend(&collector).await;
    let times = chart(&backend, "Requests", "Response time");
    assert!(times.own);
    assert_eq!(times.metrics, ["calls_ms"]);
    assert_eq!(last(&times.chart, "p95 /a"), Some(80.0));
    assert_eq!(last(&times.chart, "p95 /b"), Some(400.0));
    assert_eq!(last(&times.chart, "average"), Some(97.5), "900 + 3000 by 40");
    assert_eq!(last(&chart(&backend, "Requests", "Requests").chart, "requests"), Some(8.0));
    assert_eq!(last(&chart(&backend, "Requests", "Errors, of all requests").chart, "errors"), Some(0.25));
    let routes = &backend.sections[0].tables[0];
    assert_eq!((cell(routes, "/a", "p50"), cell(routes, "/a", "p95")), (Some(20.0), Some(80.0)));
    assert_eq!((cell(routes, "/b", "p50"), cell(routes, "/b", "Average")), (None, Some(300.0)));
    assert_eq!((cell(routes, "/b", "Errors"), routes.own), (Some(1.0), true));
    let overview: Overview = collector.chart("/api/overview").await;
    assert_eq!(level(&overview, "Response average"), Some(97.5));
    assert_eq!(level(&overview, "Errors"), Some(0.25));
    assert!(overview.levels.iter().all(|level| level.name != "Response p95"));
}

const STORAGE: &str = r#"
[[mapping]]
signal = "cache.hits"
metric = "memo_hits"
kind = "counter"
group = "memo"
[[mapping]]
signal = "cache.misses"
metric = "memo_misses"
kind = "counter"
group = "memo"
[[mapping]]
signal = "db.pool.in_use"
metric = "links"
where = { state = "busy" }
[[mapping]]
signal = "db.pool.idle"
metric = "links"
where = { state = "idle" }
[[mapping]]
signal = "db.pool.size"
metric = "links_most"
[[mapping]]
signal = "db.duration"
metric = "sql_seconds"
operation = "verb"
[[mapping]]
signal = "http.client.requests"
metric = "out_*_total"
group = "*"
status = "code"
"#;

#[tokio::test]
async fn databases_pools_caches_and_services_are_told_by_any_names() {
    let collector = with_mappings(STORAGE);
    for scraped in [0_u32, 1, 2, 3] {
        // Nobody declares the type of the look-ups, and they start again from zero after the second scrape.
        let looked_up = if scraped < 2 { scraped } else { scraped - 2 };
        let text = format!(
            "memo_hits{{memo=\"m\"}} {}\nmemo_misses{{memo=\"m\"}} {}\n\
             # TYPE links gauge\nlinks{{state=\"busy\"}} 6\nlinks{{state=\"idle\"}} 2\n# TYPE links_most gauge\nlinks_most 10\n\
             # TYPE sql_seconds histogram\nsql_seconds_bucket{{verb=\"find\",le=\"0.1\"}} {}\nsql_seconds_bucket{{verb=\"find\",le=\"1\"}} {}\n\
             sql_seconds_bucket{{verb=\"find\",le=\"+Inf\"}} {}\nsql_seconds_sum{{verb=\"find\"}} 5\nsql_seconds_count{{verb=\"find\"}} {}\n\
             # TYPE out_mail_total counter\nout_mail_total{{code=\"2xx\"}} {}\n# TYPE out_bank_total counter\nout_bank_total{{code=\"503\"}} {}\n",
            looked_up * 30,
            looked_up * 10,
            scraped * 80,
            scraped * 96,
            scraped * 100,
            scraped * 100,
            scraped * 15,
            scraped * 5,
        );
        scrape(&collector, &text).await;
    }
    let backend = backend(&collector).await;
    assert_eq!(last(&chart(&backend, "Caches", "Hit rate").chart, "m"), Some(0.75));
    let caches = backend.sections.iter().find(|section| section.name == "Caches").unwrap();
    // 40 before the reset, 0 in the scrape that shows it, 40 after.
    assert_eq!(cell(&caches.tables[0], "m", "Look-ups"), Some(80.0));
    let pool = chart(&backend, "Connection pools", "Connections");
    assert_eq!((last(&pool.chart, "in use"), last(&pool.chart, "most")), (Some(6.0), Some(10.0)));
    assert_eq!(last(&chart(&backend, "Connection pools", "In use, of all").chart, "in use"), Some(0.6));
    assert_eq!(last(&chart(&backend, "Database", "Query time").chart, "p95"), Some(943.75));
    let calls = &chart(&backend, "Other services", "Calls");
    assert_eq!(calls.metrics, ["out_bank_total", "out_mail_total"]);
    assert_eq!((last(&calls.chart, "mail"), last(&calls.chart, "bank")), (Some(3.0), Some(1.0)));
    assert_eq!(last(&chart(&backend, "Other services", "Errors, of all calls").chart, "5xx"), Some(0.25));
    assert_eq!((backend.operations[0].name.as_str(), backend.operations[0].count), ("find", 300.0));
    let overview: Overview = collector.chart("/api/overview").await;
    assert_eq!(level(&overview, "Connection pool in use"), Some(0.6));
    assert_eq!(level(&overview, "Cache hit rate"), Some(0.75));
    assert_eq!(level(&overview, "Slow database queries"), Some(0.04));
    assert_eq!(level(&overview, "Database query p95"), Some(943.75));
    assert!(overview.levels.iter().all(|level| !level.name.starts_with("Response")), "nothing tells them");
}

#[tokio::test]
async fn what_no_pattern_knows_is_listed_and_can_be_charted() {
    let collector = Collector::new();
    for scraped in 0..3_u32 {
        let mut text = format!(
            "# TYPE zz_done_total counter\nzz_done_total{{kind=\"x\",at=\"1\"}} {}\nzz_done_total{{kind=\"y\",at=\"1\"}} {}\n\
             # TYPE zz_heat gauge\nzz_heat{{room=\"a\"}} 20\nzz_heat{{room=\"b\"}} 22\n\
             # TYPE zz_wait_seconds histogram\nzz_wait_seconds_bucket{{le=\"1\"}} {}\nzz_wait_seconds_bucket{{le=\"+Inf\"}} {}\n\
             zz_wait_seconds_sum 1\nzz_wait_seconds_count {}\n\
             # TYPE zz_own summary\nzz_own{{quantile=\"0.9\"}} 7\nzz_own_sum 1\nzz_own_count 1\n# TYPE zz_many gauge\n",
            scraped * 10,
            scraped * 20,
            scraped * 4,
            scraped * 4,
            scraped * 4,
        );
        for number in 0..30 {
            text.push_str(&format!("zz_many{{n=\"{number}\"}} {number}\n"));
        }
        scrape(&collector, &text).await;
    }
    let backend = backend(&collector).await;
    assert_eq!((backend.sections.len(), backend.metrics, backend.unknown), (0, 5, 5));
    let listed: Metrics = collector.get("/api/series?target=shop").await.json();
    let listed: Vec<String> = listed
        .metrics
        .iter()
        .map(|metric| format!("{} {} {} {:?}", metric.name, metric.kind, metric.series, metric.labels))
        .collect();
    assert_eq!(
        listed,
        [
            "zz_done_total counter 2 [\"at\", \"kind\"]",
            "zz_heat gauge 2 [\"room\"]",
            "zz_many gauge 30 [\"n\"]",
            "zz_own summary 3 []",
            "zz_wait_seconds histogram 4 []",
        ]
    );
    let ask = async |query: &str| -> MetricChart {
        collector.chart(&format!("/api/chart?target=shop&{query}")).await
    };
    let done = ask("metric=zz_done_total").await;
    assert_eq!(
        (last(&done.chart, "kind=x"), last(&done.chart, "kind=y"), done.unit),
        (Some(2.0), Some(4.0), Unit::PerSecond)
    );
    assert_eq!(last(&ask("metric=zz_done_total&by=at").await.chart, "1"), Some(6.0));
    let heat = ask("metric=zz_heat").await;
    assert_eq!((last(&heat.chart, "room=a"), last(&heat.chart, "room=b")), (Some(20.0), Some(22.0)));
    let wait = ask("metric=zz_wait_seconds").await;
    assert_eq!((last(&wait.chart, "p50"), wait.unit), (Some(500.0), Unit::Ms));
    assert_eq!(ask("metric=zz_own").await.shows, "quantiles of the backend");
    let many = ask("metric=zz_many").await;
    assert_eq!((many.chart.lines.len(), many.left_out), (12, 18));
    assert_eq!(many.chart.lines[0].name, "n=29", "the greatest first");
    for (query, code) in [
        ("target=shop&metric=nothing", "unknown_metric"),
        ("target=shop", "bad_query"),
        ("target=nobody&metric=zz_heat", "unknown_target"),
    ] {
        assert_eq!(collector.get(&format!("/api/chart?{query}")).await.failure(), (400, code.to_owned()));
    }
    assert_eq!(collector.get("/api/series").await.failure(), (400, "bad_query".to_owned()));
}

/// The same samples, once scraped and once fetched from elsewhere, make the same page.
#[tokio::test]
async fn series_in_memory_make_the_same_report_as_the_store() {
    let collector = with_mappings(STORAGE);
    let range = Range { from: START, to: START + 60 * SECOND };
    let steps = Steps::new(&range, 15 * SECOND);
    let times: Vec<i64> = (0..=12).map(|place| START + place * 5 * SECOND).collect();
    let mut memory = Memory::new(times.clone(), &steps);
    let mut columns: Vec<(whippet_store::Sample, Vec<Option<f64>>)> = Vec::new();
    for place in 0..times.len() as u32 {
        let grown = if place < 6 { place } else { place - 6 };
        let text = format!(
            "# TYPE sql_seconds histogram\nsql_seconds_bucket{{verb=\"find\",le=\"0.1\"}} {}\nsql_seconds_bucket{{verb=\"find\",le=\"+Inf\"}} {}\n\
             sql_seconds_sum{{verb=\"find\"}} {grown}\nsql_seconds_count{{verb=\"find\"}} {}\n\
             # TYPE links gauge\nlinks{{state=\"busy\"}} {place}\nlinks{{state=\"idle\"}} 2\n# TYPE out_mail_total counter\nout_mail_total{{code=\"500\"}} {}\n",
            grown * 9,
            grown * 10,
            grown * 10,
            grown * grown,
        );
        let samples = parse(&text).unwrap();
        for (number, sample) in samples.iter().enumerate() {
            if place == 0 {
                columns.push((sample.clone(), Vec::new()));
            }
            columns[number].1.push(Some(sample.value));
        }
        scrape(&collector, &text).await;
    }
    for (sample, values) in columns {
        memory.add(&sample.name, sample.labels.into_iter().collect(), sample.counter, values);
    }
    memory.finish();
    let told = collector.app.matches.catalogue().told(&memory.exposed());
    let fetched = report(&memory, &told, &steps).unwrap();
    let matches = Arc::clone(&collector.app.matches);
    let read = move |db: &dyn whippet_store::database::Database| {
        whippet_store::reports::backend::backend(db, &matches, "shop", &steps, 5 * SECOND)
    };
    let scraped = collector.app.store.read_database("test", read).await.unwrap();
    assert!(scraped.sections.len() >= 3);
    assert_eq!(serde_json::to_value(&scraped).unwrap(), serde_json::to_value(&fetched).unwrap());
}
