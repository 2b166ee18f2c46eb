//! How beacons are sent, which of them are kept after a failure, and when those are sent again.
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_web::rum::{BeforeSend, FormattedRequest, Rum, RumOptions, Sent, start};

#[wasm_bindgen(module = "/../../tests/browser/web/sending.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn begin() -> Result<JsValue, JsValue>;
    fn end();
    #[wasm_bindgen(js_name = answer)]
    fn answer_with(status: i32, retry_after: Option<&str>);
    fn exits(fetch_later: &str, send_beacon: &str);
    fn online(is: bool);
    #[wasm_bindgen(js_name = withoutDatabase)]
    fn without_database();
    fn leave();
    fn stored(key: &str) -> Option<String>;
    fn store(key: &str, value: &str);
    #[wasm_bindgen(js_name = out)]
    fn taken() -> Vec<String>;
    #[wasm_bindgen(catch)]
    async fn sent(count: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn rest() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn turns(count: u32) -> Result<JsValue, JsValue>;
    fn fire(ms: f64, below: f64) -> u32;
    #[wasm_bindgen(catch, js_name = kept)]
    async fn kept_entries(count: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn keep(json: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = hasDatabase)]
    async fn has_database() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn drained() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn gone() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn lock() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn unlock() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = wrapFetch)]
    fn wrap_fetch();
    fn takes(encodings: &str);
    #[wasm_bindgen(catch)]
    async fn unzipped() -> Result<JsValue, JsValue>;
    fn slowly(is: bool);
    #[wasm_bindgen(js_name = holdLocks)]
    fn hold_locks() -> js_sys::Function;
}

/// The delay before the page sends the beacons that earlier visits kept, ms.
const SETTLED: f64 = 3_000.0;
/// A request without a response is aborted after this time, ms.
const TIMEOUT: f64 = 30_000.0;

/// Measures this page and sends only what the test records: vitals and resources are left out.
fn measured(change: impl FnOnce(&mut RumOptions)) -> Rum {
    let mut options = RumOptions::new("/beacons", "test");
    options.flush_interval = 1e9;
    options.before_send = Some(padded(0));
    change(&mut options);
    start(options)
}

/// Makes beacons with counters `bytes` longer, and discards all others.
fn padded(bytes: usize) -> BeforeSend {
    Box::new(move |text| text.contains("\"counters\"").then(|| text + &" ".repeat(bytes)))
}

/// Sends one beacon.
fn beacon(rum: &Rum, name: &str) {
    rum.count(name, 1);
    rum.flush();
}

fn json(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// The next `count` requests.
async fn out(count: u32) -> Vec<Value> {
    sent(count).await.unwrap();
    let all = json(&taken());
    assert_eq!(all.len(), count as usize, "{all:?}");
    all
}

/// The kept requests, once there are `count`.
async fn kept(count: u32) -> Vec<Value> {
    let entries: js_sys::Array = kept_entries(count).await.unwrap().unchecked_into();
    entries.iter().map(|entry| serde_json::from_str(&entry.as_string().unwrap()).unwrap()).collect()
}

fn beacon_of(request: &Value) -> Value {
    serde_json::from_str(request["body"].as_str().unwrap()).unwrap()
}

/// The names of the counters in the beacons of `requests`.
fn counted(requests: &[Value]) -> Vec<String> {
    requests
        .iter()
        .map(|request| beacon_of(request)["counters"].as_object().unwrap().keys().next().unwrap().clone())
        .collect()
}

#[wasm_bindgen_test]
async fn a_visible_page_sends_by_fetch_and_reads_the_answer() {
    begin().await.unwrap();
    let rum = measured(|_| {});
    beacon(&rum, "a");
    let requests = out(1).await;
    let request = &requests[0];
    for (member, value) in [
        ("by", "fetch"),
        ("url", "/beacons"),
        ("method", "POST"),
        ("type", "text/plain;charset=UTF-8"),
        ("credentials", "omit"),
        ("priority", "low"),
    ] {
        assert_eq!(request[member], value, "{member}");
    }
    assert_eq!(request["keepalive"], true);
    rest().await.unwrap();
    let bytes = request["body"].as_str().unwrap().len() as u32;
    assert_eq!(rum.sent(), Sent { beacons: 1, bytes, lost: 0 });
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn a_beacon_beyond_the_quota_is_sent_without_keepalive() {
    begin().await.unwrap();
    answer_with(-1, None);
    let rum = measured(|options| options.before_send = Some(padded(35_000)));
    for name in ["a", "b"] {
        beacon(&rum, name);
    }
    let requests = out(2).await;
    assert_eq!(
        (&requests[0]["keepalive"], &requests[1]["keepalive"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn an_unloaded_page_uses_the_first_api_that_accepts() {
    for (fetch_later, send_beacon, ways) in [
        ("taken", "taken", &["fetchLater"][..]),
        ("throws", "taken", &["fetchLater", "sendBeacon"]),
        ("missing", "taken", &["sendBeacon"]),
        ("missing", "refused", &["sendBeacon", "fetch"]),
        ("throws", "throws", &["fetchLater", "sendBeacon", "fetch"]),
        ("missing", "missing", &["fetch"]),
    ] {
        begin().await.unwrap();
        exits(fetch_later, send_beacon);
        let rum = measured(|_| {});
        rum.count("a", 1);
        leave();
        let requests = out(ways.len() as u32).await;
        assert_eq!(requests.iter().map(|one| one["by"].as_str().unwrap()).collect::<Vec<_>>(), ways);
        for request in &requests {
            assert_eq!(beacon_of(request)["counters"]["a"], 1);
            match request["by"].as_str() {
                Some("fetch") => assert_eq!(request["keepalive"], true),
                Some("fetchLater") => assert_eq!(request["after"], 0),
                // The browser sends a string as plain text.
                _ => continue,
            }
            assert_eq!(request["type"], "text/plain;charset=UTF-8");
        }
        assert_eq!(rum.sent().beacons, 1);
        rum.stop();
        end();
    }
}

#[wasm_bindgen_test]
async fn a_beacon_that_no_api_accepts_is_kept() {
    begin().await.unwrap();
    exits("throws", "refused");
    // Too much for keepalive as well: requests in flight use up its quota.
    answer_with(-1, None);
    let rum = measured(|options| options.before_send = Some(padded(40_000)));
    beacon(&rum, "a");
    out(1).await;
    rum.count("b", 1);
    leave();
    let requests = out(2).await;
    assert_eq!((&requests[0]["by"], &requests[1]["by"]), (&"fetchLater".into(), &"sendBeacon".into()));
    assert_eq!(counted(&kept(1).await), ["b"]);
    assert_eq!(rum.sent().lost, 0);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn a_pause_holds_and_the_next_visit_sends_the_oldest_first() {
    begin().await.unwrap();
    answer_with(503, Some("60"));
    let rum = measured(|_| {});
    beacon(&rum, "a");
    out(1).await;
    let entries = kept(1).await;
    // In the format of the npm package.
    // The absolute URL: the page that sends it later may have another base URL.
    assert!(
        entries[0]["url"].as_str().is_some_and(|url| url.starts_with("http") && url.ends_with("/beacons"))
    );
    assert_eq!(entries[0]["type"], "text/plain;charset=UTF-8");
    assert_eq!(entries[0]["tries"], 0);
    assert_eq!(entries[0]["id"], beacon_of(&entries[0])["id"]);
    let now = js_sys::Date::now();
    assert!((now - entries[0]["at"].as_f64().unwrap()).abs() < 60_000.0, "{}", entries[0]);
    let until: f64 = stored("whippet.pause").unwrap().parse().unwrap();
    assert!((now + 50_000.0..now + 70_000.0).contains(&until), "{until}");

    // During the pause nothing is sent, even if the page is hidden or the network is back.
    beacon(&rum, "b");
    kept(2).await;
    rum.count("c", 1);
    leave();
    kept(3).await;
    online(true);
    fire(0.0, 1000.0);
    drained().await.unwrap();
    assert_eq!(taken(), Vec::<String>::new());
    rum.stop();

    // The next page sends nothing either until the pause is over.
    let rum = measured(|_| {});
    assert_eq!(fire(SETTLED, SETTLED + 1.0), 1);
    drained().await.unwrap();
    assert_eq!(taken(), Vec::<String>::new());
    assert_eq!(fire(50_000.0, 70_000.0), 1, "it looks again when the pause is over");
    drained().await.unwrap();
    rum.stop();
    store("whippet.pause", "1");
    answer_with(204, None);
    let rum = measured(|_| {});
    assert_eq!(fire(SETTLED, SETTLED + 1.0), 1);
    assert_eq!(counted(&out(3).await), ["a", "b", "c"]);
    kept(0).await;
    assert_eq!(rum.sent().beacons, 3);
    assert_eq!(stored("whippet.pause"), None);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn beacons_are_kept_offline_and_sent_once_online() {
    begin().await.unwrap();
    answer_with(0, None);
    let rum = measured(|_| {});
    beacon(&rum, "a");
    out(1).await;
    kept(1).await;
    online(false);
    beacon(&rum, "b");
    kept(2).await;
    answer_with(204, None);
    online(true);
    fire(0.0, 1.0);
    assert_eq!(counted(&out(2).await), ["a", "b"]);
    kept(0).await;
    assert_eq!((rum.sent().beacons, rum.sent().lost), (2, 0));
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn a_hanging_request_is_aborted_and_tried_again() {
    begin().await.unwrap();
    answer_with(-1, None);
    let rum = measured(|_| {});
    beacon(&rum, "a");
    out(1).await;
    assert_eq!(fire(TIMEOUT, TIMEOUT + 1.0), 1);
    assert_eq!(out(1).await[0]["by"], "abort");
    kept(1).await;
    assert_eq!(rum.sent().lost, 0);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn a_rejected_beacon_is_counted_and_reported() {
    begin().await.unwrap();
    answer_with(400, None);
    let rum = measured(|_| {});
    beacon(&rum, "a");
    out(1).await;
    rest().await.unwrap();
    assert_eq!((rum.sent().beacons, rum.sent().lost), (0, 1));
    answer_with(204, None);
    beacon(&rum, "b");
    let told = beacon_of(&out(1).await[0]);
    assert_eq!((&told["dropped"], &told["drops"]["beacons"]), (&1.into(), &1.into()));
    kept(0).await;
    rum.stop();
    end();
}

/// A format that makes two requests of a beacon, and none of one with a counter `bad`.
fn two_requests(beacon: &str, endpoint: &str) -> Option<Vec<FormattedRequest>> {
    let request = |path: &str| FormattedRequest {
        url: format!("{endpoint}/v1/{path}"),
        body: format!("{path} {}", beacon.contains("\"counters\"")),
        content_type: "application/json".into(),
        headers: vec![("x-key".into(), "1".into())],
    };
    (!beacon.contains("\"bad\"")).then(|| vec![request("logs"), request("metrics")])
}

#[wasm_bindgen_test]
async fn a_format_makes_the_requests_also_those_that_are_kept() {
    begin().await.unwrap();
    let rum = measured(|options| options.format = Some(Box::new(two_requests)));
    beacon(&rum, "a");
    for (request, path) in out(2).await.iter().zip(["logs", "metrics"]) {
        assert_eq!(request["url"], format!("/beacons/v1/{path}"));
        assert_eq!(request["body"], format!("{path} true"));
        assert_eq!(
            request["headers"],
            serde_json::json!({ "x-key": "1", "content-type": "application/json" })
        );
    }
    rest().await.unwrap();
    assert_eq!((rum.sent().beacons, rum.sent().lost), (2, 0));
    beacon(&rum, "bad");
    assert_eq!((taken().len(), rum.sent().lost), (0, 1), "what has no format counts as lost");
    answer_with(503, None);
    beacon(&rum, "b");
    let kept = kept(2).await;
    assert_eq!(kept[0]["url"].as_str().map(|url| url.ends_with("/beacons/v1/logs")), Some(true));
    assert_eq!((&kept[0]["type"], &kept[0]["headers"]["x-key"]), (&"application/json".into(), &"1".into()));
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_hands_the_requests_of_a_format_to_fetch() {
    begin().await.unwrap();
    let rum = measured(|options| options.format = Some(Box::new(two_requests)));
    rum.count("a", 1);
    leave();
    let requests = out(2).await;
    for request in &requests {
        assert_eq!(
            (&request["by"], &request["keepalive"]),
            (&"fetch".into(), &true.into()),
            "it has headers"
        );
    }
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn the_oldest_beyond_the_bounds_are_dropped_and_counted() {
    begin().await.unwrap();
    answer_with(0, None);
    let rum = measured(|options| options.keep.count = 2);
    for (name, count) in [("a", 1), ("b", 2)] {
        beacon(&rum, name);
        kept(count).await;
    }
    beacon(&rum, "c");
    for _ in 0..100 {
        if rum.sent().lost > 0 {
            break;
        }
        rest().await.unwrap();
    }
    assert_eq!(counted(&kept(2).await), ["b", "c"]);
    assert_eq!(rum.sent().lost, 1);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn beacons_kept_by_the_npm_package_are_sent() {
    begin().await.unwrap();
    let now = js_sys::Date::now();
    let entry = |name: &str, at: f64, tries: u32, more: &str| {
        format!(
            r#"{{"url":"/v1/{name}","body":"{name}","type":"application/json","id":"{name}","at":{at},"tries":{tries}{more}}}"#
        )
    };
    keep(&entry("old", now - 3.0 * 86_400_000.0, 0, "")).await.unwrap();
    keep(&entry("tried", now, 8, "")).await.unwrap();
    keep(r#"{"what":"is this"}"#).await.unwrap();
    keep(&entry("logs", now, 7, r#","headers":{"x-key":"1"}"#)).await.unwrap();
    keep(&entry("metrics", now, 0, "")).await.unwrap();
    let rum = measured(|_| {});
    fire(SETTLED, SETTLED + 1.0);
    let requests = out(3).await;
    let urls: Vec<_> = requests.iter().map(|request| request["url"].as_str().unwrap()).collect();
    assert_eq!(urls, ["/v1/tried", "/v1/logs", "/v1/metrics"], "the server may have failed for all of them");
    assert_eq!(
        requests[1]["headers"],
        serde_json::json!({ "x-key": "1", "content-type": "application/json" })
    );
    kept(0).await;
    assert_eq!((rum.sent().beacons, rum.sent().lost), (3, 2));
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn another_failure_raises_the_number_of_tries() {
    begin().await.unwrap();
    answer_with(0, None);
    let rum = measured(|_| {});
    beacon(&rum, "a");
    out(1).await;
    kept(1).await;
    rest().await.unwrap();
    // Ends the pause, which lasts one to two seconds.
    store("whippet.pause", "1");
    rum.stop();
    let rum = measured(|_| {});
    fire(SETTLED, SETTLED + 1.0);
    out(1).await;
    drained().await.unwrap();
    assert_eq!(kept(1).await[0]["tries"], 1);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn one_tab_at_a_time_sends_kept_beacons() {
    begin().await.unwrap();
    let entry = format!(
        r#"{{"url":"/v1/x","body":"x","type":"text/plain","id":"x","at":{},"tries":0}}"#,
        js_sys::Date::now()
    );
    keep(&entry).await.unwrap();
    lock().await.unwrap();
    let rum = measured(|_| {});
    fire(SETTLED, SETTLED + 1.0);
    rest().await.unwrap();
    assert_eq!(taken(), Vec::<String>::new());
    unlock().await.unwrap();
    // It asks again by itself.
    fire(SETTLED, SETTLED + 1.0);
    out(1).await;
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn withdrawn_consent_deletes_kept_beacons_and_aborts_requests() {
    begin().await.unwrap();
    answer_with(503, Some("60"));
    let rum = measured(|_| {});
    beacon(&rum, "a");
    out(1).await;
    kept(1).await;
    store("whippet.pause", "1");
    rum.stop();

    answer_with(-1, None);
    let rum = measured(|_| {});
    beacon(&rum, "b");
    out(1).await;
    // The request is made but not sent yet.
    beacon(&rum, "c");
    rum.consent(false);
    assert_eq!(out(1).await[0]["by"], "abort");
    gone().await.unwrap();
    assert_eq!(stored("whippet.pause"), None);
    online(true);
    fire(0.0, 1e6);
    gone().await.unwrap();
    assert_eq!(taken(), Vec::<String>::new());

    answer_with(204, None);
    rum.consent(true);
    beacon(&rum, "d");
    assert_eq!(counted(&out(1).await), ["d"]);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn withdrawn_consent_leaves_no_database_at_any_moment() {
    begin().await.unwrap();
    answer_with(503, None);
    let rum = measured(|_| {});
    for turn in 0..60 {
        beacon(&rum, "a");
        turns(turn % 30).await.unwrap();
        if turn >= 30 {
            // While the kept beacons are read.
            fire(500.0, 10_000.0);
            turns(turn % 30).await.unwrap();
        }
        rum.consent(false);
        gone().await.unwrap();
        assert_eq!(stored("whippet.pause"), None, "after {turn} turns");
        rum.consent(true);
    }
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn a_lock_granted_after_withdrawn_consent_creates_no_database() {
    begin().await.unwrap();
    answer_with(503, None);
    let rum = measured(|_| {});
    beacon(&rum, "a");
    kept(1).await;
    let give = hold_locks();
    assert_eq!(fire(500.0, 10_000.0), 1);
    rum.consent(false);
    gone().await.unwrap();
    give.call0(&JsValue::UNDEFINED).unwrap();
    rest().await.unwrap();
    drained().await.unwrap();
    gone().await.unwrap();
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn without_consent_no_kept_beacon_is_read() {
    begin().await.unwrap();
    let rum = measured(|options| options.consent = false);
    assert_eq!(fire(SETTLED, SETTLED + 1.0), 0);
    assert_eq!(has_database().await.unwrap(), JsValue::FALSE);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn without_a_database_beacons_are_kept_in_memory_and_sent_at_unload() {
    begin().await.unwrap();
    without_database();
    answer_with(0, None);
    let rum = measured(|_| {});
    beacon(&rum, "a");
    out(1).await;
    rest().await.unwrap();
    // The page is unloaded after the network is back, but before the kept beacons are sent.
    online(true);
    fire(0.0, 0.0);
    rum.count("b", 1);
    leave();
    let requests = out(2).await;
    assert!(requests.iter().all(|request| request["by"] == "sendBeacon"), "{requests:?}");
    assert_eq!((rum.sent().beacons, rum.sent().lost), (2, 0));
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn a_wrapped_fetch_does_not_see_beacons() {
    begin().await.unwrap();
    let rum = measured(|_| {});
    wrap_fetch();
    beacon(&rum, "a");
    assert_eq!(out(1).await[0]["by"], "fetch");
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn large_beacons_are_compressed_once_the_server_accepts_gzip() {
    begin().await.unwrap();
    takes("br, gzip");
    let rum = measured(|options| options.before_send = Some(padded(2048)));
    beacon(&rum, "a");
    let first = &out(1).await[0];
    assert_eq!(beacon_of(first)["counters"]["a"], 1);
    rest().await.unwrap();
    let before = rum.sent().bytes;

    beacon(&rum, "b");
    let second = &out(1).await[0];
    assert_eq!(second["headers"]["content-encoding"], "gzip");
    assert_eq!(second["type"], "text/plain;charset=UTF-8");
    let text = unzipped().await.unwrap().as_string().unwrap();
    assert!(text.contains(r#""counters":{"b":1}"#) && text.ends_with("  "), "{text}");
    let bytes = second["bytes"].as_u64().unwrap();
    assert!(bytes < 600, "{bytes}");
    rest().await.unwrap();
    assert_eq!(u64::from(rum.sent().bytes - before), bytes);

    // A request that fails is kept uncompressed.
    answer_with(0, None);
    beacon(&rum, "c");
    out(1).await;
    assert_eq!(counted(&kept(1).await), ["c"]);
    rum.stop();
    end();
}

#[wasm_bindgen_test]
async fn other_origins_get_no_content_encoding_and_small_beacons_no_gzip() {
    begin().await.unwrap();
    takes("gzip");
    for (padding, endpoint, is_zipped) in
        [(2048, "https://other.example/beacons", true), (0, "/beacons", false)]
    {
        let mut options = RumOptions::new(endpoint, "test");
        options.flush_interval = 1e9;
        options.before_send = Some(padded(padding));
        let rum = start(options);
        for name in ["a", "b"] {
            beacon(&rum, name);
            let request = &out(1).await[0];
            rest().await.unwrap();
            assert_eq!(request["bytes"].is_number(), is_zipped && name == "b", "{request}");
            assert!(request["headers"]["content-encoding"].is_null(), "{request}");
        }
        rum.stop();
    }
    end();
}

#[wasm_bindgen_test]
async fn a_beacon_at_unload_does_not_wait_for_compression() {
    begin().await.unwrap();
    takes("gzip");
    let rum = measured(|options| options.before_send = Some(padded(2048)));
    beacon(&rum, "a");
    out(1).await;
    rest().await.unwrap();
    slowly(true);
    beacon(&rum, "b");
    rest().await.unwrap();
    assert_eq!(taken(), Vec::<String>::new());
    rum.count("c", 1);
    leave();
    slowly(false);
    let requests = out(2).await;
    assert_eq!((&requests[0]["by"], &requests[1]["by"]), (&"sendBeacon".into(), &"fetch".into()));
    assert_eq!(counted(&requests), ["c", "b"]);
    rum.stop();
    end();
}
