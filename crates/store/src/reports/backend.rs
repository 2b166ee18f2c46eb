//! `GET /api/backend`: one scraped backend.
use std::collections::BTreeMap;

use rusqlite::Connection;
use whippet_api::{Backend, Chart, Line, Timing};

use super::classic_histograms::{Buckets, QUANTILES};
use super::scrapes::Scrapes;
use super::source::{Counter, Pair, Source};
use super::steps::Steps;

/// Requests by route and status.
pub const REQUESTS: &str = "http_requests_total";
/// Durations of requests, s.
pub const LATENCY: &str = "http_request_duration_seconds";
/// Durations of database queries, s.
pub const DATABASE: &str = "db_query_duration_seconds";
/// Cache look-ups by result.
pub const CACHES: &str = "cache_requests_total";

// Names that backends give to the same label, the usual one first.
const ROUTE: [&str; 5] = ["route", "path", "handler", "endpoint", "uri"];
const METHOD: [&str; 2] = ["method", "verb"];
const STATUS: [&str; 3] = ["status", "code", "status_code"];

/// All charts and tables of `target`, scraped every `interval` ms.
pub fn backend(
    connection: &Connection,
    target: &str,
    steps: &Steps,
    interval: i64,
) -> rusqlite::Result<Backend> {
    let Some(scrapes) = Scrapes::new(connection, target, steps, interval)? else {
        return Ok(Backend::default());
    };
    let requests = scrapes.counters(REQUESTS)?;
    let latency = Buckets::read(&scrapes, LATENCY)?;
    let database = Buckets::read(&scrapes, DATABASE)?;
    let caches = scrapes.counters(CACHES)?;
    let cpu = scrapes.counters("process_cpu_seconds_total")?;
    let memory = gauge(&scrapes, "process_resident_memory_bytes")?;

    let chart = |lines: Vec<Line>| Chart { times: steps.ends.clone(), lines, unfinished: false };
    let line = |name: &str, value: &dyn Fn(Pair) -> Option<f64>| Line {
        name: name.to_owned(),
        values: scrapes.grid().steps.iter().map(|pair| pair.and_then(value)).collect(),
        beyond: Vec::new(),
    };
    let rate = |counters: &[Counter], pair| {
        (!counters.is_empty()).then(|| sum(counters, pair, |_| true) / scrapes.grid().seconds(pair))
    };
    Ok(Backend {
        rate: chart(vec![line("requests", &|pair| rate(&requests, pair))]),
        latency: chart(quantiles(&scrapes, &latency)),
        errors: chart(vec![
            line("4xx", &|pair| share(&requests, pair, |counter| class(counter) == Some('4'))),
            line("5xx", &|pair| share(&requests, pair, |counter| class(counter) == Some('5'))),
        ]),
        routes: routes(&scrapes, &requests, &latency),
        database: chart(quantiles(&scrapes, &database)),
        operations: operations(&scrapes, &database),
        caches: chart(
            groups(caches.iter(), |counter| label(counter, &["cache"]).to_owned())
                .iter()
                .map(|cache| {
                    line(cache, &|pair| {
                        hit_rate(&caches, pair, |counter| label(counter, &["cache"]) == cache)
                    })
                })
                .collect(),
        ),
        cpu: chart(vec![line("cpu", &|pair| rate(&cpu, pair))]),
        memory: chart(vec![Line { name: "resident".to_owned(), values: memory, beyond: Vec::new() }]),
        inexact_until: scrapes.inexact_until(steps)?,
    })
}

/// The value of the first of these labels that it has: backends give the same label different names.
pub fn label<'a>(counter: &'a Counter, names: &[&str]) -> &'a str {
    names.iter().map(|name| counter.label(name)).find(|value| !value.is_empty()).unwrap_or_default()
}

/// The sum of all gauges called `name`, for each step.
fn gauge<S: Source>(source: &S, name: &str) -> Result<Vec<Option<f64>>, S::Error> {
    let gauges = source.gauges(name)?;
    let sum = |pair: &Option<Pair>| gauges.iter().filter_map(|gauge| gauge.at((*pair)?)).reduce(|a, b| a + b);
    Ok(source.grid().steps.iter().map(sum).collect())
}

/// The summed increases of the counters that `wanted` selects.
pub fn sum(counters: &[Counter], pair: Pair, wanted: impl Fn(&Counter) -> bool) -> f64 {
    // `sum` of no values is -0.
    counters.iter().filter(|counter| wanted(counter)).fold(0.0, |sum, counter| sum + counter.increase(pair))
}

/// The share of the counters that `wanted` selects in the total increase; `None` where that is 0.
pub fn share(counters: &[Counter], pair: Pair, wanted: impl Fn(&Counter) -> bool) -> Option<f64> {
    let all = sum(counters, pair, |_| true);
    (all > 0.0).then(|| sum(counters, pair, wanted) / all)
}

/// The share of look-ups that hit, in the caches that `wanted` selects.
pub fn hit_rate(caches: &[Counter], pair: Pair, wanted: impl Fn(&Counter) -> bool) -> Option<f64> {
    let result =
        |result| sum(caches, pair, |counter| wanted(counter) && label(counter, &["result"]) == result);
    let (hits, misses) = (result("hit"), result("miss"));
    (hits + misses > 0.0).then(|| hits / (hits + misses))
}

/// The first digit of the status label.
pub fn class(counter: &Counter) -> Option<char> {
    label(counter, &STATUS).chars().next()
}

fn quantiles(scrapes: &Scrapes, buckets: &Buckets) -> Vec<Line> {
    let mut lines = QUANTILES.map(|(name, _)| Line { name: name.to_owned(), ..Line::default() });
    for pair in &scrapes.grid().steps {
        let observed = pair.map(|pair| buckets.observed(pair, |_| true));
        for (line, (_, q)) in lines.iter_mut().zip(QUANTILES) {
            let found = observed.as_ref().and_then(|observed| observed.quantile(q));
            line.values.push(found.map(|(value, _)| ms(value)));
            line.beyond.push(found.is_some_and(|(_, beyond)| beyond));
        }
    }
    for line in &mut lines {
        if !line.beyond.contains(&true) {
            line.beyond.clear();
        }
    }
    lines.into()
}

/// The distinct groups that counters fall into, sorted.
fn groups<'a>(
    counters: impl Iterator<Item = &'a Counter>,
    group: impl Fn(&Counter) -> String,
) -> Vec<String> {
    let mut groups: Vec<String> = counters.map(group).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn route(counter: &Counter) -> String {
    let (method, route) = (label(counter, &METHOD), label(counter, &ROUTE));
    if method.is_empty() { route.to_owned() } else { format!("{method} {route}") }
}

fn routes(scrapes: &Scrapes, requests: &[Counter], latency: &Buckets) -> Vec<Timing> {
    let Some(whole) = scrapes.grid().whole else { return Vec::new() };
    // All, 4xx, 5xx.
    let mut counts: BTreeMap<String, [f64; 3]> = BTreeMap::new();
    for counter in requests {
        let increase = counter.increase(whole);
        let counts = counts.entry(route(counter)).or_default();
        counts[0] += increase;
        match class(counter) {
            Some('4') => counts[1] += increase,
            Some('5') => counts[2] += increase,
            _ => {}
        }
    }
    let timings = counts.into_iter().map(|(name, [all, client, server])| {
        let mut timing = timing(scrapes, latency, whole, &name, route);
        timing.count = all;
        timing.rate = all / scrapes.grid().seconds(whole);
        timing.client_errors = (all > 0.0).then(|| client / all);
        timing.server_errors = (all > 0.0).then(|| server / all);
        timing
    });
    busiest_first(timings.collect())
}

fn operations(scrapes: &Scrapes, database: &Buckets) -> Vec<Timing> {
    let Some(whole) = scrapes.grid().whole else { return Vec::new() };
    let operation = |counter: &Counter| label(counter, &["operation", "query", "statement"]).to_owned();
    let names = groups(database.counters(), operation);
    busiest_first(names.iter().map(|name| timing(scrapes, database, whole, name, operation)).collect())
}

fn timing(
    scrapes: &Scrapes,
    buckets: &Buckets,
    whole: Pair,
    name: &str,
    group: impl Fn(&Counter) -> String,
) -> Timing {
    let observed = buckets.observed(whole, |counter| group(counter) == name);
    let found = QUANTILES.map(|(_, q)| observed.quantile(q));
    let [p50, p95, p99] = found.map(|found| found.map(|(value, _)| ms(value)));
    Timing {
        name: name.to_owned(),
        count: observed.count(),
        rate: observed.count() / scrapes.grid().seconds(whole),
        p50,
        p95,
        p99,
        beyond: found.map(|found| found.is_some_and(|(_, beyond)| beyond)),
        client_errors: None,
        server_errors: None,
    }
}

fn busiest_first(mut timings: Vec<Timing>) -> Vec<Timing> {
    timings.retain(|timing| timing.count > 0.0);
    timings.sort_by(|a, b| b.count.total_cmp(&a.count));
    timings
}

/// Prometheus counts in seconds, the dashboard in milliseconds.
pub fn ms(seconds: f64) -> f64 {
    seconds * 1000.0
}
