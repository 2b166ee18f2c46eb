use proptest::prelude::*;
use serde_json::json;

use super::*;

fn origin() -> Origin {
    Origin { visitor: "v".to_owned(), now: 1_790_000_100_000, ..Origin::default() }
}

fn body(more: &Value) -> Value {
    let mut body = json!({"meta": {
        "app": {"name": "shop", "version": "1.2.0"}, "session": {"id": "jk3SDnZx9S"},
        "page": {"url": "https://shop.example/orders/1042?key=x"},
        "browser": {"name": "Chrome", "mobile": true, "userAgent": "Mozilla/5.0 (Linux; Android 10; K) Mobile Safari/537.36"}
    }});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn items(more: &Value) -> Vec<Item> {
    read(body(more).to_string().as_bytes(), &origin()).unwrap().items
}

#[test]
fn the_sender_is_that_of_meta() {
    let report = read(body(&json!({})).to_string().as_bytes(), &origin()).unwrap();
    let sender = report.sender;
    assert_eq!((sender.app.as_str(), sender.release.as_deref()), ("shop", Some("1.2.0")));
    assert_eq!((sender.visitor.as_str(), sender.device.as_str()), ("jk3SDnZx9S", "phone"));
}

#[test]
fn a_navigation_is_its_phases() {
    let entry = json!({"name": "faro.performance.navigation", "timestamp": "2026-09-21T12:53:20.000Z", "attributes": {
        "name": "https://shop.example/", "duration": "850", "tcpHandshakeTime": "30", "dnsLookupTime": "12",
        "tlsNegotiationTime": "20", "redirectTime": "0", "requestTime": "90", "responseTime": "14", "fetchTime": "150",
        "pageLoadTime": "800", "onLoadTime": "5", "domProcessingTime": "600", "type": "reload",
        "faroNavigationId": "abc", "faroPreviousNavigationId": "unknown"}});
    let items = items(&json!({"events": [entry]}));
    let timings: Vec<(String, f64)> = items
        .iter()
        .map(|item| match &item.content {
            Content::Timing(name, ms) => (name.clone(), *ms),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("navigation.redirect", 0.0),
        ("navigation.dns", 12.0),
        ("navigation.tcp", 10.0),
        ("navigation.tls", 20.0),
        ("navigation.request", 90.0),
        ("navigation.response", 14.0),
        ("navigation.dom", 650.0),
        ("navigation.load", 5.0),
        ("page.load", 805.0),
    ];
    assert_eq!(timings, expected.map(|(name, ms)| (name.to_owned(), ms)));
    assert_eq!(items[0].navigation, Some(Navigation::Reload));
    assert_eq!(Some(items[0].at), time::iso("2026-09-21T12:53:20.000Z"));
}

#[test]
fn an_exception_has_its_stack() {
    let frame = |function: &str, line: u32| json!({"filename": "https://shop.example/app.js?v=1", "function": function, "lineno": line, "colno": 7});
    let entry = json!({"type": "TypeError", "value": "x is null", "timestamp": "2026-09-21T12:53:20.000Z",
        "stacktrace": {"frames": [frame("buy", 12), frame("?", 40)]}, "context": {"ReactError": "no"}});
    let items = items(&json!({"exceptions": [entry]}));
    let Content::Error(error) = &items[0].content else { panic!() };
    assert_eq!(error.message, "TypeError: x is null");
    assert_eq!(error.stack, "at buy (https://shop.example/app.js:12:7)\nat https://shop.example/app.js:40:7");
    assert_eq!(error.source, "at buy (https://shop.example/app.js:12:7)");
}

#[test]
fn logs_and_events_are_counted_and_measurements_kept() {
    let items = items(&json!({
        "logs": [{"level": "info", "message": "hello"}, {"level": "error", "message": "broken"}, {"level": "shout"}],
        "events": [{"name": "session_start"}, {"name": "view_changed", "attributes": {}}, {"attributes": {}}],
        "measurements": [{"type": "cart", "values": {"load": 12.5, "change": -3}}, {"type": "x"}, {"values": 7}],
    }));
    let told: Vec<String> = items
        .iter()
        .map(|item| match &item.content {
            Content::Counter(name, count) => format!("{name} {count}"),
            Content::Timing(name, ms) => format!("{name} {ms} ms"),
            Content::Gauge(name, value) => format!("{name} is {value}"),
            Content::Error(error) => error.message.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        "event.session_start 1",
        "event.view_changed 1",
        "cart.change is -3",
        "cart.load 12.5 ms",
        "log.info 1",
        "log.error 1",
        "broken",
        "log.other 1",
    ];
    assert_eq!(told, expected);
}

#[test]
fn entries_beyond_the_limit_count_as_lost() {
    let lost = |more: &Value| -> Vec<(String, u64)> {
        let told = items(more).into_iter().filter_map(|item| match item.content {
            Content::Lost(kind, count) => Some((kind, count)),
            _ => None,
        });
        told.collect()
    };
    let log = |count: usize| vec![json!({"level": "info", "message": "hello"}); count];
    let error = vec![json!({"type": "Error", "value": "no"}); 1003];
    assert_eq!(
        lost(&json!({"logs": log(1002), "exceptions": error})),
        [("errors".to_owned(), 3), ("logs".to_owned(), 2)]
    );
    assert!(lost(&json!({"logs": log(1000)})).is_empty());
    assert!(lost(&json!({"events": vec![json!({}); 1001]})).is_empty(), "nothing to be told with");
}

#[test]
fn spans_that_come_alone_are_of_the_page_of_meta() {
    let spans = json!({"resourceSpans": []});
    let alone = body(&json!({"traces": spans})).to_string();
    assert!(read(alone.as_bytes(), &origin()).unwrap().items.is_empty());
    assert_eq!(traces(alone.as_bytes()), Some((spans, Some("/orders/:id".to_owned()))));
    assert_eq!(traces(body(&json!({"traces": null})).to_string().as_bytes()), None);
}

#[test]
fn a_body_without_meta_is_refused() {
    for (body, code) in [
        ("{", "not_json"),
        ("[]", "invalid_field"),
        ("{}", "invalid_field"),
        (r#"{"meta":7}"#, "invalid_field"),
        (r#"{"meta":{}}"#, "missing_field"),
    ] {
        assert_eq!(read(body.as_bytes(), &origin()).unwrap_err().code(), code, "{body}");
    }
}

proptest! {
    #[test]
    fn any_members_are_read(text: String, number: f64, name in "faro.performance.navigation|faro.performance.resource|faro.navigation|[a-z]{0,8}") {
        let odd = json!({"text": text, "duration": number, "name": number, "pageLoadTime": text, "fetchTime": number});
        let _ = items(&json!({
            "events": [{"name": name, "timestamp": text, "attributes": odd}, text, number, {"name": name}],
            "exceptions": [{"type": text, "value": text, "stacktrace": {"frames": [odd, number, {"filename": text, "function": text, "lineno": number}]}}, odd],
            "measurements": [{"type": "web-vitals", "values": {"lcp": number, "cls": text}, "context": {"id": text, "rating": number}}],
            "logs": [odd, {"level": text, "message": text}],
        }));
    }
}
