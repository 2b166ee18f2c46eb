//! Increases of counters that are missing, repeated or reset between two scrapes.
use std::sync::atomic::{AtomicUsize, Ordering};

use whippet_api::Backend;
use whippet_collector::scrape::parse;
use whippet_store::Scrape;

use crate::harness::{Collector, DAY, HOUR, MINUTE, SECOND};

const OK: &str = "http_requests_total{route=\"/a\",status=\"200\"}";
const OTHER: &str = "http_requests_total{route=\"/b\",status=\"200\"}";
const START_TIME: &str = "process_start_time_seconds";

/// Records a scrape, five seconds after the last one.
async fn scrape(collector: &Collector, text: &str) {
    collector.advance(5 * SECOND);
    let samples = parse(text).unwrap();
    let scrape = Scrape { target: "shop".to_owned(), time: collector.now(), samples, instance: None };
    collector.app.store.record_scrape(scrape).await.unwrap();
}

/// The increase of a route's requests since the start.
async fn grew(collector: &Collector, route: &str) -> f64 {
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    backend.routes.iter().find(|timing| timing.name == route).map_or(0.0, |timing| timing.count)
}

/// Scrapes the texts one after the other. Returns the increase of `/a`.
async fn after(texts: &[String]) -> f64 {
    let collector = Collector::new();
    for text in texts {
        scrape(&collector, text).await;
    }
    grew(&collector, "/a").await
}

fn counter(value: &str) -> String {
    format!("{OK} {value}\nother 1\n")
}

#[tokio::test]
async fn after_a_gap_a_counter_grows_by_the_difference() {
    for missing in ["", "NaN", "+Inf", "-Inf"] {
        let gap = if missing.is_empty() { "other 1\n".to_owned() } else { counter(missing) };
        let texts =
            [counter("1000000"), gap.clone(), counter("1000010"), gap.clone(), gap, counter("1000025")];
        assert_eq!(after(&texts).await, 25.0, "{missing}");
    }
    // During the gap it was reset.
    assert_eq!(after(&[counter("1000"), "other 1\n".to_owned(), counter("30")]).await, 30.0);
}

#[tokio::test]
async fn of_a_series_twice_in_one_scrape_the_first_counts() {
    let twice = |first: u32, second: u32| format!("{OK} {first}\n{OK} {second}\n");
    let texts = [twice(1000, 500), twice(1010, 505), twice(1020, 510)];
    assert_eq!(after(&texts).await, 20.0, "the first, as Prometheus has it");
    // The store itself skips duplicates, too.
    let collector = Collector::new();
    for value in [1000.0, 1010.0] {
        collector.advance(5 * SECOND);
        let mut samples = parse(&format!("{OK} {value}\n")).unwrap();
        let mut second = samples[0].clone();
        second.value = 7.0;
        samples.push(second);
        let scrape = Scrape { target: "shop".to_owned(), time: collector.now(), samples, instance: None };
        collector.app.store.record_scrape(scrape).await.unwrap();
    }
    assert_eq!(grew(&collector, "/a").await, 10.0);
}

#[tokio::test]
async fn the_first_value_of_a_counter_is_no_increase() {
    let collector = Collector::new();
    scrape(&collector, &counter("1000")).await;
    scrape(&collector, &format!("{OK} 1006\n{OTHER} 500000\n")).await;
    assert_eq!((grew(&collector, "/a").await, grew(&collector, "/b").await), (6.0, 0.0));
    scrape(&collector, &format!("{OK} 1006\n{OTHER} 500002\n")).await;
    assert_eq!(grew(&collector, "/b").await, 2.0);
    // It is missing in the first scrape after a restart of the process, and comes back with less.
    scrape(&collector, &counter("1")).await;
    scrape(&collector, &format!("{OK} 1\n{OTHER} 5\n")).await;
    assert_eq!((grew(&collector, "/a").await, grew(&collector, "/b").await), (7.0, 7.0));
    // The same after the collector was down for an hour.
    collector.advance(HOUR);
    let collector = collector.restart().await;
    scrape(&collector, &format!("{OK} 11\n{OTHER} 5\nhttp_requests_total{{route=\"/c\"}} 900\n")).await;
    scrape(&collector, &format!("{OK} 11\n{OTHER} 6\nhttp_requests_total{{route=\"/c\"}} 901\n")).await;
    let routes = [grew(&collector, "/a").await, grew(&collector, "/b").await, grew(&collector, "/c").await];
    assert_eq!(routes, [17.0, 8.0, 1.0]);
}

#[tokio::test]
async fn a_drop_is_a_reset_also_after_a_restart_of_the_collector() {
    let collector = Collector::new();
    for value in [1000.0, 1010.0, 1020.0, 3.0, 13.0, 23.0] {
        scrape(&collector, &format!("{OK} {value}\n")).await;
    }
    assert_eq!(grew(&collector, "/a").await, 20.0 + 3.0 + 20.0);
    // The same after the collector itself was restarted.
    let collector = collector.restart().await;
    scrape(&collector, &format!("{OK} 33\n")).await;
    scrape(&collector, &format!("{OK} 1\n")).await;
    assert_eq!(grew(&collector, "/a").await, 43.0 + 10.0 + 1.0);
}

#[tokio::test]
async fn rounding_of_a_stored_sum_is_no_reset() {
    // 0.1 + 0.2 is not 0.3: a value computed from the stored sum differs in the last digit.
    let collector = Collector::new();
    let mut collector = collector;
    scrape(&collector, &counter("0.3")).await;
    scrape(&collector, &counter("0.1")).await;
    for _ in 0..20 {
        collector = collector.restart().await;
        scrape(&collector, &counter("0.1")).await;
    }
    let grew = grew(&collector, "/a").await;
    assert!((grew - 0.1).abs() < 1e-9, "{grew}");
}

#[tokio::test]
async fn a_new_process_start_time_is_a_reset() {
    let at = |start: i64, value: u32| format!("{START_TIME} {start}\n{OK} {value}\n");
    let now = crate::harness::START / 1000;
    // The new process has counted more than the old one: all of it is an increase.
    assert_eq!(after(&[at(now - 9000, 1000), at(now - 9000, 1010), at(now + 7, 1500)]).await, 1510.0);
    // The kernel rounds the start time: this is the same process.
    assert_eq!(after(&[at(now - 9000, 1000), at(now - 8999, 1010), at(now - 9000, 1020)]).await, 20.0);
    // Another process, which had run for longer than the first; then the first again.
    let texts =
        [at(now - 9000, 1000), at(now - 90_000, 700_000), at(now - 90_000, 700_005), at(now - 9000, 1010)];
    assert_eq!(after(&texts).await, 5.0);
    // A series that the new process does not have in its first scrape.
    let without = format!("{START_TIME} {}\nother 1\n", now + 7);
    assert_eq!(after(&[at(now - 9000, 1000), without, at(now + 7, 1200)]).await, 1200.0);
    // Without a start time, only a drop is a reset.
    assert_eq!(after(&[at(now - 9000, 1000), counter("1500")]).await, 500.0);
}

/// node_exporter shows counters of the machine, mysqld_exporter those of a server: they go on when the exporter is started anew.
#[tokio::test]
async fn what_an_exporter_shows_of_others_goes_on_when_it_is_restarted() {
    let at = |start: i64, value: u32| format!("{START_TIME} {start}\n{OK} {value}\nother_total 1\n");
    let now = crate::harness::START / 1000;
    let texts = [at(now - 9000, 1_000_000), at(now - 9000, 1_000_010), at(now + 7, 1_000_025)];
    assert_eq!(after(&texts).await, 25.0);
    // It was away for some scrapes, and nothing happened.
    let texts = [at(now - 9000, 700), "other 1\n".to_owned(), at(now + 14, 700), at(now + 14, 703)];
    assert_eq!(after(&texts).await, 3.0);
    // The machine itself was started anew, and the exporter with it.
    assert_eq!(after(&[at(now - 9000, 1_000_000), at(now + 2, 12)]).await, 12.0);
}

#[tokio::test]
async fn a_new_created_time_is_a_reset() {
    let now = crate::harness::START / 1000;
    let at = |created: i64, value: u32| {
        format!("{OK} {value}\nhttp_requests_created{{route=\"/a\",status=\"200\"}} {created}\n")
    };
    assert_eq!(after(&[at(now - 9000, 1000), at(now - 9000, 1010), at(now + 8, 1500)]).await, 1510.0);
    // The time is stored: a restart of the collector does not lose it.
    let collector = Collector::new();
    scrape(&collector, &at(now - 9000, 1000)).await;
    let collector = collector.restart().await;
    scrape(&collector, &at(now + 3, 1200)).await;
    assert_eq!(grew(&collector, "/a").await, 1200.0);
}

#[tokio::test]
async fn another_backend_under_the_same_name_begins_with_a_baseline() {
    let collector = Collector::new();
    let store = &collector.app.store;
    store.set_target_address("shop", "127.0.0.1:1/metrics").await.unwrap();
    scrape(&collector, &format!("{OK} 1000\n{OTHER} 1000\n")).await;
    scrape(&collector, &format!("{OK} 1010\n{OTHER} 1000\n")).await;
    store.set_target_address("shop", "127.0.0.1:1/metrics").await.unwrap();
    scrape(&collector, &format!("{OK} 1020\n{OTHER} 1000\n")).await;
    store.set_target_address("shop", "127.0.0.1:2/metrics").await.unwrap();
    // The collector restarts before the first scrape at the new address.
    let collector = collector.restart().await;
    scrape(&collector, &format!("{OK} 900000\n")).await;
    scrape(&collector, &format!("{OK} 900005\n")).await;
    let collector = collector.restart().await;
    scrape(&collector, &format!("{OK} 900006\n{OTHER} 300\n")).await;
    scrape(&collector, &format!("{OK} 900006\n{OTHER} 301\n")).await;
    assert_eq!((grew(&collector, "/a").await, grew(&collector, "/b").await), (26.0, 1.0));
}

#[tokio::test]
async fn a_counter_that_is_a_gauge_for_one_scrape_does_not_grow() {
    let typed = |kind: &str, value: u32| format!("# TYPE http_requests_total {kind}\n{OK} {value}\n");
    let texts = [
        typed("counter", 1000),
        typed("counter", 5),
        typed("gauge", 8),
        typed("counter", 10),
        typed("counter", 12),
    ];
    let grew = after(&texts).await;
    assert!(grew <= 12.0, "{grew}");
}

#[tokio::test]
async fn an_absurdly_large_value_does_not_hide_later_increases() {
    let collector = Collector::new();
    scrape(&collector, &counter("5")).await;
    scrape(&collector, &counter("1e300")).await;
    scrape(&collector, &counter("6")).await;
    let from = collector.now();
    scrape(&collector, &counter("16")).await;
    let to = collector.now();
    let answer = collector.get(&format!("/api/backend?target=shop&from={from}&to={to}")).await;
    assert_eq!(answer.json::<Backend>().routes[0].count, 10.0);
}

#[tokio::test]
async fn thinning_keeps_a_vanished_counter_and_the_baseline_of_a_new_one() {
    let collector = Collector::with(|options| options.detail = HOUR, |_| {});
    scrape(&collector, &format!("{OK} 10\n{OTHER} 1\n")).await;
    collector.advance(2 * MINUTE);
    for value in [20, 30] {
        scrape(&collector, &format!("{OK} {value}\n{OTHER} 1\n")).await;
    }
    // `/a` vanishes for good. `/late` appears in the same minute, and grows in it.
    scrape(&collector, &format!("{OTHER} 1\nhttp_requests_total{{route=\"/late\"}} 2\n")).await;
    scrape(&collector, &format!("{OTHER} 1\nhttp_requests_total{{route=\"/late\"}} 500\n")).await;
    collector.advance(2 * MINUTE);
    scrape(&collector, &format!("{OTHER} 2\nhttp_requests_total{{route=\"/late\"}} 501\n")).await;
    let before = [grew(&collector, "/a").await, grew(&collector, "/late").await];
    assert_eq!(before, [20.0, 499.0]);
    // On a server, what is too old goes with its day.
    for _ in 0..if collector.is_on_server() { 2 } else { 1 } {
        collector.advance(DAY);
        collector.app.store.sweep(collector.now()).await.unwrap();
    }
    let times: std::collections::BTreeSet<i64> =
        collector.samples().await.iter().map(|sample| sample.time).collect();
    assert!(times.len() < 6, "thinned");
    assert_eq!([grew(&collector, "/a").await, grew(&collector, "/late").await], before);
}

#[tokio::test]
async fn nan_gauges_are_gaps() {
    let collector = Collector::new();
    for value in ["6", "7", "NaN", "8", "+Inf", "9"] {
        scrape(&collector, &format!("process_resident_memory_bytes {value}\n")).await;
    }
    let backend: Backend = collector.chart("/api/backend?target=shop").await;
    let values: Vec<Option<f64>> = backend.memory.lines[0].values.clone();
    assert_eq!(values[1..], [Some(7.0), None, Some(8.0), None, Some(9.0)]);
}

/// Pseudo-random numbers, the same in each run.
fn random(state: &AtomicUsize) -> usize {
    let next = state
        .load(Ordering::Relaxed)
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    state.store(next, Ordering::Relaxed);
    next >> 33
}

/// A counter's values, scrape by scrape; at the first and the last there is one, so that Prometheus extrapolates nothing.
pub fn random_values(seed: usize, scrapes: usize) -> Vec<Option<f64>> {
    let state = AtomicUsize::new(seed.wrapping_mul(0x9e37_79b9) + 1);
    for _ in 0..4 {
        random(&state);
    }
    let mut value = (random(&state) % 2_000_000) as f64;
    (0..scrapes)
        .map(|scrape| {
            match random(&state) % 10 {
                0 => value = (random(&state) % 50) as f64,
                1..=5 => value += (random(&state) % 100) as f64,
                _ => {}
            }
            let there = scrape == 0 || scrape == scrapes - 1 || !random(&state).is_multiple_of(3);
            there.then_some(value)
        })
        .collect()
}
