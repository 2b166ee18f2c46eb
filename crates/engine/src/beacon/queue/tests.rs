//! What a queue keeps, sends and drops.
use super::value::OTHER;
use super::*;
use crate::beacon::{Attribution, Beacon, Connection, Context, Device, ResourceKind, decode};
use crate::stats::Histogram;
use crate::vitals::{Metric, Navigation};
use expect_test::expect;
use proptest::prelude::*;
use std::format;

fn context() -> Context {
    Context {
        session: "s3ss10n".into(),
        view: "v13w".into(),
        app: "shop".into(),
        release: Some("1.2.0".into()),
        page: "/packages/:id".into(),
        navigation: Navigation::Navigate,
        device: Device::Desktop,
        connection: Some(Connection::Fourth),
        memory: Some(8.0),
        sample_rate: 0.25,
        error_sample_rate: 0.25,
    }
}

fn queue() -> Queue {
    Queue::new(Duration::from_ms(10_000.0))
}

fn at(ms: f64) -> Instant {
    Instant::from_ms(ms)
}

fn one(value: f64) -> Histogram {
    let mut histogram = Histogram::new();
    histogram.record(value);
    histogram
}

fn resource(host: &str, kind: ResourceKind, count: u64) -> Resource {
    let (bytes, duration, slowest) = (count * 12_345, count as f64 * 31.2, 180.4);
    Resource { host: host.into(), kind, count, bytes, cached: count / 3, failed: 0, duration, slowest }
}

fn script(source: &str, duration: f64) -> Script {
    let invoker = "BUTTON#buy.onclick".into();
    Script { source: source.into(), invoker, count: 1, duration, forced: 12.0 }
}

fn flush(queue: &mut Queue) -> Vec<Beacon> {
    let beacons = queue.flush(1_000, &context());
    assert!(beacons.iter().all(|text| text.len() <= limits::BYTES));
    beacons.iter().map(|text| decode(text.as_bytes()).expect("a beacon is one JSON document")).collect()
}

#[test]
fn a_beacon_is_readable_text() {
    let mut queue = queue();
    queue.vital(at(0.0), Metric::Lcp, 1234.5);
    queue.vital(at(0.0), Metric::Cls, 0.1234);
    queue.count(at(0.0), "query.hits", 12);
    for ms in [0.0, 20.0, 25.0, 400.0] {
        queue.record(at(0.0), "page.load", ms);
        queue.merge(at(0.0), "query.fetch", &one(ms));
    }
    queue.error(at(0.0), "TypeError: \"x\" is not\na function", "app.js:1:20");
    queue.count_lost(1);
    let text = queue.flush(1_790_000_000_000, &context()).remove(0);
    expect![[r#"{"v":1,"id":"v13w-1","session":"s3ss10n","app":"shop","release":"1.2.0","page":"/packages/:id","connection":"4g","memory":8,"sentAt":1790000000000,"sampleRate":0.25,"vitals":{"LCP":{"value":1234.5},"CLS":{"value":0.1234,"rating":"needs-improvement"}},"counters":{"query.hits":12},"timings":{"page.load":[0,20,25,400]},"histograms":{"query.fetch":{"scale":5,"zero":1,"sum":445,"min":0,"max":400,"offset":138,"counts":[1,-9,1,-127,1]}},"errors":[{"message":"TypeError: \"x\" is not\na function","source":"app.js:1:20"}],"dropped":1,"drops":{"beacons":1}}"#]]
    .assert_eq(&text);
}

#[test]
fn an_empty_queue_sends_nothing() {
    let mut queue = queue();
    queue.count(at(0.0), "query.hits", 0);
    queue.record(at(0.0), "query.fetch", f64::NAN);
    queue.count_lost(3);
    assert_eq!((queue.next_deadline(), queue.is_empty()), (None, true));
    assert!(queue.flush(0, &context()).is_empty());
    // The next beacon reports the drops.
    queue.count(at(0.0), "query.hits", 1);
    assert_eq!(flush(&mut queue)[0].dropped, 3);
    assert_eq!(queue.dropped(), 0);
}

#[test]
fn a_page_view_is_told_of_once_even_if_nothing_is_measured() {
    let mut queue = queue();
    queue.tell_view(at(5.0));
    queue.count_lost(3);
    assert_eq!((queue.is_empty(), queue.next_deadline()), (false, Some(at(10_005.0))));
    let beacons = flush(&mut queue);
    // What has drops tells of losses alone.
    assert_eq!((beacons.len(), beacons[0].id.as_str(), beacons[0].dropped), (1, "v13w-1", 0));
    assert_eq!((queue.is_empty(), queue.next_deadline(), queue.has_sent()), (true, None, true));
    assert!(flush(&mut queue).is_empty());
    queue.count(at(20_000.0), "a", 1);
    assert_eq!((queue.next_deadline(), flush(&mut queue)[0].dropped), (Some(at(30_000.0)), 3));
}

#[test]
fn errors_alone_do_not_tell_of_a_page_view() {
    for measured in [false, true] {
        let mut queue = queue();
        queue.tell_view(at(0.0));
        queue.error(at(0.0), "x is not a function", "");
        queue.count(at(0.0), "a", u64::from(measured));
        let beacons = flush(&mut queue);
        let errors: Vec<_> = beacons.iter().map(|beacon| beacon.errors.len()).collect();
        assert_eq!(errors, if measured { &[1][..] } else { &[0, 1] });
        queue.error(at(0.0), "x is not a function", "");
        assert_eq!(flush(&mut queue).len(), 1);
    }
}

#[test]
fn a_queue_is_due_an_interval_after_its_first_measurement() {
    let mut queue = queue();
    queue.count(at(5.0), "query.hits", 1);
    queue.vital(at(5000.0), Metric::Fcp, 800.0);
    assert_eq!(queue.next_deadline(), Some(at(10_005.0)));
    assert!(!queue.is_due(at(10_004.0)) && queue.is_due(at(10_005.0)));
    flush(&mut queue);
    assert_eq!(queue.next_deadline(), None);
}

#[test]
fn a_full_queue_is_due_at_once() {
    let mut queue = queue();
    for i in 0..limits::HISTOGRAMS {
        for octave in 0..40 {
            queue.record(at(1.0), &format!("custom.{i}"), f64::from(octave).exp2());
        }
    }
    let long = "x".repeat(limits::MESSAGE);
    for i in 0..limits::ERRORS {
        queue.error(at(2.0), &long, &format!("{i}"));
    }
    assert!(queue.is_due(at(2.0)));
}

#[test]
fn a_vital_keeps_its_newest_value_and_beacon_ids_differ() {
    let mut queue = queue();
    queue.vital(at(0.0), Metric::Inp, 40.0);
    queue.vital(at(1.0), Metric::Inp, 600.0);
    let first = flush(&mut queue).remove(0);
    assert_eq!(first.vitals.len(), 1);
    assert_eq!((first.vitals[0].value, first.vitals[0].rating), (600.0, crate::vitals::Rating::Poor));
    queue.vital(at(2.0), Metric::Inp, 700.0);
    assert_eq!((first.id.as_str(), flush(&mut queue)[0].id.as_str()), ("v13w-1", "v13w-2"));
}

#[test]
fn equal_errors_are_counted_and_the_oldest_are_dropped() {
    let mut queue = queue();
    for i in 0..limits::ERRORS + 2 {
        let message = format!("error {i}");
        queue.error(at(0.0), &message, "");
        queue.error(at(0.0), &message, "");
    }
    let beacon = flush(&mut queue).remove(0);
    assert_eq!(beacon.dropped, 4);
    assert_eq!(beacon.errors.len(), limits::ERRORS);
    assert_eq!((beacon.errors[0].message.as_str(), beacon.errors[0].count), ("error 33", 2));
}

#[test]
fn invalid_characters_in_names_are_replaced() {
    let mut queue = queue();
    queue.count(at(0.0), "a b", 1);
    queue.count(at(0.0), "", 1);
    queue.gauge(at(0.0), "größe", 2.0);
    queue.record(at(0.0), &"x".repeat(97), 1.0);
    let beacon = flush(&mut queue).remove(0);
    assert_eq!(beacon.counters, [("_".into(), 1), ("a_b".into(), 1)]);
    assert_eq!(beacon.gauges, [("gr__e".into(), 2.0)]);
    assert_eq!((beacon.timings[0].0.len(), beacon.dropped), (limits::NAME, 0));
}

#[test]
fn navigation_phases_of_0_ms_are_left_out() {
    let mut queue = queue();
    for (phase, ms) in [("dns", 12.5), ("tcp", 0.0), ("dom", 8.0), ("dom", 9.0), ("no word", 1.0)] {
        queue.phase(at(0.0), phase, ms);
    }
    let text = queue.flush(0, &context()).remove(0);
    assert!(text.contains(r#""phases":{"dns":12.5,"dom":9}"#), "{text}");
    let timings = decode(text.as_bytes()).unwrap().timings;
    assert!(timings.contains(&("navigation.dns".into(), std::vec![12.5])), "{timings:?}");
    assert!(timings.contains(&("navigation.tcp".into(), std::vec![0.0])), "{timings:?}");
    // All phases took 0 ms: the member is written all the same.
    queue.phase(at(0.0), "dns", 0.0);
    assert_eq!(flush(&mut queue)[0].timings.len(), 8);
    for n in 0..17 {
        queue.phase(at(0.0), &format!("p{n}"), 1.0);
    }
    assert_eq!(flush(&mut queue)[0].dropped, 1);
}

#[test]
fn errors_with_their_own_sample_rate_have_their_own_beacons() {
    let mut queue = queue();
    let context = Context { error_sample_rate: 1.0, ..context() };
    let flush = |queue: &mut Queue| -> Vec<Beacon> {
        let beacons = queue.flush(0, &context);
        beacons.iter().map(|text| decode(text.as_bytes()).unwrap()).collect()
    };
    queue.count(at(0.0), "a", 1);
    queue.error(at(0.0), "x is not a function", "");
    queue.count_lost(1);
    let beacons = flush(&mut queue);
    assert_eq!((beacons[0].sample_rate, beacons[1].sample_rate), (0.25, 1.0));
    assert_eq!((beacons[0].errors.len(), beacons[1].errors.len(), beacons[1].counters.len()), (0, 1, 0));
    assert_eq!((beacons[0].dropped, beacons[1].dropped), (0, 1));
    assert_ne!(beacons[0].id, beacons[1].id);
    queue.error(at(0.0), "x is not a function", "");
    assert_eq!(flush(&mut queue).len(), 1);
}

#[test]
fn what_does_not_fit_is_split_then_dropped_and_counted() {
    let mut queue = queue();
    let bell = "\u{7}".repeat(limits::MESSAGE); // six bytes each in JSON
    for i in 0..limits::ERRORS {
        queue.error(at(0.0), &bell, &format!("{i}{}", &bell[..limits::SOURCE - 2]));
    }
    for i in 0..limits::HISTOGRAMS {
        let mut wide = Histogram::new();
        for bucket in 0..Histogram::MAX_BUCKETS {
            let value = (0.5 + bucket as f64 / 32.0).exp2();
            wide.record_many(value, 1 << 45);
        }
        queue.merge(at(0.0), &format!("custom.{i}"), &wide);
    }
    let beacons = flush(&mut queue);
    assert_eq!(beacons.len(), limits::MAX_BEACONS);
    let histograms: usize = beacons.iter().map(|beacon| beacon.histograms.len()).sum();
    let errors: usize = beacons.iter().map(|beacon| beacon.errors.len()).sum();
    assert_eq!(histograms, limits::HISTOGRAMS, "histograms come before errors");
    assert!(errors > 0 && errors < limits::ERRORS);
    let dropped: u64 = beacons.iter().map(|beacon| beacon.dropped).sum();
    assert_eq!(dropped, (limits::ERRORS - errors) as u64);
    assert_eq!(beacons[3].drops, [("errors".into(), dropped)]);
}

/// An ordinary page view: five vitals with attribution, the navigation's phases, resources of three hosts, timings of a
/// backend, long frames, the counters of the query cache.
#[test]
fn an_ordinary_page_view_has_at_most_two_kilobytes() {
    let mut queue = queue();
    let attribution = |target: &str, url: &str, state: &str, phases: &[(&str, f64)]| Attribution {
        target: target.into(),
        url: url.into(),
        state: state.into(),
        phases: phases.iter().map(|(name, ms)| ((*name).into(), *ms)).collect(),
    };
    let hero = "https://cdn.shop.example/images/hero-1600.avif";
    let paint = [("ttfb", 182.3), ("loadDelay", 240.5), ("load", 700.1), ("render", 111.6)];
    queue.vital_with_attribution(
        at(0.0),
        Metric::Lcp,
        1234.5,
        attribution("main>section.hero>img", hero, "", &paint),
    );
    queue.vital_with_attribution(
        at(0.0),
        Metric::Cls,
        0.0412,
        attribution("aside#banner", "", "complete", &[]),
    );
    let bundle = "https://shop.example/assets/app-4f3c21.js";
    let input = [("input", 12.0), ("processing", 80.2), ("presentation", 27.8)];
    queue.vital_with_attribution(
        at(0.0),
        Metric::Inp,
        120.0,
        attribution("button#buy", bundle, "pointer", &input),
    );
    queue.vital(at(0.0), Metric::Fcp, 640.2);
    let first_byte =
        [("waiting", 3.1), ("cache", 0.4), ("dns", 21.0), ("connection", 64.2), ("request", 93.6)];
    queue.vital_with_attribution(at(0.0), Metric::Ttfb, 182.3, attribution("", "", "", &first_byte));
    let phases = [
        ("dns", 21.0),
        ("tcp", 30.1),
        ("tls", 34.1),
        ("request", 93.6),
        ("response", 14.2),
        ("dom", 812.4),
        ("load", 3.3),
    ];
    for (phase, ms) in phases {
        queue.phase(at(0.0), phase, ms);
    }
    for (name, ms) in [("page.load", 1410.2), ("server.db", 4.2), ("server.db", 11.0), ("server.cache", 0.3)]
    {
        queue.record(at(0.0), name, ms);
    }
    for ms in [32.1, 44.0, 38.5, 120.9, 61.0] {
        queue.record(at(0.0), "query.fetch", ms);
    }
    for (frame, blocking) in [(81.2, 31.0), (140.0, 90.5)] {
        queue.record(at(0.0), "frame.duration", frame);
        queue.record(at(0.0), "frame.blocking", blocking);
    }
    for (counter, by) in [("query.hits", 12), ("query.misses", 5), ("query.fetches", 5), ("lazy.loaded", 9)] {
        queue.count(at(0.0), counter, by);
    }
    for (host, kind, count) in [
        ("shop.example", ResourceKind::Script, 6),
        ("shop.example", ResourceKind::Style, 2),
        ("shop.example", ResourceKind::Fetch, 5),
        ("cdn.shop.example", ResourceKind::Image, 14),
        ("cdn.shop.example", ResourceKind::Font, 2),
        ("metrics.example", ResourceKind::Script, 1),
    ] {
        queue.resource(at(0.0), &resource(host, kind, count));
    }
    queue.script(at(0.0), &script(bundle, 171.5));
    let beacons = queue.flush(1_790_000_000_000, &context());
    assert_eq!(beacons.len(), 1);
    assert!(beacons[0].len() <= 2048, "{} bytes: {}", beacons[0].len(), beacons[0]);
}

#[test]
fn few_measurements_are_single_values_and_many_a_histogram() {
    let mut queue = queue();
    for ms in 1..=16 {
        queue.record(at(0.0), "few", f64::from(ms));
    }
    for ms in 1..=17 {
        queue.record(at(0.0), "many", f64::from(ms));
    }
    let beacon = flush(&mut queue).remove(0);
    assert_eq!(beacon.timings, [("few".into(), (1..=16).map(f64::from).collect::<Vec<_>>())]);
    assert_eq!((beacon.histograms[0].0.as_str(), beacon.histograms[0].1.count()), ("many", 17));
}

#[test]
fn hosts_and_routes_beyond_the_limits_are_counted_as_other() {
    let mut queue = queue();
    for i in 0..100 {
        queue.resource(at(0.0), &resource(&format!("h{i}.example"), ResourceKind::Image, 2));
        queue.resource(at(0.0), &resource("shop.example", ResourceKind::Script, 1));
        queue.route(at(0.0), &format!("/r{i}"));
    }
    queue.resource(at(0.0), &resource("", ResourceKind::Font, 1));
    let beacon = flush(&mut queue).remove(0);
    assert_eq!(beacon.resources.iter().map(|sum| sum.count).sum::<u64>(), 301);
    assert_eq!(beacon.routes.iter().map(|route| route.1).sum::<u64>(), 100);
    assert!(beacon.resources.len() <= limits::RESOURCES && beacon.routes.len() == limits::ROUTES);
    assert!(beacon.routes.iter().any(|route| *route == (OTHER.into(), 69)));
    assert_eq!(beacon.dropped, 0);
}

#[test]
fn the_scripts_that_ran_longest_are_reported() {
    let mut queue = queue();
    for i in 0..20 {
        queue.script(at(0.0), &script(&format!("https://a.example/{i}.js"), f64::from(100 + i)));
    }
    queue.script(at(0.0), &script("https://a.example/19.js", 50.0));
    let beacon = flush(&mut queue).remove(0);
    assert_eq!(beacon.scripts.len(), limits::SCRIPTS);
    let least = beacon.scripts.iter().map(|script| script.duration).fold(f64::MAX, f64::min);
    assert_eq!((least, beacon.dropped), (104.0, 4));
    assert!(beacon.scripts.iter().any(|script| (script.count, script.duration) == (2, 169.0)));
}

#[test]
fn errors_of_one_fingerprint_are_counted_and_lose_their_stack_before_they_are_dropped() {
    let mut queue = queue();
    let error = |i: usize, fingerprint: String| PageError {
        message: format!("item {i} is missing"),
        source: String::new(),
        stack: "\u{7}".repeat(limits::STACK), // six bytes each in JSON
        fingerprint,
        count: 1,
    };
    for i in 0..limits::ERRORS {
        queue.page_error(at(0.0), &error(i, format!("f{i}")));
        queue.page_error(at(0.0), &error(i + 1, format!("f{i}")));
    }
    let beacons = flush(&mut queue);
    let errors: Vec<&PageError> = beacons.iter().flat_map(|beacon| &beacon.errors).collect();
    assert_eq!(errors.len(), limits::ERRORS);
    assert!(errors.iter().all(|error| error.count == 2));
    assert!(!errors[0].stack.is_empty() && errors[limits::ERRORS - 1].stack.is_empty());
    assert!(beacons.iter().all(|beacon| beacon.dropped == 0));
}

/// A measurement of a page.
#[derive(Clone, Debug)]
enum Input {
    Count(String, u64),
    Record(String, f64),
    Gauge(String, f64),
    Route(String),
    Resource(String, usize, u64),
    Script(String, f64),
    Error(String, String, String),
    Lost(u64),
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        ("[a-z ]{1,2}", 1..5u64).prop_map(|(name, by)| Input::Count(name, by)),
        ("[a-z ]{1,2}", 0.0..1e6f64).prop_map(|(name, value)| Input::Record(name, value)),
        ("[a-c]", -1e6..1e6f64).prop_map(|(name, value)| Input::Gauge(name, value)),
        ".{0,20}".prop_map(Input::Route),
        (".{0,20}", 0..ResourceKind::ALL.len(), 1..9u64)
            .prop_map(|(host, kind, count)| Input::Resource(host, kind, count)),
        ("[a-z]{1,2}.{0,300}", 0.0..1e4f64).prop_map(|(source, ms)| Input::Script(source, ms)),
        (".{0,600}", ".{0,40}", ".{0,3000}")
            .prop_map(|(message, source, stack)| Input::Error(message, source, stack)),
        (1..4u64).prop_map(Input::Lost),
    ]
}

/// How many measurements a beacon holds or counts as dropped, without gauges, which replace one another.
fn reported(beacon: &Beacon) -> u64 {
    let counts = beacon.counters.iter().chain(&beacon.routes).map(|entry| entry.1);
    let single = beacon.timings.iter().map(|entry| entry.1.len() as u64);
    let histograms = beacon.histograms.iter().map(|entry| entry.1.count());
    let resources = beacon.resources.iter().map(|sum| sum.count);
    let scripts = beacon.scripts.iter().map(|script| script.count);
    let errors = beacon.errors.iter().map(|error| error.count);
    beacon.dropped
        + counts.chain(single).chain(histograms).chain(resources).chain(scripts).chain(errors).sum::<u64>()
}

proptest! {
    // Long texts take long to generate.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_measurement_is_sent_or_counted_as_dropped(inputs in prop::collection::vec(input(), 0..400)) {
        let mut queue = queue();
        let mut total = 0;
        for input in &inputs {
            total += match input {
                Input::Count(name, by) => {
                    queue.count(at(0.0), name, *by);
                    *by
                }
                Input::Record(name, value) => {
                    queue.record(at(0.0), name, *value);
                    1
                }
                Input::Gauge(name, value) => {
                    queue.gauge(at(0.0), name, *value);
                    0
                }
                Input::Route(path) => {
                    queue.route(at(0.0), path);
                    1
                }
                Input::Resource(host, kind, count) => {
                    queue.resource(at(0.0), &resource(host, ResourceKind::ALL[*kind], *count));
                    *count
                }
                Input::Script(source, ms) => {
                    queue.script(at(0.0), &script(source, *ms));
                    1
                }
                Input::Error(message, source, stack) => {
                    let error = PageError {
                        message: message.clone(),
                        source: source.clone(),
                        stack: stack.clone(),
                        fingerprint: String::new(),
                        count: 1,
                    };
                    queue.page_error(at(0.0), &error);
                    1
                }
                Input::Lost(by) => {
                    queue.count_lost(*by);
                    *by
                }
            };
        }
        // Drop counts alone are not sent.
        queue.count(at(0.0), "last", 1);
        // `flush` checks the size of each beacon and decodes it.
        let beacons = flush(&mut queue);
        prop_assert!(beacons.len() <= limits::MAX_BEACONS);
        prop_assert_eq!(beacons.iter().map(reported).sum::<u64>(), total + 1);
        for beacon in &beacons {
            prop_assert_eq!(beacon.dropped, beacon.drops.iter().map(|drop| drop.1).sum::<u64>());
        }
    }
}
