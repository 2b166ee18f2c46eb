//! Every rate, share, percentile and level that the page shows of an exporter, beside what Prometheus computes of the same scrapes.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Which, State};
use axum::http::header;
use axum::routing::get;
use serde_json::{Value, json};
use whippet_api::Backend;
use whippet_store::Scrape;

use super::texts::{Exporter, PROGRESS, exporters, samples};
use crate::harness::{Collector, SECOND, START};
use crate::peers::{Peer, program};

/// Between scrapes, ms.
const INTERVAL: i64 = 5 * SECOND;
/// From the first scrape to the last, ms.
const SPAN: i64 = INTERVAL * (PROGRESS.len() as i64 - 1);
/// A chart's rates are over three intervals. Prometheus 3 leaves out a sample at the very beginning of a range, 2 does not.
const STEP: &str = "15001ms";
/// The range of all scrapes.
const ALL: &str = "40001ms";
/// The first scrape that has another so long before it.
const FIRST: i64 = 3;
/// How far apart two values may be, of the greater.
const TOLERANCE: f64 = 0.01;

/// A line of `promql.txt`: what the page shows, and the expression for it.
struct Row {
    exporter: String,
    /// Section, title, and line or column.
    shown: [String; 3],
    /// Of a table: the labels that make the rows' names.
    by: Vec<String>,
    expression: String,
}

/// The table. `$Q` stands for 0.5, 0.95 and 0.99, and `$P` for their names; `$C` for 4 and 5; `[W]` for a step, `[A]` for all scrapes.
/// Each selector has braces, into which the job is written.
fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/exporters/promql.txt");
    let mut exporter = String::new();
    let mut rows = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut exporter);
            continue;
        }
        let (shown, expression) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
        let variants: Vec<(&str, &str)> = if line.contains("$Q") {
            vec![("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")]
        } else if line.contains("$C") {
            vec![("4", "4xx"), ("5", "5xx")]
        } else {
            vec![("", "")]
        };
        for (value, name) in variants {
            let shown = shown.replace("$P", name).replace("$C", name);
            let parts: Vec<&str> = shown.splitn(3, '/').collect();
            let [section, title, last] = parts[..] else { panic!("{line}") };
            let (last, by) = last.split_once(" by ").unwrap_or((last, ""));
            rows.push(Row {
                exporter: exporter.clone(),
                shown: [section, title, last].map(str::to_owned),
                by: by.split(' ').filter(|label| !label.is_empty()).map(str::to_owned).collect(),
                expression: of_job(&expression.replace("$Q", value).replace("$C", value), &exporter),
            });
        }
    }
    rows
}

/// The expression over the series of one job.
fn of_job(expression: &str, job: &str) -> String {
    let expression = expression.replace("[W]", &format!("[{STEP}]")).replace("[A]", &format!("[{ALL}]"));
    let mut is_quoted = false;
    let mut found = String::new();
    for letter in expression.chars() {
        is_quoted ^= letter == '"';
        found.push(letter);
        if letter == '{' && !is_quoted {
            found.push_str(&format!("job=\"{job}\","));
        }
    }
    found
}

/// What Prometheus scrapes: each exporter's texts, one per scrape, and which of them is served now.
struct Served {
    texts: BTreeMap<String, Vec<Bytes>>,
    scrape: AtomicUsize,
}

/// A series of each text that Prometheus gets: the number of the scrape.
const NUMBER: &str = "number_of_the_scrape";

impl Served {
    /// `began`: the time of the first scrape, ms since the epoch.
    fn new(exporters: &[Exporter], began: i64) -> Self {
        let text = |exporter: &Exporter, scrape: usize| {
            let time = began + INTERVAL * scrape as i64;
            format!("{}{NUMBER} {scrape} {time}\n", exporter.text(scrape, Some(time))).into()
        };
        let texts = |exporter| (0..PROGRESS.len()).map(|scrape| text(exporter, scrape)).collect();
        let texts = exporters.iter().map(|exporter| (exporter.name.clone(), texts(exporter))).collect();
        Self { texts, scrape: AtomicUsize::new(0) }
    }

    /// Serves scrape after scrape, each until Prometheus has it of all exporters: on a busy machine it gives some up.
    async fn until_scraped(&self, peer: &Peer, began: i64) {
        for scrape in 0..PROGRESS.len() {
            self.scrape.store(scrape, Ordering::SeqCst);
            let time = (began + INTERVAL * scrape as i64) / 1000;
            let expression = format!("count({NUMBER} @ {time} == {scrape})");
            let all = self.texts.len() as f64;
            peer.query_until(&expression, "", |found| found.first().is_some_and(|found| found.1 == all))
                .await;
        }
    }
}

async fn serve(served: Arc<Served>) -> String {
    let answer = async |State(served): State<Arc<Served>>, Which(name): Which<String>| {
        let text = served.texts[&name][served.scrape.load(Ordering::SeqCst)].clone();
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
    };
    let router = Router::new().route("/{name}", get(answer)).with_state(served);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The page of an exporter after all scrapes.
pub async fn page(exporter: &Exporter) -> Backend {
    let collector = Collector::new();
    for scrape in 0..PROGRESS.len() {
        let samples = samples(&exporter.text(scrape, None));
        let scrape = Scrape { target: "shop".to_owned(), time: collector.now(), samples, instance: None };
        collector.app.store.record_scrape(scrape).await.unwrap();
        collector.advance(INTERVAL);
    }
    collector.advance(-INTERVAL);
    collector.chart("/api/backend?target=shop").await
}

/// The values of a line at the ends of the steps, ms after the first scrape; of a table, by row.
fn shown(page: &Backend, row: &Row) -> Option<BTreeMap<String, f64>> {
    let [section, title, last] = &row.shown;
    let section = page.sections.iter().find(|found| found.name == *section)?;
    let mut values = BTreeMap::new();
    if row.by.is_empty() {
        let chart = &section.charts.iter().find(|chart| chart.title == *title)?.chart;
        let line = chart.lines.iter().find(|line| line.name == *last)?;
        for (time, value) in chart.times.iter().zip(&line.values) {
            if let Some(value) = value {
                values.insert((time - START).to_string(), *value);
            }
        }
    } else {
        let table = section.tables.iter().find(|table| table.title == *title)?;
        let place = table.columns.iter().position(|column| column.name == *last)?;
        for row in &table.rows {
            if let Some(value) = row.values[place] {
                values.insert(row.name.clone(), value);
            }
        }
    }
    Some(values)
}

/// The same by Prometheus.
async fn computed(peer: &Peer, row: &Row, began: i64) -> BTreeMap<String, f64> {
    let seconds = |time: i64| time as f64 / 1000.0;
    let (from, to) = if row.by.is_empty() {
        (began + FIRST * INTERVAL, began + SPAN)
    } else {
        (began + SPAN, began + SPAN)
    };
    let answer = peer.range(&row.expression, seconds(from), seconds(to), seconds(INTERVAL)).await;
    assert_eq!(answer["status"], "success", "{}: {answer}", row.expression);
    let results = answer["data"]["result"].as_array().cloned().unwrap_or_default();
    if row.by.is_empty() {
        assert!(results.len() < 2, "{}: one series, not {}", row.expression, results.len());
    }
    let mut values = BTreeMap::new();
    for result in &results {
        let label = |name: &String| result["metric"][name].as_str().unwrap_or_default().to_owned();
        let name = row.by.iter().map(label).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        for point in result["values"].as_array().unwrap() {
            let time = (point[0].as_f64().unwrap() * 1000.0).round() as i64 - began;
            let value: f64 = point[1].as_str().unwrap().parse().unwrap();
            if value.is_finite() {
                values.insert(if row.by.is_empty() { time.to_string() } else { name.clone() }, value);
            }
        }
    }
    values
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()) + 1e-9
}

/// What is wrong with one row.
fn fault(row: &Row, ours: Option<BTreeMap<String, f64>>, theirs: &BTreeMap<String, f64>) -> Option<String> {
    let place = format!("[{}] {}", row.exporter, row.shown.join("/"));
    let Some(ours) = ours else { return Some(format!("{place} is not shown")) };
    let both: Vec<_> =
        ours.iter().filter_map(|(key, value)| Some((key, *value, *theirs.get(key)?))).collect();
    // Where nothing happened, there is no share and no percentile.
    let is_none = theirs.is_empty() && ours.values().all(|value| *value == 0.0);
    if is_none {
        // No request had such a status: there is no series for it.
        return None;
    }
    if both.len() < 2 && both.len() < theirs.len() || both.is_empty() {
        return Some(format!("{place}: {ours:?} beside {theirs:?} of {}", row.expression));
    }
    let apart = both.iter().find(|(_, ours, theirs)| !is_near(*ours, *theirs));
    apart.map(|(key, ours, theirs)| format!("{place} at {key}: {ours} beside {theirs} of {}", row.expression))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_of_every_exporter_is_the_one_that_prometheus_computes() {
    let Some(program) = program("prometheus") else { return };
    let rows = rows();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    // A while ago, and at a whole second.
    let began = now / SECOND * SECOND - 10 * 60 * SECOND;
    let exporters = exporters();
    let served = Arc::new(Served::new(&exporters, began));
    let backend = serve(Arc::clone(&served)).await;
    let jobs: Vec<Value> = exporters
        .iter()
        .map(|exporter| {
            json!({
                "job_name": exporter.name, "metrics_path": format!("/{}", exporter.name), "scrape_interval": "1s",
                "scrape_timeout": "1s", "static_configs": [{ "targets": [backend] }],
            })
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::prometheus(&program, folder.path(), &json!({ "scrape_configs": jobs }), &[]).await;
    let pages = async {
        let mut pages = BTreeMap::new();
        for exporter in &exporters {
            pages.insert(exporter.name.clone(), page(exporter).await);
        }
        pages
    };
    let (pages, ()) = tokio::join!(pages, served.until_scraped(&peer, began));
    let mut faults = Vec::new();
    for row in &rows {
        let page = pages.get(&row.exporter).unwrap_or_else(|| panic!("no texts of {}", row.exporter));
        faults.extend(fault(row, shown(page, row), &computed(&peer, row, began).await));
    }
    // Each line of each chart of rates, shares and durations that Prometheus could compute has its row.
    for (exporter, page) in &pages {
        let missing = unchecked(page, &rows, exporter);
        faults
            .extend(missing.into_iter().map(|line| format!("[{exporter}] {line} is compared with nothing")));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Lines that no row is of.
fn unchecked(page: &Backend, rows: &[Row], exporter: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for section in &page.sections {
        for chart in &section.charts {
            for line in chart.chart.lines.iter().filter(|line| line.values.iter().any(Option::is_some)) {
                let parts = [&section.name, &chart.title, &line.name];
                let is_there = rows
                    .iter()
                    .any(|row| row.exporter == exporter && row.by.is_empty() && row.shown.iter().eq(parts));
                if !is_there {
                    missing.push(parts.map(String::as_str).join("/"));
                }
            }
        }
    }
    missing
}
