use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{Document, Options, Rule, Unit, is_json, read};

fn document(path: &str, text: &str) -> Document {
    let options = Options { rules: &[], time_unit: Unit::Seconds, path };
    read(text.as_bytes(), &options).unwrap_or_else(|error| panic!("{error}"))
}

fn shown(document: &Document) -> String {
    let mut lines: Vec<String> = Vec::new();
    for sample in &document.samples {
        let labels: Vec<String> =
            sample.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let kind = if sample.counter { "counter" } else { "gauge" };
        lines.push(format!("{}{{{}}} {} {kind}", sample.name, labels.join(","), sample.value));
    }
    for event in &document.events {
        let at = event.time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let took = event.duration.map_or_else(String::new, |ms| format!(" {ms} ms"));
        let total = if event.cumulative { " in total" } else { "" };
        let id = if event.id.is_empty() { String::new() } else { format!(" {}", event.id) };
        lines.push(format!(
            "{:?} {:?} [{}] {} at {at} x{}{total}{took}{id}",
            event.kind, event.text, event.source, event.route, event.count
        ));
    }
    if document.left_out > 0 {
        lines.push(format!("left out: {}", document.left_out));
    }
    lines.join("\n") + "\n"
}

fn check(path: &str, text: &str, expected: Expect) {
    expected.assert_eq(&shown(&document(path, text)));
}

#[test]
fn counters_and_timings() {
    check(
        "/api/monitoring/metrics",
        r#"{"success":true,"data":{
            "counters":{"http.requests:method=GET:path=/x":150,"http.responses:method=GET:path=/x:status=200":148,"jobs.total":"7","cache_hits_total":3},
            "timings":{"http.request.duration":{"count":150,"avg":0.2,"p95":0.456,"p99":0.789},"db.query_ms":{"count":10,"avg":5,"min":1,"max":20,"p50":4}},
            "gauges":{"active.requests":4},
            "recent_errors":[{"timestamp":"2024-01-31T17:01:01Z","message":"no stock for http://a/items/1042?key=1","path":"/items/1042","method":"post","type":"StockError"},"plain text"]},
          "timestamp":1706720461}"#,
        expect![[r#"
            http_requests_total{method=GET,path=/x} 150 counter
            http_responses_total{method=GET,path=/x,status=200} 148 counter
            jobs_total{} 7 counter
            cache_hits_total{} 3 counter
            http_request_duration_seconds_avg{} 0.2 gauge
            http_request_duration_seconds{quantile=0.95} 0.456 gauge
            http_request_duration_seconds{quantile=0.99} 0.789 gauge
            http_request_duration_seconds_count{} 150 counter
            db_query_duration_seconds_avg{} 0.005 gauge
            db_query_duration_seconds_min{} 0.001 gauge
            db_query_duration_seconds_max{} 0.02 gauge
            db_query_duration_seconds{quantile=0.5} 0.004 gauge
            db_query_duration_seconds_count{} 10 counter
            active_requests{} 4 gauge
            Error "no stock for http://a/items/:id" [StockError] POST /items/:id at 1706720461000 x1
            Error "plain text" []  at - x1
        "#]],
    );
}

#[test]
fn statistics_of_caches() {
    check(
        "/api/cache/stats",
        r#"{"hits":930,"misses":70,"hit_rate":93.0,"entries":512,"memory_mb":12,"evictions":"5","maxSize":1000,"ttl_seconds":60}"#,
        expect![[r#"
            cache_hits_total{} 930 counter
            cache_misses_total{} 70 counter
            cache_hit_ratio{} 0.93 gauge
            cache_entries{} 512 gauge
            cache_size_bytes{} 12582912 gauge
            cache_evictions_total{} 5 counter
            cache_max_entries{} 1000 gauge
            cache_ttl_seconds{} 60 gauge
        "#]],
    );
    check(
        "/stats",
        r#"{"success":true,"data":{"caches":{"products":{"hits":1,"misses":99,"hitRate":0.01},"users":{"hitRate":"85%","size":3}},"redis":{"keyspace_hits":8,"keyspace_misses":2}}}"#,
        expect![[r#"
            cache_hits_total{cache=products} 1 counter
            cache_misses_total{cache=products} 99 counter
            cache_hit_ratio{cache=products} 0.01 gauge
            cache_hit_ratio{cache=users} 0.85 gauge
            cache_entries{cache=users} 3 gauge
            cache_hits_total{cache=redis} 8 counter
            cache_misses_total{cache=redis} 2 counter
        "#]],
    );
}

#[test]
fn health_and_performance() {
    check(
        "/performance",
        r#"{"status":"healthy","version":"1.2.3","uptime":1234.5,"timestamp":1706720461000,
            "cpu":{"usage_percent":23.5,"cores":4,"load_average":[0.5,0.4,0.3]},
            "memory":{"rss":1048576,"heapUsed":524288,"used_mb":512,"percent":"25%"},
            "database":{"status":"up","pool":{"size":10,"in_use":3,"idle":7,"waiting":0},"latency_ms":2.5},
            "requests":{"total":1000,"errors":5,"active":2,"avg_ms":12,"p95_ms":45,"p99Ms":80,"per_second":3.5},
            "endpoints":{"GET /items/{id}":{"count":10,"avg_ms":3,"p95_ms":9,"errors":1}},
            "slow_endpoints":[{"path":"/a","method":"GET","count":2,"avg_ms":100,"max_ms":150}],
            "status_codes":{"200":990,"404":10},
            "traffic":{"requests":{"by_status":{"2xx":9}}},
            "checks":{"redis":"down","queue":{"status":"degraded","latency_ms":7}},
            "avg_response_time":0.012,"error_rate":0.5}"#,
        expect![[r#"
            service_up{} 1 gauge
            uptime_seconds{} 1234.5 gauge
            cpu_usage_ratio{} 0.235 gauge
            cpu_cores{} 4 gauge
            memory_rss_bytes{} 1048576 gauge
            memory_heap_used_bytes{} 524288 gauge
            memory_used_bytes{} 536870912 gauge
            memory_ratio{} 0.25 gauge
            database_up{} 1 gauge
            database_pool_size{} 10 gauge
            database_pool_in_use{} 3 gauge
            database_pool_idle{} 7 gauge
            database_pool_waiting{} 0 gauge
            database_latency_seconds{} 0.0025 gauge
            requests_duration_seconds_avg{} 0.012 gauge
            requests_duration_seconds{quantile=0.95} 0.045 gauge
            requests_duration_seconds{quantile=0.99} 0.08 gauge
            requests_duration_seconds_count{} 1000 counter
            requests_total{} 1000 counter
            requests_errors_total{} 5 counter
            requests_active{} 2 gauge
            requests_per_second{} 3.5 gauge
            endpoint_duration_seconds_avg{method=GET,route=/items/{id}} 0.003 gauge
            endpoint_duration_seconds{method=GET,quantile=0.95,route=/items/{id}} 0.009 gauge
            endpoint_duration_seconds_count{method=GET,route=/items/{id}} 10 counter
            endpoint_errors_total{method=GET,route=/items/{id}} 1 counter
            slow_endpoint_duration_seconds_avg{method=GET,path=/a} 0.1 gauge
            slow_endpoint_duration_seconds_max{method=GET,path=/a} 0.15 gauge
            slow_endpoint_duration_seconds_count{method=GET,path=/a} 2 counter
            status_code_requests_total{status=200} 990 counter
            status_code_requests_total{status=404} 10 counter
            traffic_requests_by_status_total{status=2xx} 9 counter
            check_up{check=redis} 0 gauge
            check_up{check=queue} 0.5 gauge
            check_latency_seconds{check=queue} 0.007 gauge
            response_time_seconds_avg{} 0.012 gauge
            error_ratio{} 0.5 gauge
        "#]],
    );
}

#[test]
fn slow_queries_lose_their_parameters() {
    check(
        "/api/slow-queries",
        r#"{"success":true,"data":{"slow_queries":[
            {"query":"SELECT * FROM users WHERE email = 'a@b.c'","duration_ms":1500,"timestamp":1706720461},
            {"sql":"UPDATE t SET a = 5","duration":1.2},
            {"query":"SELECT 1","calls":12,"mean_time_ms":800,"max_time_ms":900},
            {"query":7}, "text"], "threshold_ms":1000}}"#,
        expect![[r#"
            threshold_seconds{} 1 gauge
            SlowQuery "SELECT * FROM users WHERE email = ?" []  at 1706720461000 x1 1500 ms
            SlowQuery "UPDATE t SET a = ?" []  at - x1 1200 ms
            SlowQuery "SELECT ?" []  at - x12 in total 800 ms
            left out: 2
        "#]],
    );
    check(
        "/slow",
        r#"[{"statement":"DELETE FROM t WHERE id = 3","elapsed_ms":2000}]"#,
        expect![[r#"
            SlowQuery "DELETE FROM t WHERE id = ?" []  at - x1 2000 ms
        "#]],
    );
}

#[test]
fn an_odd_member_costs_itself_alone() {
    let deep = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
    let text = format!(
        r#"{{"counters":{{"a":"NaN","b":null,"c":[1],"d":true,"e":1e999,"f":5,"f":6,"g":{{"h":1}}}},
            "timings":{{"x":"slow","y":{{"count":"many","p95":{{}}}}}},"deep":{deep},"recent_errors":{{"a":1}},"cpu":NaN,"ok":1}}"#
    );
    check(
        "/metrics",
        &text,
        expect![[r#"
            f_total{} 5 counter
            g_h_total{} 1 counter
            recent_errors_a{} 1 gauge
            ok{} 1 gauge
            left out: 7
        "#]],
    );
}

#[test]
fn documents_are_told_from_metrics_text() {
    for (content_type, body, expected) in [
        ("application/json", "{\"a\":1}", true),
        ("application/json; charset=utf-8", " \n[1]", true),
        ("application/health+json", "{", true),
        ("text/plain", "{\"a\":1}", true),
        ("", "\u{feff}{\"a\":1}", true),
        ("text/plain; version=1.0.0", "{\"my.metric\",a=\"b\"} 1\n", false),
        ("application/json", "up 1\n", false),
        ("application/openmetrics-text", "{\"a\"} 1\n# EOF\n", false),
        ("text/plain", "", false),
    ] {
        assert_eq!(is_json(content_type, body.as_bytes()), expected, "{content_type} {body}");
    }
}

#[test]
fn a_document_that_is_none_says_why() {
    let refused = |text: &str| {
        let options = Options { rules: &[], time_unit: Unit::Seconds, path: "/" };
        read(text.as_bytes(), &options).map(drop).unwrap_err().to_string()
    };
    assert_eq!(refused("5"), "the answer is JSON, but neither an object nor a list: is the path right?");
    assert!(refused("{\"success\":false,\"error\":\"x\"}").contains("\"success\": false"));
    assert!(refused("{\"a\":").starts_with("the answer is neither metrics text nor JSON"));
}

#[test]
fn what_is_huge_is_bounded() {
    let counters: String = (0..60_000).map(|n| format!("\"c{n}\":1,")).collect();
    let errors: String = (0..1500).map(|n| format!("\"error {n}\",")).collect();
    let text = format!("{{\"recent_errors\":[{errors}\"x\"],\"counters\":{{{counters}\"z\":1}}}}");
    let document = document("/", &text);
    assert_eq!((document.samples.len(), document.events.len()), (20_000, 1000));
    assert_eq!(document.left_out, 60_001 + 1501 - 21_000);
}

#[test]
fn own_rules_find_what_no_shape_tells() {
    let rule = Rule::new("data.w.*.n", "work_total", true, None, [("worker", "$1")].into_iter()).unwrap();
    let options = Options { rules: &[rule], time_unit: Unit::Milliseconds, path: "/" };
    let found = read(br#"{"data":{"w":{"a":{"n":"3"},"b":{"n":4}},"latency":20}}"#, &options).unwrap();
    let text = shown(&found);
    assert!(text.starts_with("work_total{worker=a} 3 counter\nwork_total{worker=b} 4 counter\n"), "{text}");
    assert!(text.contains("latency_seconds{} 0.02 gauge\n"), "{text}");
}

fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("hits"),
        Just("misses"),
        Just("counters"),
        Just("timings"),
        Just("recent_errors"),
        Just("slow_queries"),
        Just("query"),
        Just("duration_ms"),
        Just("p95"),
        Just("count"),
        Just("avg"),
        Just("status"),
        Just("data"),
        Just("a:b=c"),
        Just("GET /x"),
        Just(""),
        Just("näme"),
        Just("endpoints"),
        Just("cache"),
        Just("memory_mb"),
        Just("\\ud800"),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e999".to_owned()),
        Just("\"NaN\"".to_owned()),
        Just("\"up\"".to_owned()),
        Just("\"SELECT 1\"".to_owned()),
        Just("\"45ms\"".to_owned()),
        Just("NaN".to_owned()),
        any::<f64>().prop_map(|number| if number.is_finite() { number.to_string() } else { "-1".to_owned() }),
        any::<i64>().prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(6, 80, 8, move |inner| {
        let object = prop::collection::vec((name.clone(), inner.clone()), 0..8).prop_map(|members| {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        });
        let list = prop::collection::vec(inner, 0..8).prop_map(|items| format!("[{}]", items.join(",")));
        prop_oneof![3 => object, 1 => list]
    })
}

proptest! {
    #[test]
    fn any_document_is_read_the_same_way_twice(text in json()) {
        let options = Options { rules: &[], time_unit: Unit::Seconds, path: "/api/cache/stats" };
        if let Ok(first) = read(text.as_bytes(), &options) {
            let again = read(text.as_bytes(), &options).unwrap();
            prop_assert_eq!(shown(&first), shown(&again));
            for sample in &first.samples {
                prop_assert!(sample.value.is_finite());
                prop_assert!(sample.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':'), "{}", sample.name);
                prop_assert!(!sample.name.starts_with(|c: char| c.is_ascii_digit()));
                prop_assert!(sample.labels.is_sorted());
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let options = Options { rules: &[], time_unit: Unit::Seconds, path: "/" };
        let _ = (is_json("", &bytes), read(&bytes, &options));
    }
}
