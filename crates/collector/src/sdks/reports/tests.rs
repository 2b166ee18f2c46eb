use proptest::prelude::*;
use serde_json::json;

use super::*;

fn origin() -> Origin {
    Origin { visitor: "v".to_owned(), now: 1_790_000_100_000, ..Origin::default() }
}

/// The app, the page and the message and source of each report.
fn read_all(body: &Value) -> Vec<(String, String, String, String)> {
    let reports = read(body.to_string().as_bytes(), &origin()).unwrap();
    let mut all = Vec::new();
    for report in reports {
        for item in report.items {
            let Content::Error(error) = item.content else { panic!("{:?}", item.content) };
            all.push((report.sender.app.clone(), item.page.unwrap_or_default(), error.message, error.source));
        }
    }
    all
}

fn row(app: &str, page: &str, message: &str, source: &str) -> (String, String, String, String) {
    (app.to_owned(), page.to_owned(), message.to_owned(), source.to_owned())
}

#[test]
fn reports_beyond_the_limit_count_as_lost() {
    let body = |count: usize, last: &str| {
        let report =
            |kind: &str| json!({"type": kind, "url": "https://shop.example/a", "body": {"reason": "oom"}});
        let mut all = vec![report("crash"); count];
        all.push(report(last));
        read(Value::Array(all).to_string().as_bytes(), &origin()).unwrap()
    };
    let reports = body(REPORTS + 2, "crash");
    let last = reports[0].items.last().unwrap();
    assert_eq!((reports.len(), reports[0].items.len()), (1, REPORTS + 1));
    assert_eq!((&last.content, last.page.as_deref()), (&Content::Lost("errors".to_owned(), 3), Some("/a")));
    assert_eq!(body(REPORTS, "")[0].items.len(), REPORTS, "what says nothing is not lost");
}

#[test]
fn each_type_of_report_says_what_happened() {
    let report = |kind: &str, body: Value| json!({"type": kind, "age": 10, "url": "https://shop.example/orders/1042", "user_agent": "Mozilla/5.0", "body": body});
    let body = json!([
        report("csp-violation", json!({
            "documentURL": "https://shop.example/orders/1042", "blockedURL": "https://evil.example/x.js?a=1",
            "effectiveDirective": "script-src-elem", "disposition": "enforce", "sourceFile": "https://shop.example/app.js?v=3",
            "lineNumber": 12, "columnNumber": 7, "statusCode": 200, "originalPolicy": "default-src 'self'"
        })),
        report("deprecation", json!({"id": "UnloadHandler", "message": "Unload event listeners are deprecated.", "sourceFile": "https://shop.example/app.js", "lineNumber": 3, "columnNumber": 9})),
        report("intervention", json!({"id": "HeavyAdIntervention", "message": "Ad was removed"})),
        report("crash", json!({"reason": "oom"})),
        report("coep", json!({"type": "corp", "blockedURL": "https://cdn.example/a.png", "disposition": "reporting"})),
        {"type": "network-error", "age": 5, "url": "https://api.example/cart?id=7", "body": {
            "type": "tcp.timed_out", "phase": "connection", "method": "POST", "status_code": 0, "elapsed_time": 30000,
            "referrer": "https://shop.example/cart", "sampling_fraction": 0.5, "server_ip": "192.0.2.7", "protocol": ""}},
        {"type": "network-error", "url": "https://api.example/", "body": {"type": "ok", "referrer": "https://shop.example/"}},
        {"type": "network-error", "url": "https://api.example/", "body": {"type": "http.error", "status_code": 503, "referrer": "https://shop.example/"}}
    ]);
    assert_eq!(
        read_all(&body),
        [
            row(
                "shop.example",
                "/orders/:id",
                "CSP: script-src-elem blocked https://evil.example/x.js",
                "https://shop.example/app.js:12:7"
            ),
            row(
                "shop.example",
                "/orders/:id",
                "Deprecated: UnloadHandler: Unload event listeners are deprecated.",
                "https://shop.example/app.js:3:9"
            ),
            row("shop.example", "/orders/:id", "Intervention: HeavyAdIntervention: Ad was removed", ""),
            row("shop.example", "/orders/:id", "Crash: oom", ""),
            row("shop.example", "/orders/:id", "coep: corp", ""),
            row("shop.example", "/", "Network: http.error 503, GET https://api.example/", ""),
            // Half of them are sampled: another sender, as its rate is another.
            row("shop.example", "/cart", "Network: tcp.timed_out, POST https://api.example/cart", ""),
        ]
    );
}

#[test]
fn the_older_format_is_read_too() {
    let body = json!({"csp-report": {
        "document-uri": "https://shop.example/cart", "referrer": "", "violated-directive": "img-src 'self' data:",
        "original-policy": "img-src 'self'", "blocked-uri": "https://cdn.example", "disposition": "report", "status-code": 200
    }});
    assert_eq!(
        read_all(&body),
        [row("shop.example", "/cart", "CSP: img-src would block https://cdn.example", "")]
    );
}

#[test]
fn what_is_no_report_is_refused_or_left_out() {
    assert_eq!(read(b"nonsense", &origin()).unwrap_err().code(), "not_json");
    assert_eq!(read(b"7", &origin()).unwrap_err().code(), "invalid_field");
    assert_eq!(read(br#"[{"type":"crash","url":"about:blank","body":{}}]"#, &origin()), Err(NotRead::NoApp));
    assert_eq!(
        read(br#"[{"url":"https://a.example/"},{"url":"https://a.example/","type":7}]"#, &origin()),
        Ok(vec![])
    );
}

#[test]
fn a_report_of_no_page_does_not_cost_the_others() {
    let violation = json!({"type": "csp-violation", "url": "https://shop.example/cart",
        "body": {"blockedURL": "inline", "effectiveDirective": "script-src-elem"}});
    let typed = json!({"type": "network-error", "url": "https://shop.example/",
        "body": {"type": "dns.name_not_resolved", "referrer": ""}});
    let nameless = json!({"type": "crash", "url": "about:blank", "body": {}});
    assert_eq!(
        read_all(&json!([nameless, typed, violation])),
        [
            row("shop.example", "", "Network: dns.name_not_resolved, GET https://shop.example/", ""),
            row("shop.example", "/cart", "CSP: script-src-elem blocked inline", ""),
        ]
    );
    // What went well is no report, so that nobody need say whose it is.
    let went_well = json!([{"type": "network-error", "url": "about:blank", "body": {"type": "ok"}}]);
    assert_eq!(read(went_well.to_string().as_bytes(), &origin()), Ok(vec![]));
}

proptest! {
    #[test]
    fn any_members_are_read(kind in "csp-violation|network-error|crash|deprecation|[a-z]{0,5}", text: String, number: f64) {
        let body = json!([{"type": kind, "url": text, "age": number, "body": {"message": text, "sourceFile": text,
            "lineNumber": number, "sampling_fraction": number, "blockedURL": text, "referrer": text, "type": text}}]);
        let _ = read(body.to_string().as_bytes(), &origin());
    }
}
