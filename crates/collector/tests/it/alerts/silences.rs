//! Silences: made, changed and ended by the API, from this site alone.
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use whippet_api::{AlertHistory, Silence};
use whippet_collector::watch::Teller;
use whippet_watch::alerts::Matcher;
use whippet_watch::notification::NotifiedAlert;

use super::{SLOW, alerts, collector, look, rules, told, views};
use crate::harness::{Collector, HOUR, MINUTE};

/// Who sends.
#[derive(Default)]
struct Heard(Mutex<Vec<(String, usize)>>);

impl Teller for Heard {
    fn wake(&self) {
        self.0.lock().unwrap().push(("wake".to_owned(), 0));
    }

    fn firing(&self, firing: Vec<(String, Vec<NotifiedAlert>)>) {
        let heard = firing.into_iter().map(|(receiver, alerts)| (receiver, alerts.len()));
        self.0.lock().unwrap().extend(heard);
    }
}

#[tokio::test]
async fn a_silence_keeps_it_quiet_until_it_ends() {
    let collector = collector(SLOW);
    let heard = Arc::new(Heard::default());
    collector.app.watch.set_teller(Arc::<Heard>::clone(&heard));
    let matchers =
        json!([{ "label": "app", "value": "sh*" }, { "label": "severity", "value": "info", "equal": false }]);
    let wanted = json!({ "matchers": matchers, "lasts": 10 * MINUTE, "reason": "deploy", "author": "ann" });
    let answer = post(&collector, &wanted, &[]).await;
    assert_eq!(answer.0, 201, "{}", answer.1);
    let silence: Silence = serde_json::from_value(answer.1).unwrap();
    assert_eq!((silence.until, silence.author.as_str()), (collector.now() + 10 * MINUTE, "ann"));
    for _ in 0..6 {
        views(&collector, 10, 9000.0).await;
        look(&collector).await;
    }
    let known = alerts(&collector).await;
    assert_eq!((known.counts.firing, known.counts.silenced), (0, 1));
    assert_eq!(known.alerts[0].silenced_by, std::slice::from_ref(&silence.id));
    assert_eq!(known.silences[0].alerts, 1);
    assert!(told(&collector).await.is_empty() && heard.0.lock().unwrap().is_empty());
    let history: AlertHistory = collector.get("/api/alerts/history").await.json();
    assert!(history.events.iter().all(|event| event.silenced));
    // It is made longer, and ended.
    let longer =
        json!({ "id": silence.id, "matchers": matchers, "lasts": HOUR, "reason": "it takes longer" });
    assert_eq!(post(&collector, &longer, &[]).await.0, 201);
    let silences: Vec<Silence> = collector.get("/api/alerts/silences").await.json();
    assert_eq!((silences.len(), silences[0].reason.as_str()), (1, "it takes longer"));
    let end = async |id: &str| {
        let path = format!("/api/alerts/silences/{id}");
        collector.send(Request::delete(path).body(Body::empty()).unwrap()).await
    };
    assert_eq!(end(&silence.id).await.status, 204);
    assert_eq!(end(&silence.id).await.failure(), (404, "unknown_silence".to_owned()));
    views(&collector, 10, 9000.0).await;
    look(&collector).await;
    assert_eq!(told(&collector).await.len(), 1, "what still fires is told then");
    assert_eq!(*heard.0.lock().unwrap(), [("wake".to_owned(), 0), ("ops".to_owned(), 1)]);
}

async fn post(collector: &Collector, body: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request = Request::post("/api/alerts/silences");
    if headers.iter().all(|header| header.0 != "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = collector.send(request.body(Body::from(body.to_string())).unwrap()).await;
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
}

#[tokio::test]
async fn a_silence_that_makes_no_sense_or_comes_from_another_site_is_refused() {
    let collector = Collector::new();
    let good =
        json!({ "matchers": [{ "label": "app", "value": "shop" }], "lasts": HOUR, "reason": "deploy" });
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    for (body, needle) in [
        (with("matchers", json!([])), "matchers"),
        (with("matchers", json!([{ "label": "app", "value": "*" }])), "every alert"),
        (with("matchers", json!([{ "label": "app", "value": "a".repeat(501) }])), "500"),
        (with("reason", json!(" ")), "reason"),
        (with("until", json!(collector.now() + HOUR)), "lasts"),
        (with("lasts", json!(-1)), "ended already"),
        (with("lasts", json!(i64::MAX)), "year"),
        (with("more", json!(1)), "more"),
        (with("reason", json!("a".repeat(70_000))), "64 KiB"),
        (json!("app=shop"), "no silence"),
    ] {
        let (status, answer) = post(&collector, &body, &[]).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(status == 400 && message.contains(needle), "{status} {message} for {needle}");
    }
    assert_eq!(post(&collector, &with("id", json!("none")), &[]).await.0, 404);
    for (header, status) in [
        (("sec-fetch-site", "cross-site"), 403),
        (("sec-fetch-site", "same-site"), 403),
        (("origin", "https://evil.example"), 403),
        (("content-type", "text/plain"), 415),
    ] {
        assert_eq!(post(&collector, &good, &[header]).await.0, status, "{header:?}");
    }
    assert_eq!(collector.rows("silences").await, 0);
    let delete = Request::delete("/api/alerts/silences/a").header("sec-fetch-site", "cross-site");
    assert_eq!(collector.send(delete.body(Body::empty()).unwrap()).await.status, 403);
    for wrong in ["from=-1", "from=2&to=1", "from=0"] {
        assert_eq!(collector.get(&format!("/api/alerts/history?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_planned_silence_begins_and_ends_by_the_clock_and_is_changed_in_the_file_alone() {
    let collector = collector(SLOW);
    let (from, until) = (collector.now() + 4 * MINUTE, collector.now() + 20 * MINUTE);
    let planned = whippet_watch::alerts::Silence {
        id: "file:move".to_owned(),
        matchers: vec![Matcher { label: "app".to_owned(), value: "shop".to_owned(), equal: true }],
        from,
        until,
        reason: "the database moves".to_owned(),
        author: "the configuration file".to_owned(),
    };
    let set = whippet_collector::watch::RuleSet { silences: vec![planned], ..rules(SLOW) };
    collector.app.watch.set_rules(set);
    let at = async |time: i64| {
        collector.advance((time - collector.now()).max(0));
        for _ in 0..6 {
            views(&collector, 10, 9000.0).await;
            look(&collector).await;
        }
        let known = alerts(&collector).await;
        assert_eq!((known.silences.len(), known.silences[0].id.as_str()), (1, "file:move"));
        (known.counts.firing, known.counts.silenced)
    };
    assert_eq!(at(0).await, (1, 0), "it has not begun");
    assert_eq!(told(&collector).await.len(), 1);
    assert_eq!(at(from).await, (0, 1));
    assert_eq!(at(until).await, (1, 0), "it is over");
    let change = json!({ "id": "file:move", "matchers": [{ "label": "app", "value": "shop" }], "lasts": HOUR, "reason": "a" });
    let (status, answer) = post(&collector, &change, &[]).await;
    assert_eq!((status, answer["error"]["code"].as_str()), (409, Some("planned_silence")));
    let end = Request::delete("/api/alerts/silences/file:move").body(Body::empty()).unwrap();
    assert_eq!(collector.send(end).await.failure(), (409, "planned_silence".to_owned()));
}
