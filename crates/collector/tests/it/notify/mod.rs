//! Receivers of alerts, over real connections: what they are sent, and what becomes of it where they fail.
mod fixture;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode, header};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use whippet_collector::clock::Clock;
use whippet_collector::config::Config;
use whippet_collector::notify::{Stored, Verdict};
use whippet_collector::watch::{RuleSet, Watch};
use whippet_store::watching::{Change, Round};
use whippet_watch::notification::{Labels, Notification, NotifiedAlert};

use crate::harness::{Collector, MINUTE, SECOND, START, beacon_with};
use crate::peers::{Peer, closed, program};
use fixture::{
    Memory, View, alert, hook, labels, labels_of_summary, receivers, run, run_with, run_with_outbox, status,
    webhook, when,
};

#[tokio::test]
async fn a_web_hook_is_sent_signed_json_in_alertmanagers_format() {
    let hook = hook(|_| status(200)).await;
    let memory = Arc::new(Memory::default());
    let more = "signing_key = { env = 'KEY' }\nheaders = { X-Team = 'ops' }\nbearer = 'open-sesame'";
    let _running = run(&memory, &webhook("ops", &hook.address, more));
    let id = memory.put("ops", vec![alert("/a", None), alert("/b", Some(START + MINUTE))]);
    memory.noted_when(1).await;
    let got = &hook.got()[0];
    assert_eq!((got.path.as_str(), got.number()), ("/hook/s3cret", id));
    assert_eq!(got.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(
        (&got.headers["x-team"], &got.headers[header::AUTHORIZATION]),
        (&"ops".parse().unwrap(), &"Bearer open-sesame".parse().unwrap())
    );
    let json = got.json();
    assert_eq!(
        (&json["version"], &json["status"], &json["receiver"]),
        (&"4".into(), &"firing".into(), &"ops".into())
    );
    assert_eq!(
        (&json["externalURL"], &json["groupKey"]),
        (&"http://dash.example".into(), &"slow/shop".into())
    );
    assert_eq!(
        (&json["alerts"][0]["labels"]["page"], &json["alerts"][1]["status"]),
        (&"/a".into(), &"resolved".into())
    );
    // As a receiver checks it.
    let signature = got.headers["x-whippet-signature"].to_str().unwrap();
    let (time, hex) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).unwrap();
    assert_eq!(time.parse::<i64>().unwrap(), START / 1000);
    let mut mac = Hmac::<Sha256>::new_from_slice(b"0123456789abcdef0123456789abcdef").unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(&got.body);
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
}

#[tokio::test]
async fn what_fails_is_tried_again_in_order_and_sent_once() {
    let hook = hook(|number| if number < 2 { status(500) } else { status(200) }).await;
    let memory = Arc::new(Memory::default());
    memory.put("ops", vec![alert("/a", None)]);
    memory.put("ops", vec![alert("/a", Some(START + MINUTE))]);
    let running = run(&memory, &webhook("ops", &hook.address, ""));
    let noted = memory.noted_when(4).await;
    assert_eq!(hook.numbers(), [1, 1, 1, 2]);
    assert!(
        matches!(&noted[0], (1, Verdict::Again(error)) if error.starts_with("answered 500")),
        "{noted:?}"
    );
    assert_eq!(noted[2..], [(1, Verdict::Sent), (2, Verdict::Sent)]);
    let mut writer = whippet_engine::expo::Writer::new();
    running.figures.write(&mut writer);
    let text = writer.finish();
    assert!(text.contains("whippet_notifications_total{receiver=\"ops\",result=\"failed\"} 2"), "{text}");
    assert!(text.contains("whippet_notifications_total{receiver=\"ops\",result=\"sent\"} 2"), "{text}");
}

#[tokio::test]
async fn a_receiver_that_hangs_or_is_down_holds_up_no_other() {
    let up = hook(|_| status(204)).await;
    // It accepts, and says nothing.
    let hanging = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_bound, refusing) = closed();
    let config = [
        webhook(
            "hanging",
            &hanging.local_addr().unwrap().to_string(),
            "timeout = '300ms'\nretry_for = '100ms'",
        ),
        webhook("closed", &refusing.to_string(), ""),
        webhook("up", &up.address, ""),
    ]
    .concat();
    let memory = Arc::new(Memory::default());
    for receiver in ["hanging", "closed", "up"] {
        memory.put(receiver, vec![alert("/a", None)]);
    }
    let _running = run(&memory, &config);
    let [slow, refused, sent] = memory.first_of([1, 2, 3]).await;
    assert_eq!(slow, Verdict::GivenUp("no answer within 300 ms".to_owned()));
    assert!(matches!(refused, Verdict::Again(error) if error.starts_with("cannot connect: ")));
    assert_eq!(sent, Verdict::Sent);
    assert!(!format!("{:?}", memory.noted()).contains("s3cret"), "the path of a hook is its secret");
}

#[tokio::test]
async fn what_a_receiver_does_not_understand_is_given_up_and_said() {
    let hook = hook(|number| {
        let builder = Response::builder();
        match number {
            0 => builder.status(400).body(Body::from("no channel\nof this name")).unwrap(),
            _ => status(200),
        }
    })
    .await;
    let memory = Arc::new(Memory::default());
    memory.put("ops", vec![alert("/a", None)]);
    memory.put("gone", vec![alert("/a", None)]);
    memory.put("ops", vec![alert("/b", None)]);
    let _running = run(&memory, &webhook("ops", &hook.address, ""));
    let [refused, gone, next] = memory.first_of([1, 2, 3]).await;
    assert_eq!(refused, Verdict::GivenUp("answered 400 Bad Request: no channel\\nof this name".to_owned()));
    assert!(
        matches!(gone, Verdict::Again(error) if error.contains("no such receiver")),
        "it may be put right"
    );
    assert_eq!(next, Verdict::Sent, "the next one is sent");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_changed_receiver_is_tried_at_once() {
    let inner = hook(|_| status(200)).await;
    let to = format!("http://{}/inner", inner.address);
    let outer = hook(move |_| {
        Response::builder()
            .status(StatusCode::FOUND)
            .header(header::LOCATION, &to)
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let memory = Arc::new(Memory::default());
    memory.put("ops", vec![alert("/a", None)]);
    let running = run(&memory, &webhook("ops", &outer.address, ""));
    let noted = memory.noted_when(1).await;
    assert!(
        matches!(&noted[0].1, Verdict::Again(error) if error.contains("the address that it redirects to")),
        "{noted:?}"
    );
    assert!(inner.got().is_empty());
    // The operator puts it right.
    running.receivers.send_replace(Arc::new(receivers(&webhook("ops", &inner.address, ""))));
    memory.noted_when(2).await;
    assert_eq!(memory.noted().last().unwrap().1, Verdict::Sent);
}

#[tokio::test]
async fn a_refusal_counts_where_its_text_hangs_and_repeats_no_secret() {
    /// An answer that begins, and never ends.
    struct Hanging(Option<Bytes>);
    impl hyper::body::Body for Hanging {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            match self.0.take() {
                Some(bytes) => std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes)))),
                None => std::task::Poll::Pending,
            }
        }
    }
    let hook = hook(|_| {
        let text = Hanging(Some(Bytes::from_static(b"Cannot POST /hook/s3cret")));
        Response::builder().status(400).body(Body::new(text)).unwrap()
    })
    .await;
    let memory = Arc::new(Memory::default());
    memory.put("ops", vec![alert("/a", None)]);
    let _running = run(&memory, &webhook("ops", &hook.address, "timeout = '2s'"));
    let [refused] = memory.first_of([1]).await;
    assert_eq!(refused, Verdict::GivenUp("answered 400 Bad Request: Cannot POST …".to_owned()));
}

#[tokio::test]
async fn a_huge_answer_costs_nothing() {
    static POLLED: AtomicUsize = AtomicUsize::new(0);
    /// An answer that never ends.
    struct Endless;
    impl hyper::body::Body for Endless {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            POLLED.fetch_add(1, Ordering::SeqCst);
            std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(Bytes::from_static(&[b'x'; 65_536])))))
        }
    }
    let hook = hook(|number| {
        let status = if number == 0 { 500 } else { 200 };
        Response::builder().status(status).body(Body::new(Endless)).unwrap()
    })
    .await;
    let memory = Arc::new(Memory::default());
    memory.put("ops", vec![alert("/a", None)]);
    let _running = run(&memory, &webhook("ops", &hook.address, ""));
    let noted = memory.noted_when(2).await;
    assert!(matches!(&noted[0].1, Verdict::Again(error) if error.len() < 400), "{noted:?}");
    assert!(matches!(&noted[0].1, Verdict::Again(error) if error.ends_with("xxx")), "{noted:?}");
    assert_eq!(noted[1].1, Verdict::Sent);
    // What the sockets hold, and no more: some MB of what never ends.
    assert!(POLLED.load(Ordering::SeqCst) < 1_000, "{POLLED:?}");
}

#[tokio::test]
async fn a_killed_collector_loses_nothing_and_sends_twice_only_what_it_could_not_note() {
    let hook = hook(|_| status(200)).await;
    let memory = Arc::new(Memory::default());
    let config = webhook("ops", &hook.address, "");
    memory.put("ops", vec![alert("/a", None)]);
    // This one is killed between the answer and the note.
    let killed = run_with(View(Arc::clone(&memory), true), &config);
    for _ in 0..6_000 {
        if !hook.got().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(killed);
    memory.put("ops", vec![alert("/b", None)]);
    let second = run(&memory, &config);
    memory.noted_when(2).await;
    drop(second);
    // The receiver can tell by the number that it had the first.
    assert_eq!(hook.numbers(), [1, 1, 2]);
    let third = run(&memory, &config);
    let id = memory.put("ops", vec![alert("/c", None)]);
    third.notifier.wake();
    memory.noted_when(3).await;
    assert_eq!((hook.numbers(), id), (vec![1, 1, 2, 3], 3), "what was noted is not sent again");
}

#[tokio::test]
async fn what_waits_in_the_store_outlives_its_collector() {
    let hook = hook(|_| status(200)).await;
    let collector = Collector::new();
    let body = |page: &str| {
        let notification = Notification::new("ops", "slow/shop", Labels::new(), vec![alert(page, None)]);
        ("ops".to_owned(), serde_json::to_string(&notification).unwrap())
    };
    let round = Round { notifications: vec![body("/a"), body("/b")], ..Round::default() };
    assert!(collector.app.store.write_watching(Change::Round(round)).await.unwrap());
    let collector = collector.restart().await;
    let outbox = Arc::new(Stored(Arc::clone(&collector.app.store)));
    let running = run_with_outbox(outbox, Clock::manual(START).0, &webhook("ops", &hook.address, ""));
    let mut left = Vec::new();
    for _ in 0..6_000 {
        left = collector.app.store.due_notifications(10).await.unwrap();
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(left, []);
    let pages: Vec<Value> =
        hook.got().iter().map(|got| got.json()["alerts"][0]["labels"]["page"].clone()).collect();
    assert_eq!(pages, ["/a", "/b"]);
    drop(running);
}

/// Page views with that LCP, and a look at the rules 30 s after the one before.
async fn views_and_look(collector: &Collector, count: usize, lcp: f64) {
    for number in 0..count {
        let id = format!("{}-{number}", collector.now());
        collector.beacon(beacon_with(&id, json!({ "vitals": { "LCP": { "value": lcp } } }))).await;
    }
    collector.advance(30 * SECOND);
    assert!(whippet_collector::watching::look(&collector.app).await.unwrap().written);
}

#[tokio::test]
async fn from_a_line_of_the_file_to_the_receiver_and_back() {
    let hook = hook(|number| if number == 0 { status(500) } else { status(200) }).await;
    let text = format!(
        "{}[[alert]]\nname = 'slow'\napp = 'shop'\nexpr = 'p75 LCP > 2.5s'\nmin_samples = 5\nreceivers = ['ops']\n",
        webhook("ops", &hook.address, "")
    );
    let config = Config::parse(&text, Path::new(""), &|_| None).unwrap();
    let collector = Collector::with(
        |_| {},
        |app| {
            app.watch = Arc::new(Watch::new(RuleSet::from(&config.rules)));
            app.external_url = Arc::from("https://dash.example");
        },
    );
    let watch = &collector.app.watch;
    let outbox = Arc::new(Stored(Arc::clone(&collector.app.store)));
    let running = run_with_outbox(outbox, collector.app.clock.clone(), &webhook("ops", &hook.address, ""));
    watch.set_teller(Arc::clone(&running.notifier) as _);
    views_and_look(&collector, 10, 4000.0).await;
    views_and_look(&collector, 90, 1000.0).await;
    for _ in 0..6_000 {
        if hook.got().len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let got: Vec<Value> = hook.got().iter().map(|got| got.json()).collect();
    let statuses: Vec<&str> = got.iter().map(|json| json["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["firing", "firing", "resolved"], "the first was answered by 500");
    assert_eq!(got[2]["commonLabels"]["alertname"], "slow");
    let link = got[2]["alerts"][0]["generatorURL"].as_str().unwrap();
    assert!(link.starts_with("https://dash.example/") && link.contains("shop"), "{link}");
}

#[tokio::test]
async fn texts_are_made_by_templates() {
    let hook = hook(|_| status(200)).await;
    let config = format!(
        r#"
        [[receiver]]
        name = "slack"
        type = "text"
        url = "http://{0}/slack"
        content_type = "application/json"
        body = '{{"text": {{{{ ("[" ~ status|upper ~ "] " ~ commonLabels.alertname ~ ": " ~ commonAnnotations.summary)|tojson }}}}}}'

        [[receiver]]
        name = "ntfy"
        type = "text"
        url = "http://{0}/ntfy"
        method = "PUT"
        headers = {{ Title = "Whippet", Priority = "high" }}
        send_resolved = false
        body = """
        {{%- for alert in alerts %}}{{{{ alert.status }}}} {{{{ alert.labels.page }}}} {{{{ alert.generatorURL }}}}
        {{% endfor %}}"""
        "#,
        hook.address
    );
    let memory = Arc::new(Memory::default());
    let running = run(&memory, &config);
    for receiver in ["slack", "ntfy"] {
        memory.put(receiver, vec![alert("/a", None)]);
        running.notifier.wake();
        memory.noted_when(if receiver == "slack" { 1 } else { 2 }).await;
    }
    memory.put("ntfy", vec![alert("/a", Some(START + MINUTE))]);
    running.notifier.wake();
    assert_eq!(memory.noted_when(3).await[2].1, Verdict::Sent, "there is nothing to do");
    memory.put("ntfy", vec![alert("/a", Some(START + MINUTE)), alert("/b", None)]);
    running.notifier.wake();
    memory.noted_when(4).await;
    let got = hook.got();
    assert_eq!(got.len(), 3);
    assert_eq!(got[0].json()["text"], "[FIRING] slow: it is \"slow\"");
    assert_eq!((got[1].headers["title"].to_str().unwrap(), got[1].path.as_str()), ("Whippet", "/ntfy"));
    let text = String::from_utf8_lossy(&got[1].body).into_owned();
    assert!(text.starts_with("firing /a http://dash.example/vitals?app=shop\n"), "{text}");
    let text = String::from_utf8_lossy(&got[2].body).into_owned();
    assert!(text.contains("firing /b") && !text.contains("/a"), "it is not told of what is over: {text}");
}

#[tokio::test]
async fn an_alertmanager_is_told_again_and_again_and_told_when_it_is_over() {
    let Some(program) = program("prometheus-alertmanager") else { return };
    let folder = tempfile::tempdir().unwrap();
    let alertmanager = Peer::alertmanager(&program, folder.path()).await;
    let config = format!(
        "[[receiver]]\nname = 'am'\ntype = 'alertmanager'\nurls = ['http://{}', 'http://127.0.0.1:9']\nresend = '1s'\n",
        alertmanager.address
    );
    let memory = Arc::new(Memory::default());
    let view = Arc::new(View(Arc::clone(&memory), false));
    // An Alertmanager goes by the machine's clock.
    let running = run_with_outbox(view, Clock::system(), &config);
    let now = || Clock::system().now();
    let since = now() - MINUTE;
    let fires = |ends_at| {
        let labels = labels(&[("alertname", "slow"), ("page", "/a")]);
        NotifiedAlert::new(labels, labels_of_summary(), (since, ends_at), "http://dash.example/".to_owned())
    };
    let alerts = || alertmanager.ask("/api/v2/alerts?active=true");
    memory.put("am", vec![fires(None)]);
    running.notifier.wake();
    assert_eq!(memory.noted_when(1).await[0].1, Verdict::Sent, "one of the two has it");
    // What fires is told again, before its end comes: it ends four seconds ahead.
    running.notifier.firing(vec![("am".to_owned(), vec![fires(None)])]);
    let first = when(&alerts, |alerts| alerts.as_array().is_some_and(|alerts| alerts.len() == 1)).await;
    assert_eq!(first[0]["fingerprint"], fires(None).fingerprint, "it is Alertmanager's");
    assert_eq!(
        (&first[0]["labels"]["page"], &first[0]["generatorURL"]),
        (&"/a".into(), &"http://dash.example/".into())
    );
    // Its end moves on.
    let end = first[0]["endsAt"].clone();
    when(&alerts, |alerts| alerts[0]["endsAt"].as_str() > end.as_str()).await;
    running.notifier.firing(Vec::new());
    memory.put("am", vec![fires(Some(now() - 1))]);
    running.notifier.wake();
    when(&alerts, |alerts| alerts.as_array().is_some_and(Vec::is_empty)).await;
}
