//! Comparison with the real Prometheus, where it is installed: what it reads, and which increases it computes.
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use axum::Router;
use axum::extract::Path as Which;
use axum::http::{HeaderName, header};
use axum::routing::get;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::Value;
use whippet_api::Backend;
use whippet_collector::scrape::{Fetcher, Target, parse, read};
use whippet_engine::expo::Format;
use whippet_store::Scrape;

use crate::counters::random_values;
use crate::harness::{Collector, SECOND};
use crate::peers::{Peer, program};

const TEXT: &str = "text/plain; version=0.0.4";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A response of the backend: body, content type and compression.
struct Case {
    content_type: &'static str,
    encoding: &'static str,
    body: String,
    /// Whether Prometheus accepts it. If so, we must read the same samples; if not, we leave out the invalid lines.
    read: bool,
}

fn cases() -> Vec<Case> {
    let case =
        |content_type, read, body: &str| Case { content_type, encoding: "", body: body.to_owned(), read };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let gzip =
        |encoding, read| Case { content_type: TEXT, encoding, body: "a 1\nb{x=\"y\"} 2\n".to_owned(), read };
    vec![
        case(TEXT, true, "# TYPE a counter\na 1\n# TYPE b gauge\nb{x=\"y\",z=\"\"} 2\n"),
        case(TEXT, true, "a 1\nb 2"),
        case(TEXT, true, "# HELP a Matches \\d and \\\\d\na{re=\"\\d+\\\\\\\"\\n\\t\"} 1\n"),
        case(TEXT, true, "# TYPE a gauge\n# TYPE a counter\n# HELP a x\n# HELP a y\na 1\n"),
        case(TEXT, true, "a 1\n# TYPE a counter\nb_sum 1\nb_count 2\n# TYPE b summary\n"),
        case(TEXT, true, &format!("a 1 {}\nb 2\n", now - 1000)),
        case(TEXT, true, "a NaN\nb +Inf\nc -Inf\nd inf\ne 1e5\nf .5\ng -0.0\n"),
        case(TEXT, true, "a{x=\"1\"y=\"2\"} 1\nb{x=\"1\",} 2\nc { x = \"1\" } 3\nd\t4\n#\n#c\n# TYPE\n\n"),
        case(TEXT, true, "a{x=\"1\"} 1\na{x=\"1\"} 2\na{x=\"1\",y=\"\"} 3\nb 1\n"),
        case(TEXT, true, "a{x=\"ünï \u{1f415}\"} 1\na:b:c 2\n# EOF\nd 3\n"),
        case("", true, "a 1\n"),
        case("text/html", true, "a 1\n"),
        case(
            OPENMETRICS,
            true,
            "# TYPE a counter\n# UNIT a_seconds seconds\n# HELP a x\na_total 17.5 # {trace_id=\"abc\"} 0.67 1520879607.5\n\
             a_created 1520430000.123\n# TYPE h histogram\nh_bucket{le=\"1\"} 1 # {} 0.5\nh_bucket{le=\"+Inf\"} 2\n\
             h_sum 3\nh_count 2\n# TYPE g gaugehistogram\ng_bucket{le=\"+Inf\"} 2\ng_gsum 3\ng_gcount 2\n\
             # TYPE i info\ni_info{v=\"1\"} 1\n# TYPE s stateset\ns{s=\"on\"} 1\n# TYPE u unknown\nu 1\n# EOF\n",
        ),
        case(OPENMETRICS, true, &format!("a 1 {}.5\n# EOF", now / 1000 - 1)),
        case(OPENMETRICS, false, "a 1\nb 2\n"),
        case(TEXT, false, "a 1\n1b 2\n"),
        case(TEXT, false, "a 1\nb 2 soon\n"),
        case(TEXT, false, "a 1\nb{x=\"1} 2\n"),
        case(TEXT, false, "a 1\nb 1e999\n"),
        case(TEXT, false, "a 1\nb{x=\"1\",x=\"2\"} 1\n"),
        case(TEXT, false, "a 1\n# TYPE b meter\n"),
        gzip("gzip", true),
    ]
}

fn encoded(case: &Case) -> Vec<u8> {
    let body = case.body.as_bytes();
    match case.encoding {
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "deflate" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        _ => body.to_owned(),
    }
}

/// A backend that serves each case under its number, and its address.
pub async fn serve() -> String {
    let answer = async |Which(number): Which<usize>| {
        let case = &cases()[number];
        let mut headers: Vec<(HeaderName, &str)> = vec![(header::CONTENT_TYPE, case.content_type)];
        if !case.encoding.is_empty() {
            headers.push((header::CONTENT_ENCODING, case.encoding));
        }
        let headers: axum::http::HeaderMap =
            headers.into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect();
        (headers, encoded(case))
    };
    let router = Router::new().route("/{number}", get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Whether there was no answer in time.
fn is_given_up(target: &Value) -> bool {
    target["lastError"].as_str().is_some_and(|error| error.contains("deadline exceeded"))
}

/// A Prometheus that scrapes every case.
struct Scraping(Peer);

impl Scraping {
    async fn start(program: &Path, folder: &Path, backend: &str, cases: usize) -> Self {
        let jobs: Vec<Value> = (0..cases)
            .map(|number| {
                serde_json::json!({
                    "job_name": number.to_string(), "metrics_path": format!("/{number}"), "scrape_interval": "1s",
                    "scrape_timeout": "1s", "static_configs": [{ "targets": [backend] }],
                })
            })
            .collect();
        Self(Peer::prometheus(program, folder, &serde_json::json!({ "scrape_configs": jobs }), &[]).await)
    }

    /// Each job's last error, once all were scraped. On a busy machine it gives some up.
    async fn errors(&self, cases: usize) -> BTreeMap<usize, String> {
        for _ in 0..600 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let Some(answer) = self.0.ask("/api/v1/targets").await else { continue };
            let targets = answer["data"]["activeTargets"].as_array().cloned().unwrap_or_default();
            let scraped: Vec<&Value> = targets
                .iter()
                .filter(|target| target["health"] != "unknown" && !is_given_up(target))
                .collect();
            if scraped.len() == cases {
                let error = |target: &Value| target["lastError"].as_str().unwrap().to_owned();
                let job = |target: &Value| target["labels"]["job"].as_str().unwrap().parse().unwrap();
                return scraped.into_iter().map(|target| (job(target), error(target))).collect();
            }
        }
        panic!("Prometheus did not scrape everything within a minute");
    }

    /// All series of a job, once its last scrape has succeeded: of one that was given up there are no samples.
    async fn scraped(&self, job: usize) -> Vec<Value> {
        for _ in 0..600 {
            let answer = self.0.ask(&format!("/api/v1/query?query=%7Bjob%3D%22{job}%22%7D")).await;
            let results =
                answer.and_then(|answer| answer["data"]["result"].as_array().cloned()).unwrap_or_default();
            let is_up = |result: &Value| result["metric"]["__name__"] == "up" && result["value"][1] == "1";
            if results.iter().any(is_up) {
                return results;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("Prometheus did not scrape job {job} within a minute");
    }

    /// The samples that a job has, its own labels left out.
    async fn samples(&self, job: usize) -> Vec<String> {
        let results = self.scraped(job).await;
        let own = |name: &str| name == "up" || name.starts_with("scrape_");
        let mut samples: Vec<String> = results
            .iter()
            .filter(|result| !own(result["metric"]["__name__"].as_str().unwrap()))
            .map(|result| {
                let labels = result["metric"].as_object().unwrap();
                let labels: Vec<(&str, &str)> = labels
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                    .filter(|label| !["__name__", "job", "instance"].contains(&label.0))
                    .collect();
                let value: f64 = result["value"][1].as_str().unwrap().parse().unwrap();
                format!("{} {labels:?} {value:?}", result["metric"]["__name__"].as_str().unwrap())
            })
            .collect();
        samples.sort_unstable();
        samples
    }
}

#[tokio::test]
async fn every_exposition_is_read_as_prometheus_reads_it() {
    let Some(program) = program("prometheus") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (backend, cases) = (serve().await, cases());
    let prometheus = Scraping::start(&program, folder.path(), &backend, cases.len()).await;
    let errors = prometheus.errors(cases.len()).await;
    for (number, case) in cases.iter().enumerate() {
        let error = &errors[&number];
        assert_eq!(error.is_empty(), case.read, "{:?}: {error}", case.body);
        let target: Target = format!("backend=http://{backend}/{number}").parse().unwrap();
        let fetcher = Fetcher::new(Duration::from_secs(5));
        let text = fetcher.get(&target.addresses[0], &target.settings).await.unwrap();
        let reading = read(&text.bytes, Format::of(&text.content_type));
        if !case.read {
            // We refuse it as cut off, or leave out the invalid line.
            assert!(reading.is_err() || reading.unwrap().samples.len() == 1, "{:?}", case.body);
            continue;
        }
        let reading = reading.unwrap();
        let mut samples: Vec<String> = reading
            .samples
            .iter()
            .map(|sample| {
                let labels: Vec<(&str, &str)> =
                    sample.labels.iter().map(|label| (label.0.as_str(), label.1.as_str())).collect();
                format!("{} {labels:?} {:?}", sample.name, sample.value)
            })
            .collect();
        samples.sort_unstable();
        assert_eq!(samples, prometheus.samples(number).await, "{:?}", case.body);
        assert_eq!(reading.bad, 0, "{:?}: {:?}", case.body, reading.first);
    }
}

#[tokio::test]
async fn increases_are_those_that_prometheus_computes() {
    const CASES: usize = 300;
    const SCRAPES: usize = 12;
    let Some(promtool) = program("promtool") else { return };
    let values: Vec<Vec<Option<f64>>> = (0..CASES).map(|seed| random_values(seed, SCRAPES)).collect();
    let collector = Collector::new();
    for scrape in 0..SCRAPES {
        let text: String = values
            .iter()
            .enumerate()
            .map(|(case, values)| {
                let value = match values[scrape] {
                    Some(value) => value.to_string(),
                    None if case % 2 == 0 => "NaN".to_owned(),
                    None => return String::new(),
                };
                format!("http_requests_total{{route=\"{case}\"}} {value}\n")
            })
            .collect();
        let samples = parse(&text).unwrap();
        let scrape = Scrape { target: "shop".to_owned(), time: collector.now(), samples, instance: None };
        collector.app.store.record_scrape(scrape).await.unwrap();
        collector.advance(5 * SECOND);
    }
    collector.advance(-5 * SECOND);
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    let grew = |case: usize| {
        let route = backend.routes.iter().find(|timing| timing.name == case.to_string());
        route.map_or(0.0, |timing| timing.count)
    };
    let series: Vec<Value> = values
        .iter()
        .enumerate()
        .map(|(case, values)| {
            let values: Vec<String> =
                values.iter().map(|value| value.map_or("_".to_owned(), |value| value.to_string())).collect();
            serde_json::json!({ "series": format!("a{{case=\"{case}\"}}"), "values": values.join(" ") })
        })
        .collect();
    let span = format!("{}s", 5 * (SCRAPES - 1));
    let expected: Vec<Value> = (0..CASES)
        .map(|case| serde_json::json!({ "labels": format!("{{case=\"{case}\"}}"), "value": grew(case) }))
        .collect();
    let test = serde_json::json!({ "evaluation_interval": "5s", "tests": [{
        "interval": "5s", "input_series": series,
        "promql_expr_test": [{ "expr": format!("increase(a[{span}])"), "eval_time": span, "exp_samples": expected }],
    }] });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.yml");
    std::fs::write(&file, test.to_string()).unwrap();
    let output = Command::new(promtool).args(["test", "rules"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!((0..CASES).any(|case| grew(case) > 0.0));
}
