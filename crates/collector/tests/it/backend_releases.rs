//! Releases of backends, from what an exporter prints to what is reported of them.
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use whippet_api::{Comparison, Regressions, Releases, Target, Verdict};
use whippet_store::Scrape;

use crate::harness::{Collector, DAY, HOUR, MINUTE, START};

/// The bounds of Prometheus' client libraries, s.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The time between two scrapes.
const EVERY: i64 = 5 * MINUTE;
/// The routes, and how slow each is, s.
const ROUTES: [(&str, f64); 2] = [("/items/:id", 0.08), ("/cart", 0.2)];

/// How a process says of which release it is.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// By a label of its series.
    Label(&'static str),
    /// By OpenTelemetry's `target_info`, which has its instance.
    TargetInfo,
    /// By `build_info`; it is alone.
    BuildInfo,
}

/// A process with a histogram of its requests, by route and status.
struct Process {
    instance: &'static str,
    release: &'static str,
    says: Says,
    /// How many requests it answers between two scrapes.
    requests: u32,
    slower: f64,
    /// Which share of its requests fails.
    failing: f64,
    drawn: u32,
    /// By route, whether it failed, and bound; the last is that of all.
    counts: [[[u64; BOUNDS.len() + 1]; 2]; ROUTES.len()],
}

impl Process {
    fn new(instance: &'static str, release: &'static str, says: Says) -> Self {
        Self {
            instance,
            release,
            says,
            requests: 60,
            slower: 1.0,
            failing: 0.002,
            drawn: instance.len() as u32 + release.len() as u32 * 77,
            counts: Default::default(),
        }
    }

    /// A share that looks drawn.
    fn next(&mut self) -> f64 {
        self.drawn = self.drawn.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        let word = ((self.drawn >> ((self.drawn >> 28) + 4)) ^ self.drawn).wrapping_mul(277_803_737);
        f64::from((word >> 22) ^ word) / f64::from(u32::MAX)
    }

    /// Answers the requests between two scrapes. They take as long as requests do: with a long tail.
    fn serve(&mut self) {
        for request in 0..self.requests {
            let route = request as usize % ROUTES.len();
            let q = self.next().clamp(0.001, 0.999);
            let took = ROUTES[route].1 * self.slower * (0.35 * (q / (1.0 - q)).ln()).exp();
            let failed = usize::from(self.next() < self.failing);
            for (bound, count) in BOUNDS.iter().zip(&mut self.counts[route][failed]) {
                *count += u64::from(took <= *bound);
            }
            self.counts[route][failed][BOUNDS.len()] += 1;
        }
    }

    /// What its exporter prints, without the lines on types.
    fn print(&self, text: &mut String) {
        let mut own = String::new();
        match self.says {
            Says::Label(label) => own = format!(",{label}=\"{}\"", self.release),
            Says::TargetInfo => {
                own = format!(",instance=\"{}\"", self.instance);
                let (instance, release) = (self.instance, self.release);
                writeln!(text, "target_info{{instance=\"{instance}\",service_version=\"{release}\"}} 1")
                    .unwrap();
            }
            Says::BuildInfo => {
                writeln!(text, "shop_build_info{{revision=\"abc\",version=\"{}\"}} 1", self.release).unwrap();
            }
        }
        for ((route, _), counts) in ROUTES.iter().zip(&self.counts) {
            for (status, counts) in ["200", "503"].iter().zip(counts) {
                let labels = format!("method=\"GET\",route=\"{route}\",status=\"{status}\"{own}");
                let name = "http_request_duration_seconds";
                for (bound, count) in BOUNDS.iter().zip(counts) {
                    writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}").unwrap();
                }
                let all = counts[BOUNDS.len()];
                writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {all}").unwrap();
                writeln!(text, "{name}_sum{{{labels}}} {}\n{name}_count{{{labels}}} {all}", all as f64 * 0.1)
                    .unwrap();
            }
        }
    }
}

/// Scrapes what these processes print, as one document of `target`.
async fn scrape(collector: &Collector, target: &str, processes: &[Process]) {
    let mut text = "# HELP http_request_duration_seconds How long requests took.\n\
                    # TYPE http_request_duration_seconds histogram\n"
        .to_owned();
    processes.iter().for_each(|process| process.print(&mut text));
    let samples = whippet_collector::scrape::parse(&text).unwrap();
    let scrape = Scrape { target: target.to_owned(), time: collector.now(), samples, instance: None };
    collector.app.store.record_scrape(scrape).await.unwrap();
}

/// Hours in which these processes answer, each scraped every five minutes.
async fn hours(collector: &Collector, count: usize, processes: &mut [Process]) {
    for hour in 0..count {
        for _ in 0..HOUR / EVERY {
            collector.advance(EVERY);
            processes.iter_mut().for_each(Process::serve);
            scrape(collector, "shop", processes).await;
        }
        if hour % 6 == 5 {
            collector.app.store.sweep(collector.now()).await.unwrap();
        }
    }
}

async fn look(collector: &Collector) -> Regressions {
    let backends = collector.app.backends().await.unwrap().all;
    collector.app.regressions.look(&collector.app.store, backends, collector.now()).await.unwrap();
    collector.get("/api/regressions?target=shop").await.json()
}

async fn releases(collector: &Collector, target: &str) -> Releases {
    let range = format!("from={START}&to={}", collector.now());
    let answer = collector.get(&format!("/api/releases?target={target}&{range}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn compare(collector: &Collector, query: &str) -> Comparison {
    let range = format!("from={START}&to={}", collector.now());
    let answer = collector.get(&format!("/api/compare?target=shop&{query}&{range}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn names(releases: &Releases) -> Vec<(&str, i64, Option<&str>)> {
    let one = |release: &'_ whippet_api::Release| release.first;
    let all = releases.releases.iter();
    all.map(|release| (release.name.as_str(), one(release), release.before.as_deref())).collect()
}

#[tokio::test]
async fn a_slow_release_of_a_rolling_deployment_is_found_with_its_numbers_and_withdrawn() {
    let collector = Collector::new();
    let process = |instance, release| Process::new(instance, release, Says::TargetInfo);
    let mut processes = [process("a", "1.0"), process("b", "1.0")];
    hours(&collector, 20, &mut processes).await;
    assert_eq!(look(&collector).await.regressions, []);
    // In the middle of an hour one of both instances is started anew, with the next release.
    for _ in 0..6 {
        collector.advance(EVERY);
        processes.iter_mut().for_each(Process::serve);
        scrape(&collector, "shop", &processes).await;
    }
    let began = collector.now();
    processes[1] = Process { slower: 1.6, ..process("b", "2.0") };
    let mut found = Regressions::default();
    let mut taken = 0;
    while found.regressions.is_empty() && taken < 12 {
        hours(&collector, 1, &mut processes).await;
        taken += 1;
        found = look(&collector).await;
    }
    let [regression] = &found.regressions[..] else { panic!("after {taken} h: {found:?}") };
    assert!(taken <= 8, "{taken}");
    assert_eq!((regression.metric.as_str(), regression.about.name.as_str()), ("response time", "shop"));
    assert!(regression.about.backend && found.watched > 0);
    assert_eq!((regression.release.as_deref(), regression.before.as_deref()), (Some("2.0"), Some("1.0")));
    let change = regression.change.unwrap();
    assert!((0.35..0.9).contains(&change), "{regression:?}");
    assert!(regression.new.unwrap() > 1.3 * regression.old.unwrap(), "{regression:?}");
    assert!(regression.words.ends_with("slower since release 2.0"), "{}", regression.words);
    assert!(regression.place.address().starts_with("/releases?"), "{}", regression.place.address());

    // What was counted is told apart to the scrape, and is in the answers as it was put in.
    let listed = releases(&collector, "shop").await;
    assert_eq!(names(&listed), [("2.0", began, Some("1.0")), ("1.0", START + EVERY, None)]);
    let requests =
        |process: &Process| process.counts.iter().flatten().map(|one| one[BOUNDS.len()]).sum::<u64>();
    assert_eq!(listed.releases[0].views, requests(&processes[1]));
    assert_eq!((listed.releases[0].verdict, listed.releases[0].watched), (Verdict::Worse, true));
    assert_eq!(listed.releases[0].regressions, std::slice::from_ref(&regression.id));
    assert!((listed.releases[0].share - 0.5).abs() < 0.05);
    let compared = compare(&collector, "split=release:2.0").await;
    assert_eq!(compared.new.views, requests(&processes[1]));
    assert_eq!(compared.old.as_ref().unwrap().split.as_deref(), Some("release:1.0"));
    let [time, errors] = &compared.metrics[..] else { panic!("{compared:?}") };
    assert!(time.low.unwrap() < 0.6 && 0.6 < time.high.unwrap(), "{time:?}");
    assert_eq!((time.verdict, compared.verdict), (Verdict::Worse, Verdict::Worse));
    let failed: u64 = processes[1].counts.iter().map(|route| route[1][BOUNDS.len()]).sum();
    assert!((errors.new.unwrap() - failed as f64 / compared.new.views as f64).abs() < 1e-9, "{errors:?}");
    assert_ne!(errors.verdict, Verdict::Worse);
    let routes: Vec<&str> = compared.pages.iter().map(|page| page.page.as_str()).collect();
    assert_eq!(routes.len(), 2, "{routes:?}");
    assert!(routes.contains(&"GET /cart"));
    let one = compare(&collector, "split=release:2.0&page=GET%20/cart&quantile=p95").await;
    assert_eq!((one.new.views, one.pages.len()), (requests(&processes[1]) / 2, 1));
    assert!(one.metrics[0].old.unwrap() > time.old.unwrap());

    // Another collector goes on with it; the release is rolled back.
    let collector = collector.restart().await;
    assert_eq!(look(&collector).await.regressions[0].id, regression.id);
    processes[1] = process("b", "1.0");
    hours(&collector, 3, &mut processes).await;
    let withdrawn = &look(&collector).await.regressions[0];
    assert_eq!(withdrawn.why_withdrawn.as_deref(), Some("release 2.0 was rolled back"));
}

#[tokio::test]
async fn a_release_that_fails_more_often_is_found_by_a_label_and_a_harmless_one_is_not() {
    let collector = Collector::new();
    let process = |release| Process::new("a", release, Says::Label("version"));
    let mut processes = vec![process("1.0")];
    hours(&collector, 20, &mut processes).await;
    processes.push(process("1.1"));
    hours(&collector, 8, &mut processes).await;
    let found = look(&collector).await;
    assert!(found.watched > 0, "it was looked at");
    assert_eq!(found.regressions, []);
    let harmless = compare(&collector, "split=release:1.1").await;
    assert!(!matches!(harmless.verdict, Verdict::Worse | Verdict::Better), "{harmless:?}");

    processes[1] = Process { failing: 0.1, ..process("1.2") };
    let mut found = Regressions::default();
    for _ in 0..8 {
        hours(&collector, 1, &mut processes).await;
        found = look(&collector).await;
        if !found.regressions.is_empty() {
            break;
        }
    }
    let [regression] = &found.regressions[..] else { panic!("{found:?}") };
    assert_eq!((regression.metric.as_str(), regression.release.as_deref()), ("errors", Some("1.2")));
    assert!(
        regression.words.starts_with("errors are ") && regression.words.contains(" more"),
        "{}",
        regression.words
    );
    assert!((regression.new.unwrap() - 0.1).abs() < 0.03, "{regression:?}");
    // What rules on regressions see.
    let lasting = collector.app.regressions.lasting().unwrap();
    assert_eq!((lasting.len(), lasting[0].about.backend), (1, true));
}

#[tokio::test]
async fn a_release_that_replaces_the_old_one_at_once_is_compared_with_the_time_before() {
    let collector = Collector::new();
    let mut processes = [Process::new("a", "1.0", Says::BuildInfo)];
    hours(&collector, 6, &mut processes).await;
    let began = collector.now();
    // Its counters begin at 0 again.
    processes[0] = Process { slower: 2.0, ..Process::new("a", "2.0", Says::BuildInfo) };
    hours(&collector, 6, &mut processes).await;
    let listed = releases(&collector, "shop").await;
    assert_eq!(names(&listed), [("2.0", began, Some("1.0")), ("1.0", START + EVERY, None)]);
    assert_eq!((listed.releases[0].verdict, listed.releases[0].views), (Verdict::Worse, 6 * 12 * 60));
    let compared = compare(&collector, "split=release:2.0").await;
    let old = compared.old.as_ref().unwrap();
    assert!(old.to <= began && old.views > 2000, "{old:?}");
    assert_eq!(compared.metrics[0].verdict, Verdict::Worse);
    // Any two spans of one release, and of all.
    let spans =
        format!("from={}&to={began}&with_from={began}&with_to={}", began - 2 * HOUR, began + 2 * HOUR);
    let spans: Comparison = collector.get(&format!("/api/compare?target=shop&{spans}")).await.json();
    assert_eq!((spans.new.views, spans.old.unwrap().views), (2 * 12 * 60, 2 * 12 * 60));
    assert_eq!(spans.verdict, Verdict::Better);

    // A day later hours tell it, and after three days packed hours alone.
    for days in [1, 3] {
        collector.advance(days * DAY);
        scrape(&collector, "shop", &processes).await;
        collector.app.store.sweep(collector.now()).await.unwrap();
        let listed = releases(&collector, "shop").await;
        let seen = names(&listed);
        assert_eq!((seen[0].0, seen[0].2, seen[1].0), ("2.0", Some("1.0"), "1.0"));
        assert!((seen[0].1 - began).abs() <= HOUR, "{seen:?}");
    }
}

#[tokio::test]
async fn instances_that_a_list_names_are_one_backend() {
    let listed = ["api-10.0.0.1-80", "api-10.0.0.2-80"];
    let collector = Collector::new();
    for (name, host) in listed.iter().zip(["10.0.0.1:80", "10.0.0.2:80"]) {
        let url = format!("http://{host}/metrics");
        assert!(collector.app.target_status.add(name, url, 0, Some("fleet")));
    }
    let mut old = [Process::new("a", "1.0", Says::BuildInfo)];
    let mut new = [Process { slower: 1.8, ..Process::new("b", "2.0", Says::BuildInfo) }];
    for _ in 0..5 * HOUR / EVERY {
        collector.advance(EVERY);
        for (name, processes) in listed.iter().zip([&mut old, &mut new]) {
            processes[0].serve();
            scrape(&collector, name, processes).await;
        }
    }
    let of = async |target: &str| {
        let releases = releases(&collector, target).await;
        let mut all: Vec<(String, u64)> =
            releases.releases.iter().map(|release| (release.name.clone(), release.views)).collect();
        all.sort();
        all
    };
    let all = 59 * 60;
    assert_eq!(of("api").await, [("1.0".to_owned(), all), ("2.0".to_owned(), all)]);
    assert_eq!(of(listed[0]).await, [("1.0".to_owned(), all)]);
    let range = format!("from={START}&to={}", collector.now());
    let query = format!("/api/compare?target=api&split=release:2.0&with_split=release:1.0&{range}");
    let compared: Comparison = collector.get(&query).await.json();
    assert_eq!((compared.new.views, compared.old.unwrap().views), (all, all));
    assert_eq!(compared.verdict, Verdict::Worse);
    let known: Vec<Target> = collector.app.target_status.snapshot();
    assert!(known.iter().all(|target| target.name != "api"), "it is no target of its own");
}

/// A push of an OpenTelemetry SDK: one histogram, counted since the process began.
async fn push(collector: &Collector, (host, version): (&str, &str), counts: [u64; 4]) {
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let attributes = [text("service.name", "api"), text("host.name", host), text("service.version", version)];
    let point = json!({
        "startTimeUnixNano": "1", "count": counts.iter().sum::<u64>().to_string(), "sum": 1.5,
        "explicitBounds": [0.05, 0.1, 0.5], "bucketCounts": counts.map(|count| count.to_string()),
        "attributes": [text("http.route", "/pay"), text("http.response.status_code", "200")],
    });
    let metric = json!({
        "name": "http.server.request.duration", "unit": "s",
        "histogram": {"aggregationTemporality": 2, "dataPoints": [point]},
    });
    let body: Value = json!({"resourceMetrics": [
        {"resource": {"attributes": attributes}, "scopeMetrics": [{"metrics": [metric]}]}
    ]});
    let request = Request::post("/v1/metrics").header("content-type", "application/json");
    let answer = collector.send(request.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn services_that_push_say_their_version_with_their_resource() {
    let collector = Collector::new();
    let fast = |count: u64| [count * 6, count * 3, count, 0];
    let slow = |count: u64| [count, count * 3, count * 5, count];
    for minute in 1..=30 {
        push(&collector, ("a", "1.0"), fast(minute)).await;
        push(&collector, ("b", "1.0"), fast(minute)).await;
        collector.advance(MINUTE);
    }
    // One host is deployed anew: the same instance has another version, at once.
    for minute in 1..=30 {
        push(&collector, ("a", "1.0"), fast(30 + minute)).await;
        push(&collector, ("b", "1.1"), slow(minute)).await;
        collector.advance(MINUTE);
    }
    let listed = releases(&collector, "api").await;
    let all: Vec<(&str, u64)> =
        listed.releases.iter().map(|release| (release.name.as_str(), release.views)).collect();
    // First values of a series are no increase: of each instance one push.
    assert_eq!(all, [("1.1", 300), ("1.0", 590 + 290)]);
    let range = format!("from={START}&to={}", collector.now());
    let compared: Comparison =
        collector.get(&format!("/api/compare?target=api&split=release:1.1&{range}")).await.json();
    assert_eq!((compared.new.views, compared.metrics[0].verdict), (300, Verdict::Worse));
    assert_eq!(compared.pages.iter().map(|page| page.page.as_str()).collect::<Vec<_>>(), ["/pay"]);
}
