//! Beacons that the decoder accepts, and beacons that it refuses.
use super::*;
use crate::beacon::{Attribution, PageError, Resource, ResourceKind, Script, Vital, encode};
use crate::stats::Histogram;
use crate::vitals::Rating;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::Map;
use serde_json::Value;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,64}"
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9._:/-]{0,20}"
}

/// Text that is no longer than `bytes` in UTF-8.
fn text(bytes: usize) -> impl Strategy<Value = String> {
    any::<String>().prop_map(move |text| String::from(limits::cut(&text, bytes)))
}

/// A number with at most six decimals, as the format has them.
fn number() -> impl Strategy<Value = f64> {
    (0..10_000_000_000u64).prop_map(|millionths| millionths as f64 / 1e6)
}

fn histogram() -> impl Strategy<Value = Histogram> {
    prop::collection::vec(prop_oneof![Just(0.0), 0.1..10_000.0f64], 1..60).prop_map(|values| {
        let mut histogram = Histogram::new();
        for value in values {
            // Halves add up exactly and need few decimals.
            histogram.record((value * 2.0).round() / 2.0);
        }
        histogram
    })
}

fn attribution() -> impl Strategy<Value = Attribution> {
    let phases = prop::collection::btree_map("[a-zA-Z]{1,32}", number(), 0..=limits::VITAL_PHASES);
    (text(limits::TARGET), text(limits::URL), "[a-z-]{0,32}", phases).prop_map(
        |(target, url, state, phases)| Attribution {
            target,
            url,
            state,
            phases: phases.into_iter().collect(),
        },
    )
}

fn vitals() -> impl Strategy<Value = Vec<Vital>> {
    prop::sample::subsequence(Metric::ALL.to_vec(), 0..=5).prop_flat_map(|names| {
        let values = prop::collection::vec((number(), attribution()), names.len());
        values.prop_map(move |values| {
            let pairs = names.iter().zip(values);
            let vital = |(&name, (value, attribution)): (&Metric, (f64, Attribution))| Vital {
                name,
                value,
                rating: name.rate(value),
                attribution,
            };
            pairs.map(vital).collect()
        })
    })
}

fn resources() -> impl Strategy<Value = Vec<Resource>> {
    let kind = prop::sample::select(ResourceKind::ALL.to_vec());
    let key = ("[a-z.:0-9]{1,20}", kind.prop_map(|kind| kind as usize));
    let counts = (0..=limits::COUNT, 0..=limits::COUNT, 0..=limits::COUNT, 0..=limits::COUNT);
    let sums = prop::collection::btree_map(key, (counts, number(), number()), 0..9);
    sums.prop_map(|sums| {
        let resource = |((host, kind), ((count, bytes, cached, failed), duration, slowest))| {
            let kind = ResourceKind::ALL[kind];
            Resource { host, kind, count, bytes, cached, failed, duration, slowest }
        };
        sums.into_iter().map(resource).collect()
    })
}

fn script() -> impl Strategy<Value = Script> {
    (text(limits::URL), text(limits::TARGET), 0..=limits::COUNT, number(), number()).prop_map(
        |(source, invoker, count, duration, forced)| Script { source, invoker, count, duration, forced },
    )
}

fn page_error() -> impl Strategy<Value = PageError> {
    let texts = (text(limits::MESSAGE), text(limits::SOURCE), text(limits::STACK));
    (texts, "[a-f0-9]{0,16}", 0..=limits::COUNT).prop_map(|((message, source, stack), fingerprint, count)| {
        PageError { message, source, stack, fingerprint, count }
    })
}

fn counts<K: Ord + std::fmt::Debug>(name: impl Strategy<Value = K>) -> impl Strategy<Value = Vec<(K, u64)>> {
    prop::collection::btree_map(name, 0..=limits::COUNT, 0..5).prop_map(|counts| counts.into_iter().collect())
}

/// The ids of a beacon and of its page view: any, or as Whippet makes them.
fn ids() -> impl Strategy<Value = (String, String)> {
    let ours = ("[A-Za-z0-9_-]{1,50}", 1..1000u32).prop_map(|(view, n)| (format!("{view}-{n}"), view));
    prop_oneof![(word(), word()), ours]
}

prop_compose! {
    fn context()(
        ((id, view), session) in (ids(), word()),
        (app, release, page) in ("[a-z][^\\p{C}]{0,15}", prop::option::of("[a-z][^\\p{C}]{0,15}"), "/[^\\p{C}]{0,40}"),
        navigation in prop::sample::select(Navigation::ALL.to_vec()),
        device in prop::sample::select(Device::ALL.to_vec()),
        connection in prop::option::of(prop::sample::select(Connection::ALL.to_vec())),
        memory in prop::option::of(0.25..=limits::MEMORY),
        (sent_at, rate) in (0..1i64 << 53, 1..=1000u32),
        (dropped, drops) in (0..1000u64, counts("[a-z]{1,32}")),
    ) -> Beacon {
        let sample_rate = f64::from(rate) / 1000.0;
        let memory = memory.map(|gib: f64| (gib * 4.0).round() / 4.0);
        Beacon {
            id, session, view, app, release, page, navigation, device, connection, memory, sent_at, sample_rate,
            dropped, drops, vitals: vec![], timings: vec![], histograms: vec![], counters: vec![],
            gauges: vec![], resources: vec![], scripts: vec![], routes: vec![], errors: vec![],
        }
    }
}

prop_compose! {
    fn beacon()(
        beacon in context(),
        vitals in vitals(),
        timings in prop::collection::btree_map(name(), prop::collection::vec(number(), 0..=limits::VALUES), 0..4),
        gauges in prop::collection::btree_map(name(), (number(), any::<bool>()), 0..4),
        histograms in prop::collection::btree_map(name(), histogram(), 0..5),
        counters in counts(name()),
        routes in counts("/[^\\p{C}]{0,40}"),
        resources in resources(),
        scripts in prop::collection::vec(script(), 0..4),
        errors in prop::collection::vec(page_error(), 0..5),
    ) -> Beacon {
        let signed = |(name, (value, negative)): (String, (f64, bool))| (name, if negative && value > 0.0 { -value } else { value });
        Beacon {
            vitals,
            timings: timings.into_iter().collect(),
            gauges: gauges.into_iter().map(signed).collect(),
            histograms: histograms.into_iter().collect(),
            counters, routes, resources, scripts, errors,
            ..beacon
        }
    }
}

/// Sorts what comes from JSON objects, whose members serde_json sorts by name.
fn sorted(mut beacon: Beacon) -> Beacon {
    beacon.vitals.sort_by_key(|vital| vital.name);
    beacon.timings.sort_by(|a, b| a.0.cmp(&b.0));
    beacon.resources.sort_by(|a, b| (&a.host, a.kind as u8).cmp(&(&b.host, b.kind as u8)));
    beacon
}

proptest! {
    // Beacons take long to generate: fewer cases than usual.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_encoded_beacon_is_decoded(beacon in beacon()) {
        prop_assert_eq!(decode(&encode(&beacon)).map(sorted), Ok(sorted(beacon)));
    }

    #[test]
    fn the_view_is_left_out_if_the_id_starts_with_it(beacon in beacon()) {
        let written: Value = serde_json::from_slice(&encode(&beacon)).unwrap();
        let is_in_id = beacon.id.rsplit_once('-').is_some_and(|(view, _)| view == beacon.view);
        prop_assert_eq!(written.get("view").is_none(), is_in_id);
    }

    #[test]
    fn phases_of_0_ms_may_be_left_out(
        context in context(),
        phases in prop::collection::btree_map(
            prop::sample::select(NAVIGATION_PHASES.to_vec()),
            prop_oneof![Just(0.0), number()],
            0..=NAVIGATION_PHASES.len(),
        ),
    ) {
        let mut sent: Map<String, Value> = serde_json::from_slice(&encode(&context)).unwrap();
        let mut read = |phases: Vec<(&str, f64)>| {
            let phases: Map<String, Value> = phases.into_iter().map(|(phase, ms)| (phase.into(), ms.into())).collect();
            sent.insert("phases".into(), phases.into());
            decode(&serde_json::to_vec(&sent).unwrap()).unwrap()
        };
        let whole = NAVIGATION_PHASES.map(|phase| (phase, phases.get(phase).copied().unwrap_or_default()));
        let with_zeros = read(whole.to_vec());
        prop_assert_eq!(with_zeros.timings.len(), NAVIGATION_PHASES.len());
        prop_assert_eq!(&read(phases.into_iter().filter(|phase| phase.1 > 0.0).collect()), &with_zeros);
        // The decoded beacon can be encoded and decoded again.
        prop_assert_eq!(decode(&encode(&with_zeros)).map(sorted), Ok(sorted(with_zeros)));
    }

    #[test]
    fn a_damaged_beacon_is_decoded_or_refused(
        beacon in beacon(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut bytes = encode(&beacon);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        // A beacon that is accepted is valid in every respect: it can be encoded and decoded again.
        if let Ok(read) = decode(&bytes) {
            prop_assert!(decode(&encode(&read)).is_ok());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}

fn check(change: impl FnOnce(&mut Map<String, Value>), expect: Expect) {
    let mut value = serde_json::json!({
        "v": 1, "id": "a-1", "session": "s", "view": "a", "app": "shop", "page": "/", "navigation": "navigate",
        "device": "desktop", "sentAt": 0,
        "histograms": { "query.fetch": {
            "scale": 5, "sum": 3, "min": 1, "max": 2, "offset": -1, "counts": [1, -31, 1]
        } },
    });
    assert!(decode(value.to_string().as_bytes()).is_ok());
    change(value.as_object_mut().unwrap());
    let error = decode(value.to_string().as_bytes()).unwrap_err();
    expect.assert_eq(&format!("{}: {error}", error.code()));
}

#[test]
fn navigation_and_device_have_defaults() {
    let beacon = decode(br#"{"v":1,"id":"a-1","session":"s","app":"x","page":"/","sentAt":5}"#).unwrap();
    assert_eq!((beacon.navigation, beacon.device), (Navigation::Navigate, Device::Desktop));
}

#[test]
fn each_error_has_a_code_and_says_what_to_do() {
    let refused = |bytes: &[u8]| decode(bytes).unwrap_err();
    let show = |error: DecodeError| format!("{}: {error}", error.code());
    expect!["too_large: the beacon has 65537 bytes: send at most 65536, in several beacons"]
        .assert_eq(&show(refused(&vec![b' '; 65_537])));
    expect![
        "not_json: the body is not JSON at line 1, column 2: send a beacon as docs/beacon.md describes it"
    ]
    .assert_eq(&show(refused(b"{\xff}")));
    expect!["not_an_object: the body must be a JSON object: send one beacon per request"]
        .assert_eq(&show(refused(b"[1]")));
    check(
        |beacon| drop(beacon.insert("v".into(), 2.into())),
        expect![[
            r#"unsupported_version: this collector reads beacons with "v":1: use the same release of Whippet on both sides"#
        ]],
    );
    check(
        |beacon| drop(beacon.remove("app")),
        expect!["missing_field: `app` is missing: every beacon must have it"],
    );
    check(
        |beacon| drop(beacon.insert("id".into(), "<script>".into())),
        expect!["invalid_field: `id` must be 1 to 64 letters, digits, `-` and `_`"],
    );
    check(
        |beacon| drop(beacon.insert("page".into(), "/\n".into())),
        expect![
            "invalid_field: `page` must be a line of text, not empty and no longer than docs/beacon.md allows"
        ],
    );
    check(
        |beacon| drop(beacon.insert("device".into(), "toaster".into())),
        expect!["invalid_field: `device` must be one of the words that docs/beacon.md lists"],
    );
    check(
        |beacon| drop(beacon.insert("sampleRate".into(), 0.into())),
        expect!["invalid_field: `sampleRate` must be a number that docs/beacon.md allows"],
    );
    check(
        |beacon| drop(beacon.insert("counters".into(), serde_json::json!({ "hits": -1 }))),
        expect!["invalid_field: `counters` must hold integers from 0 to 2^53 - 1"],
    );
    check(
        |beacon| {
            drop(
                beacon
                    .insert("vitals".into(), serde_json::json!({ "LCP": { "value": -1, "rating": "good" } })),
            )
        },
        expect!["invalid_field: `vitals` must have values from 0 to 2^53"],
    );
    check(
        |beacon| drop(beacon.insert("errors".into(), vec![serde_json::json!({}); 33].into())),
        expect!["too_many: `errors` has too many entries: send at most 32, in several beacons"],
    );
    check(
        |beacon| beacon["histograms"]["query.fetch"]["counts"] = serde_json::json!([1, -160, 1]),
        expect![
            "invalid_histogram: `histograms` holds an invalid histogram: too many buckets, of which a beacon may have 160: lower the scale and merge neighbours"
        ],
    );
    check(
        |beacon| beacon["histograms"]["query.fetch"]["sum"] = 100.into(),
        expect![
            "invalid_histogram: `histograms` holds an invalid histogram: sum must lie between count times min and count times max"
        ],
    );
}

#[test]
fn each_optional_member_is_bounded() {
    let refused = |member: &str, value: Value, expect: Expect| {
        check(|beacon| drop(beacon.insert(member.into(), value)), expect);
    };
    let json = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    refused(
        "memory",
        5000.into(),
        expect!["invalid_field: `memory` must be a number that docs/beacon.md allows"],
    );
    refused(
        "timings",
        json(r#"{"page.load":[1,-1]}"#),
        expect!["invalid_field: `timings` must hold numbers from 0 to 2^53, or lists of them"],
    );
    refused(
        "timings",
        serde_json::json!({ "page.load": vec![1; 17] }),
        expect!["too_many: `timings` has too many entries: send at most 16, in several beacons"],
    );
    refused(
        "gauges",
        json(r#"{"x":1e300}"#),
        expect!["invalid_field: `gauges` must hold numbers between -2^53 and 2^53"],
    );
    refused(
        "resources",
        json(r#"{"a":{"script":1}}"#),
        expect!["invalid_field: `resources` must hold objects, by host and kind"],
    );
    let kinds: Map<String, Value> = (0..65).map(|kind| (format!("{kind}"), json(r#"{"count":1}"#))).collect();
    refused(
        "resources",
        serde_json::json!({ "a.example": kinds }),
        expect!["too_many: `resources` has too many entries: send at most 64, in several beacons"],
    );
    refused(
        "routes",
        json(r#"{"":1}"#),
        expect![
            "invalid_field: `routes` must be a line of text, not empty and no longer than docs/beacon.md allows"
        ],
    );
    refused(
        "scripts",
        json(r#"[{"source":"a","duration":-1}]"#),
        expect!["invalid_field: `scripts` must have duration and forced from 0 to 2^53"],
    );
    refused(
        "drops",
        json(r#"{"a b":1}"#),
        expect!["invalid_field: `drops` must use words of 1 to 32 letters, digits, `-` and `_`"],
    );
    refused(
        "errors",
        json(r#"[{"message":"x","fingerprint":"<b>"}]"#),
        expect!["invalid_field: `fingerprint` must be 1 to 64 letters, digits, `-` and `_`"],
    );
    refused(
        "vitals",
        serde_json::json!({ "LCP": { "value": 1, "rating": "good", "target": "x".repeat(129) } }),
        expect!["invalid_field: `vitals` must hold strings no longer than docs/beacon.md allows"],
    );
}

#[test]
fn the_view_may_be_left_out_if_the_id_starts_with_it() {
    let read = |id: &str, view: &str| {
        let text = format!(
            r#"{{"v":1,"id":"{id}",{view}"session":"s","app":"x","page":"/","navigation":"reload","device":"phone","sentAt":5}}"#
        );
        decode(text.as_bytes()).map(|beacon| beacon.view)
    };
    assert_eq!(read("f1375ac18077f7ec-1", ""), Ok("f1375ac18077f7ec".into()));
    assert_eq!(read("a-b-12", ""), Ok("a-b".into()));
    assert_eq!(read("a-1", "\"view\":\"b\","), Ok("b".into()));
    for id in ["a", "-1"] {
        assert_eq!(read(id, ""), Err(DecodeError::MissingField("view")), "{id}");
    }
    expect!["`view` is missing: send it, or an `id` that is the page view's id, `-` and a number"]
        .assert_eq(&DecodeError::MissingField("view").to_string());
}

/// Together they may have as many names as both limits allow, so that either form of the phases is accepted.
#[test]
fn timings_and_phases_are_bounded_together() {
    let read = |timings: usize, phases: usize| {
        let named = |prefix: &str, many: usize| -> Map<String, Value> {
            (0..many).map(|n| (format!("{prefix}{n}"), 1.into())).collect()
        };
        let beacon = serde_json::json!({
            "v": 1, "id": "a-1", "session": "s", "app": "x", "page": "/", "navigation": "reload",
            "device": "phone", "sentAt": 5, "timings": named("t", timings), "phases": named("p", phases),
        });
        decode(beacon.to_string().as_bytes())
    };
    // The eight phases that are left out count, too.
    let most = read(64, 8).unwrap();
    assert_eq!(decode(&encode(&most)).map(sorted), Ok(sorted(most)));
    assert_eq!(read(64, 9), Err(DecodeError::TooMany { field: "timings", limit: 80 }));
    assert_eq!(read(0, 17), Err(DecodeError::TooMany { field: "phases", limit: 16 }));
}

#[test]
fn a_phase_in_timings_is_not_added_again() {
    let bytes = br#"{"v":1,"id":"a-1","session":"s","app":"x","page":"/","navigation":"reload","device":"phone","sentAt":5,
        "timings":{"navigation.dns":12},"phases":{"tcp":7}}"#;
    let timings = decode(bytes).unwrap().timings;
    assert_eq!(timings.len(), 8);
    let of = |name: &str| timings.iter().find(|entry| entry.0 == name).unwrap().1.clone();
    assert_eq!([of("navigation.dns"), of("navigation.tcp"), of("navigation.tls")], [[12.0], [7.0], [0.0]]);
}

#[test]
fn unknown_kinds_and_connections_are_accepted() {
    let bytes = br#"{"v":1,"id":"a","session":"s","view":"a","app":"x","page":"/","navigation":"reload","device":"phone","sentAt":5,
        "connection":"7g","resources":{"h":{"hologram":{"count":2},"other":{"count":1,"slowest":3},"script":{"count":1}}}}"#;
    let beacon = decode(bytes).unwrap();
    assert_eq!(beacon.connection, None);
    let sums: Vec<_> = beacon.resources.iter().map(|sum| (sum.kind, sum.count, sum.slowest)).collect();
    assert_eq!(sums, [(ResourceKind::Other, 3, 3.0), (ResourceKind::Script, 1, 0.0)]);
}

#[test]
fn unknown_members_are_ignored() {
    let bytes = br#"{"v":1,"id":"a","session":"s","view":"a","app":"x","page":"/","navigation":"reload","device":"phone","sentAt":5,"weather":{"sun":true}}"#;
    assert_eq!(decode(bytes).unwrap().sent_at, 5);
}

#[test]
fn the_example_in_the_documentation_is_decoded() {
    let page = include_str!("../../../../../docs/beacon.md");
    let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let beacon = decode(example.as_bytes()).unwrap();
    assert_eq!(beacon.vitals[0].attribution.target, "#banner");
    assert_eq!(beacon.vitals[1].rating, Rating::Good);
    assert_eq!(beacon.resources[1].kind, ResourceKind::Script);
    assert_eq!(beacon.timings.len() + beacon.gauges.len() + beacon.routes.len() + beacon.scripts.len(), 13);
    assert!(beacon.timings.contains(&("navigation.dns".into(), vec![12.1])));
    assert!(
        beacon.timings.contains(&("navigation.tls".into(), vec![0.0])),
        "a phase that is left out took 0 ms"
    );
    assert_eq!(beacon.drops.iter().map(|drop| drop.1).sum::<u64>(), beacon.dropped);
}

#[test]
fn invisible_names_are_refused() {
    let read = |app: &str, page: &str| {
        let beacon = serde_json::json!({ "v": 1, "id": "a", "session": "s", "view": "a", "app": app, "page": page, "sentAt": 5 });
        decode(beacon.to_string().as_bytes()).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(read("shop", "/\u{645}\u{200c}\u{6cc}"), Ok(()), "some scripts need joiners");
    for blank in [" ", "\u{a0}\u{2003}", "\u{200b}", "\u{feff}\u{2060}", "\u{2800}", "\u{202e} "] {
        assert_eq!(read(blank, "/"), Err("invalid_field"), "{blank:?}");
        assert_eq!(read("shop", blank), Err("invalid_field"), "{blank:?}");
    }
    assert_eq!(read("sh\u{200b}op", "/"), Err("invalid_field"), "it looks like another name");
}
