//! Which signals each exporter tells, and that their units are right.
use std::collections::BTreeMap;

use whippet_catalogue::{Catalogue, Choice, Class, Gather, Labels, Meaning, Signal, Told};
use whippet_store::Sample;

use super::texts::{Exporter, exporters, samples};

/// Exporter by exporter, all signals that it tells, in groups: `http.server: requests` is `http.server.requests`. A signal that an
/// exporter tells and that is not in its row is as wrong as one in its row that is not found.
const TABLE: &[(&str, &str)] = &[
    (
        "actix-web-prom",
        "http.server: requests duration; process: cpu memory open_fds max_fds threads start_time",
    ),
    (
        "aspnetcore-opentelemetry",
        "http.server: requests duration errors in_flight; http.client: requests duration; db: queries duration; db.pool: in_use idle size waiting; jobs: waiting; process: cpu memory; runtime: gc_time gc_count heap_used threads; service: connections info",
    ),
    ("axum-prometheus", "http.server: requests duration in_flight"),
    ("bullmq", "jobs: waiting running"),
    (
        "caddy",
        "http.server: requests duration in_flight request_bytes response_bytes; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count heap_used threads goroutines; service: info",
    ),
    (
        "cadvisor",
        "process: cpu memory open_fds threads start_time; host: cpu memory_used memory_total disk_used disk_total disk_read disk_written net_received net_sent; service: info",
    ),
    ("celery-exporter", "jobs: done failed duration waiting running; service: up"),
    (
        "client-go",
        "http.server: requests duration in_flight response_bytes; http.client: requests duration; db.pool: in_use idle open size wait_duration; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count heap_used threads goroutines; service: info",
    ),
    (
        "client-python",
        "http.server: requests duration in_flight; http.client: requests duration; db: queries duration; cache: hits misses; jobs: done; process: cpu memory open_fds max_fds start_time; runtime: gc_count; service: info",
    ),
    (
        "django-prometheus",
        "http.server: requests duration request_bytes response_bytes; db: queries duration errors; cache: hits misses; process: cpu memory open_fds max_fds start_time; runtime: gc_count; service: info",
    ),
    (
        "envoy",
        "http.server: requests duration in_flight request_bytes response_bytes; http.client: requests duration; process: memory uptime; runtime: heap_used; service: up connections",
    ),
    (
        "express-prom-bundle",
        "http.server: requests duration; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count event_loop_lag heap_used; service: up info",
    ),
    (
        "fastapi-instrumentator",
        "http.server: requests duration in_flight request_bytes response_bytes; process: cpu memory open_fds max_fds start_time; runtime: gc_count; service: info",
    ),
    (
        "fastify-metrics",
        "http.server: requests duration; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count event_loop_lag heap_used; service: info",
    ),
    (
        "flask-exporter",
        "http.server: requests duration errors; process: cpu memory open_fds max_fds start_time; runtime: gc_count; service: info",
    ),
    (
        "haproxy",
        "http.server: requests duration request_bytes response_bytes; http.client: requests duration errors; cache: hits requests; process: max_fds start_time uptime; service: connections info",
    ),
    ("kafka-exporter", "messaging: sent received lag"),
    ("metrics-rs", "http.server: requests duration; process: cpu memory open_fds max_fds threads start_time"),
    (
        "mysqld-exporter",
        "db: queries errors slow connections connections_max; cache: misses requests bytes limit; jobs: running; process: cpu memory open_fds max_fds start_time uptime; runtime: gc_time gc_count heap_used threads goroutines; service: up info",
    ),
    ("nginx-exporter", "http.server: requests; service: up connections info"),
    (
        "nginx-vts",
        "http.server: requests duration request_bytes response_bytes; http.client: requests duration; cache: requests; process: start_time; service: connections",
    ),
    (
        "node-exporter",
        "process: cpu memory open_fds max_fds start_time; host: cpu memory_total memory_available disk_total disk_available disk_read disk_written net_received net_sent load; runtime: gc_time gc_count heap_used threads goroutines; service: info",
    ),
    (
        "opentelemetry-java",
        "http.server: requests duration; http.client: requests duration; db: queries duration; db.pool: in_use idle size waiting wait_duration timeouts; messaging: sent received duration; process: cpu; runtime: gc_time gc_count heap_used heap_limit threads; service: info",
    ),
    (
        "opentelemetry-node",
        "http.server: requests duration; http.client: requests duration; process: cpu memory; host: cpu memory_used net_received net_sent; runtime: gc_time gc_count event_loop_lag heap_used; service: info",
    ),
    (
        "opentelemetry-node-old",
        "http.server: requests duration; http.client: requests duration; process: cpu memory; host: cpu memory_used net_received net_sent; runtime: gc_time gc_count event_loop_lag heap_used; service: info",
    ),
    (
        "opentelemetry-python",
        "http.server: requests duration in_flight request_bytes response_bytes; http.client: requests duration; genai: requests duration input_tokens output_tokens; process: cpu memory open_fds max_fds threads start_time; host: cpu memory_used disk_read disk_written net_received net_sent; runtime: gc_count threads; service: info",
    ),
    (
        "opentelemetry-python-old",
        "http.server: requests duration in_flight request_bytes response_bytes; http.client: requests duration; genai: requests duration input_tokens output_tokens; process: cpu memory open_fds max_fds threads start_time; host: cpu memory_used disk_read disk_written net_received net_sent; runtime: gc_count threads; service: info",
    ),
    (
        "postgres-exporter",
        "db: queries errors connections connections_max size; cache: hits misses limit; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count heap_used threads goroutines; service: up info",
    ),
    (
        "process-exporter",
        "process: cpu memory open_fds max_fds threads start_time; runtime: gc_time gc_count heap_used threads goroutines; service: info",
    ),
    (
        "prom-client",
        "http.server: requests duration; db: queries duration; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count event_loop_lag heap_used; service: info",
    ),
    (
        "prometheus-net",
        "http.server: requests duration in_flight; http.client: requests duration; process: cpu memory open_fds threads start_time; runtime: gc_count heap_used",
    ),
    (
        "rabbitmq",
        "jobs: running; messaging: sent received lag; process: memory open_fds max_fds; host: disk_available; service: connections info",
    ),
    (
        "rails-prometheus-exporter",
        "http.server: requests duration in_flight; db: queries duration; db.pool: in_use idle open size waiting; jobs: done failed duration waiting; process: memory; runtime: gc_count threads",
    ),
    (
        "rails-yabeda",
        "http.server: requests duration; db: queries duration; db.pool: in_use idle size waiting; jobs: done failed duration waiting; runtime: threads",
    ),
    (
        "redis-exporter",
        "db: queries duration errors connections connections_max; cache: hits misses evictions entries bytes limit; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count heap_used threads goroutines; service: up info",
    ),
    ("ruby-client", "http.server: requests duration"),
    (
        "spring-boot",
        "http.server: requests duration in_flight; http.client: requests duration; db: queries duration; db.pool: in_use idle open size waiting wait_duration timeouts; cache: requests evictions entries; jobs: done duration waiting running; process: cpu open_fds max_fds start_time uptime; host: cpu_used disk_total disk_available load; runtime: gc_time gc_count heap_used heap_limit threads",
    ),
    (
        "spring-boot-histogram",
        "http.server: requests duration in_flight; http.client: requests duration; db: queries duration; db.pool: in_use idle open size waiting wait_duration timeouts; cache: requests evictions entries; jobs: done duration waiting running; process: cpu open_fds max_fds start_time uptime; host: cpu_used disk_total disk_available load; runtime: gc_time gc_count heap_used heap_limit threads",
    ),
    (
        "starlette-exporter",
        "http.server: requests duration in_flight; process: cpu memory open_fds max_fds start_time; runtime: gc_count; service: info",
    ),
    (
        "starlette-prometheus",
        "http.server: requests duration in_flight; process: cpu memory open_fds max_fds start_time; runtime: gc_count; service: info",
    ),
    (
        "traefik",
        "http.server: requests duration request_bytes response_bytes; http.client: requests duration; process: cpu memory open_fds max_fds start_time; runtime: gc_time gc_count heap_used threads goroutines; service: connections info",
    ),
];

/// The shop's requests between the texts: all, with 4xx, with 5xx. Some libraries count the scrape and the slow request too.
const SHOP: (f64, f64, f64) = (96.0, 15.0, 5.0);
/// Requests without a route, which some libraries do not count.
const UNROUTED: f64 = 3.0;

fn told(exporter: &Exporter) -> Told {
    let mut series = Gather::default();
    for sample in samples(&exporter.texts[1]) {
        let labels = sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        series.add(&sample.name, labels, sample.counter);
    }
    Catalogue::new().told(&series.finish())
}

fn signals(exporter: &Exporter) -> String {
    let told = told(exporter);
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for signal in told.signals() {
        let (group, name) = signal.name().rsplit_once('.').unwrap();
        match groups.last_mut().filter(|last| last.0 == group) {
            Some((_, names)) => names.push(name.to_owned()),
            None => groups.push((group.to_owned(), vec![name.to_owned()])),
        }
    }
    let groups = groups.iter().map(|(group, names)| format!("{group}: {}", names.join(" ")));
    groups.collect::<Vec<_>>().join("; ")
}

#[test]
fn each_exporter_tells_the_signals_of_its_row_and_no_others() {
    let expected: BTreeMap<&str, &str> = TABLE.iter().copied().collect();
    let mut faults = Vec::new();
    for exporter in exporters() {
        let found = signals(&exporter);
        if expected.get(exporter.name.as_str()).copied() != Some(&found) {
            faults.push(format!("    (\"{}\", \"{found}\"),", exporter.name));
        }
    }
    assert!(faults.is_empty(), "{} rows are different:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(expected.len(), exporters().len());
}

/// How much each series of these names has grown between the texts.
fn grown(exporter: &Exporter, names: &[String]) -> Vec<(String, Labels, f64)> {
    let key = |sample: &Sample| (sample.name.clone(), sample.labels.iter().cloned().collect::<Labels>());
    let before: BTreeMap<(String, Labels), f64> =
        samples(&exporter.texts[0]).iter().map(|sample| (key(sample), sample.value)).collect();
    let after = samples(&exporter.texts[1]);
    let wanted = after.iter().filter(|sample| names.contains(&sample.name));
    wanted
        .map(|sample| {
            let key = key(sample);
            let grown = sample.value - before.get(&key).copied().unwrap_or(0.0);
            (key.0, key.1, grown)
        })
        .collect()
}

/// The web applications and servers that got the shop's traffic: how many 4xx they do not count, and how many requests they do not count or
/// count in addition. Every other exporter that tells requests is a row too much.
#[test]
fn the_traffic_that_was_sent_is_the_traffic_that_is_told() {
    let mut count = 0;
    for exporter in exporters() {
        let told = told(&exporter);
        let has_class = |choice: &&Choice| choice.has(Meaning::Status);
        let Some(choice) = told.choices(Signal::ServerRequests).iter().find(has_class) else { continue };
        let (mut all, mut client, mut server) = (0.0, 0.0, 0.0);
        for (_, labels, grown) in grown(&exporter, &choice.series()) {
            let Some(tags) = choice.tags(&labels) else { continue };
            all += grown;
            match tags.class {
                Some(Class::Client) => client += grown,
                Some(Class::Server) => server += grown,
                Some(Class::Good) => {}
                other => assert_eq!(grown, 0.0, "{}: {labels:?} is {other:?}", exporter.name),
            }
        }
        let name = &exporter.name;
        let (sent, refused, failed) = SHOP;
        assert!(client == refused || client == refused - UNROUTED, "{name}: {client} requests with 4xx");
        assert_eq!(server, failed, "{name}: requests with 5xx");
        let least = sent - (refused - client);
        assert!((least..=least + 2.0).contains(&all), "{name}: {all} requests");
        count += 1;
        // Six of them took 300 ms, the others a few: on average 20 ms and more, on a busy machine.
        for choice in told.choices(Signal::ServerDuration).iter().filter(|choice| choice.has_sum) {
            let names = ["_sum", "_count"].map(|part| format!("{}{part}", choice.metric));
            let (mut sum, mut number) = (0.0, 0.0);
            for (metric, labels, grown) in grown(&exporter, &names) {
                let Some(tags) = choice.tags(&labels) else { continue };
                if metric.ends_with("_sum") { sum += grown * tags.factor } else { number += grown }
            }
            let average = sum / number;
            assert!((15.0..200.0).contains(&average), "{name}: {average} ms on average by {}", choice.metric);
        }
    }
    assert!(count > 25, "{count}");
}
