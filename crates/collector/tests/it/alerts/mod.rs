//! Alerts, from what is put in to what is told.
mod receivers;
mod silences;
mod two;
mod watched;

use serde::Deserialize;
use serde_json::json;
use whippet_api::{Alert, AlertHistory, AlertState, Alerts};
use whippet_collector::watch::{Looked, RuleSet};
use whippet_collector::watching;
use whippet_watch::alerts::{AlertTable, Rules};
use whippet_watch::levels::{LevelTable, ObjectiveTable};
use whippet_watch::notification::{Notification, Status};

use crate::harness::{Collector, HOUR, MINUTE, SECOND, beacon_with};

const LOOK: i64 = 30 * SECOND;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    level: Vec<LevelTable>,
    #[serde(default)]
    objective: Vec<ObjectiveTable>,
    #[serde(default)]
    alert: Vec<AlertTable>,
}

/// Rules as a configuration has them, all of which must be right.
pub fn rules(text: &str) -> RuleSet {
    let file: File = toml::from_str(text).unwrap();
    let levels = file.level.into_iter().map(|table| table.checked().unwrap()).collect();
    let objectives = file.objective.into_iter().map(|table| table.checked().unwrap()).collect();
    let alerts = file.alert.into_iter().map(|table| table.checked().unwrap()).collect();
    let (rules, faults) = Rules::new(levels, objectives, alerts);
    assert_eq!(faults, []);
    RuleSet { rules, receivers: vec!["ops".to_owned()], ..RuleSet::default() }
}

pub fn collector(text: &str) -> Collector {
    let collector = Collector::new();
    collector.app.watch.set_rules(rules(text));
    collector
}

/// A look at all rules, 30 s after the one before.
async fn look(collector: &Collector) -> Looked {
    collector.advance(LOOK);
    let looked = watching::look(&collector.app).await.unwrap();
    assert!(looked.written);
    looked
}

async fn alerts(collector: &Collector) -> Alerts {
    collector.get("/api/alerts").await.json()
}

async fn the_alert(collector: &Collector) -> Alert {
    let mut found = alerts(collector).await.alerts;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// What is to be told, in order; it is taken for sent.
async fn told(collector: &Collector) -> Vec<Notification> {
    let store = &collector.app.store;
    let mut all = Vec::new();
    for due in store.due_notifications(100).await.unwrap() {
        let attempt = whippet_store::watching::Attempt {
            at: collector.now(),
            outcome: whippet_store::watching::Outcome::Sent,
        };
        store.note_notification(due.id, attempt).await.unwrap();
        all.push(serde_json::from_str(&due.body).unwrap());
    }
    all
}

/// Page views with that LCP.
async fn views(collector: &Collector, count: usize, lcp: f64) {
    for number in 0..count {
        let id = format!("{}-{number}-{lcp}", collector.now());
        collector.beacon(beacon_with(&id, json!({ "vitals": { "LCP": { "value": lcp } } }))).await;
    }
}

const SLOW: &str = r#"
[[level]]
name = "fast enough"
app = "shop"
figure = "LCP"
below = "2.5s"
window = "5m"
min_samples = 5

[[alert]]
name = "shop is slow"
level = "fast enough"
for = "1m"
keep_firing_for = "2m"
repeat = "30m"
severity = "page"
labels = { team = "web" }
summary = "{subject}: {value}"
runbook = "https://shop.example/slow"
"#;

#[tokio::test]
async fn a_threshold_is_crossed_and_crossed_back() {
    let collector = collector(SLOW);
    views(&collector, 10, 1000.0).await;
    look(&collector).await;
    assert_eq!(alerts(&collector).await.alerts, [], "all is well");
    views(&collector, 40, 4000.0).await;
    assert_eq!(look(&collector).await.changes, 1);
    let pending = the_alert(&collector).await;
    assert_eq!((pending.state, pending.fires_at), (AlertState::Pending, Some(collector.now() + MINUTE)));
    assert_eq!(told(&collector).await, []);
    look(&collector).await;
    assert_eq!(look(&collector).await.notifications, 1);
    let firing = the_alert(&collector).await;
    assert_eq!(firing.state, AlertState::Firing);
    assert!(firing.summary.starts_with("fast enough of shop is "), "{}", firing.summary);
    assert!(firing.summary.ends_with(" s, above 2.5 s"), "{}", firing.summary);
    assert!((firing.reading.value.unwrap() / 4000.0 - 1.0).abs() < 0.05);
    assert_eq!((firing.reading.bound, firing.reading.count), (Some(2500.0), Some(50)));
    assert_eq!(firing.place.from, Some(collector.now() - 30 * MINUTE));
    assert_eq!(firing.labels["alertname"], "shop is slow");
    let notification = told(&collector).await.remove(0);
    assert_eq!((notification.receiver.as_str(), notification.status), ("ops", Status::Firing));
    assert_eq!(notification.group_labels["app"], "shop");
    let alert = &notification.alerts[0];
    assert_eq!(alert.fingerprint, firing.id);
    assert_eq!((alert.labels["team"].as_str(), alert.labels["severity"].as_str()), ("web", "page"));
    assert!(alert.annotations["summary"].starts_with("shop: "), "{:?}", alert.annotations);
    assert!(alert.annotations["summary"].ends_with(" s"), "{:?}", alert.annotations);
    assert_eq!(alert.annotations["runbook_url"], "https://shop.example/slow");
    assert!(
        alert.generator_url.starts_with("http://here:7300/vitals?from=")
            && alert.generator_url.contains("app=shop")
    );
    assert_eq!((alert.starts_at, alert.ends_at), (collector.now(), None));

    // Most page views are fast again, once the slow ones have left the window.
    for _ in 0..20 {
        views(&collector, 1, 1000.0).await;
        look(&collector).await;
    }
    let resolved = the_alert(&collector).await;
    assert_eq!(resolved.state, AlertState::Resolved);
    let notification = told(&collector).await.remove(0);
    assert_eq!(notification.status, Status::Resolved);
    assert_eq!(notification.alerts[0].starts_at, alert.starts_at);
    assert!(notification.alerts[0].ends_at.unwrap() > alert.starts_at);
    let history: AlertHistory = collector.get("/api/alerts/history?app=shop").await.json();
    let states: Vec<AlertState> = history.events.iter().map(|event| event.state).collect();
    assert_eq!(states, [AlertState::Resolved, AlertState::Firing, AlertState::Pending]);
    assert_eq!(history.events[1].lasted, Some(MINUTE));
    assert!(history.events.iter().all(|event| event.id == firing.id && event.summary.contains("shop")));
    let none: AlertHistory = collector.get("/api/alerts/history?app=blog").await.json();
    assert_eq!(none.events, []);
    // An hour later nobody needs to know of it any more.
    for _ in 0..125 {
        views(&collector, 1, 1000.0).await;
        look(&collector).await;
    }
    assert_eq!(alerts(&collector).await.alerts, []);
    assert_eq!(collector.rows("alert_states").await, 0);
}

#[tokio::test]
async fn who_was_told_is_told_again_and_a_figure_that_swings_is_one_alert() {
    let collector = collector(SLOW);
    for round in 0..80 {
        // The p75 is above the bound in every other round.
        views(&collector, 20, if round % 2 == 0 { 9000.0 } else { 100.0 }).await;
        collector.advance(MINUTE);
        look(&collector).await;
    }
    let told = told(&collector).await;
    assert!(told.iter().all(|notification| notification.status == Status::Firing), "it never ended");
    // It fired once, and was repeated every half hour of the two.
    assert_eq!(told.len(), 4, "{told:?}");
}

#[tokio::test]
async fn without_data_nothing_is_known() {
    let collector = collector(SLOW);
    views(&collector, 10, 9000.0).await;
    for _ in 0..4 {
        look(&collector).await;
    }
    assert_eq!(the_alert(&collector).await.state, AlertState::Firing);
    told(&collector).await;
    for _ in 0..20 {
        look(&collector).await;
    }
    let unknown = the_alert(&collector).await;
    assert_eq!(unknown.state, AlertState::NoData);
    assert!(unknown.summary.ends_with("no data in 5 min") || unknown.summary.contains("at least"));
    assert_eq!(told(&collector).await, [], "that nothing is known does not resolve it");
    // Too few page views say nothing, either.
    views(&collector, 4, 100.0).await;
    look(&collector).await;
    assert_eq!(the_alert(&collector).await.state, AlertState::NoData);
    views(&collector, 1, 100.0).await;
    for _ in 0..6 {
        look(&collector).await;
    }
    assert_eq!(told(&collector).await.len(), 1, "now it is");
}

#[tokio::test]
async fn a_pending_alert_goes_on_in_another_process() {
    let collector = collector(SLOW);
    views(&collector, 10, 9000.0).await;
    look(&collector).await;
    look(&collector).await;
    let pending = the_alert(&collector).await;
    let collector = collector.restart().await;
    collector.app.watch.set_rules(rules(SLOW));
    assert_eq!(the_alert(&collector).await, pending);
    look(&collector).await;
    let firing = the_alert(&collector).await;
    assert_eq!((firing.state, &firing.id), (AlertState::Firing, &pending.id));
    assert_eq!(told(&collector).await.len(), 1);
    // It fires on, and is not told a second time.
    let collector = collector.restart().await;
    collector.app.watch.set_rules(rules(SLOW));
    look(&collector).await;
    assert_eq!(told(&collector).await, []);
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_nothing_fire_and_loses_nothing() {
    let collector = collector(SLOW);
    views(&collector, 10, 1000.0).await;
    look(&collector).await;
    collector.advance(-20 * HOUR);
    for _ in 0..10 {
        look(&collector).await;
    }
    assert_eq!(told(&collector).await, [], "nothing fires");
    views(&collector, 10, 9000.0).await;
    for _ in 0..4 {
        look(&collector).await;
    }
    assert_eq!(the_alert(&collector).await.state, AlertState::Firing);
    assert_eq!(told(&collector).await.len(), 1);
    collector.advance(-HOUR);
    look(&collector).await;
    let open = the_alert(&collector).await;
    assert!(matches!(open.state, AlertState::Firing | AlertState::NoData), "{open:?}");
    assert_eq!(told(&collector).await, [], "it is neither resolved nor told again");
}

#[tokio::test]
async fn alerts_of_one_app_are_told_together() {
    let text = |name: &str, figure: &str| {
        format!("[[alert]]\nname = \"{name}\"\nexpr = \"{figure}\"\napp = \"shop\"\n")
    };
    let all = text("slow", "LCP > 2s") + &text("busy", "views > 5") + &text("paint", "p50 FCP > 1s");
    let collector = collector(&all);
    views(&collector, 10, 9000.0).await;
    look(&collector).await;
    let first = told(&collector).await;
    assert_eq!((first.len(), first[0].alerts.len()), (1, 2));
    let fcp = json!({ "vitals": { "FCP": { "value": 3000.0 } } });
    collector.beacon(beacon_with("fcp", fcp)).await;
    look(&collector).await;
    let second = told(&collector).await;
    assert_eq!((second.len(), second[0].alerts.len()), (1, 3), "with those that fire already");
    assert_eq!(second[0].group_key, first[0].group_key);
}

#[tokio::test]
async fn a_rule_that_is_gone_is_resolved_and_forgotten() {
    let collector = collector(SLOW);
    views(&collector, 10, 9000.0).await;
    for _ in 0..4 {
        look(&collector).await;
    }
    told(&collector).await;
    collector.app.watch.set_rules(rules(""));
    look(&collector).await;
    assert_eq!(told(&collector).await[0].status, Status::Resolved);
}

#[tokio::test]
async fn of_the_end_of_a_rule_hear_those_who_were_told() {
    let with = |text: &str| {
        let receivers = ["ops", "web", "boss"].map(str::to_owned).to_vec();
        RuleSet { receivers, ..rules(text) }
    };
    let collector = Collector::new();
    let text = "[[alert]]\nname = 'busy'\napp = 'shop'\nexpr = 'views > 5'\nreceivers = ['web']\n";
    collector.app.watch.set_rules(with(text));
    views(&collector, 10, 1000.0).await;
    look(&collector).await;
    assert_eq!(told(&collector).await[0].receiver, "web");
    collector.app.watch.set_rules(with(""));
    look(&collector).await;
    let all = told(&collector).await;
    let heard: Vec<&str> = all.iter().map(|told| told.receiver.as_str()).collect();
    assert_eq!((heard, all[0].status), (vec!["web"], Status::Resolved));
}

/// A thousand rules ask for what few windows tell: those are read, and each once.
#[tokio::test]
async fn a_thousand_rules_share_what_they_read() {
    let mut text = String::new();
    for number in 0..1000 {
        let of = if number % 2 == 0 { "app = \"shop\"" } else { "target = \"shop\"" };
        let expr = match number % 2 {
            0 => ["LCP > 4s", "views > 1000", "error_rate > 5%", "p95 page_load > 3s"][number / 2 % 4]
                .to_owned(),
            _ => ["p95 http.server.duration > 1s", "server_errors > 1%"][number / 2 % 2].to_owned(),
        };
        let window = ["5m", "15m", "1h"][number % 3];
        text +=
            &format!("[[alert]]\nname = \"rule {number}\"\n{of}\nexpr = \"{expr}\"\nwindow = \"{window}\"\n");
    }
    let collector = collector(&text);
    views(&collector, 20, 9000.0).await;
    let looked = look(&collector).await;
    assert_eq!(looked.windows, 6, "three of an app, and three of a target");
    assert_eq!(looked.notifications, 1, "they are told together");
    assert_eq!(look(&collector).await.changes, 0);
    let shown = alerts(&collector).await;
    assert_eq!(shown.rules, 1000);
    let names: Vec<String> = shown.alerts.into_iter().map(|alert| alert.rule).collect();
    assert!(
        names.len() > 100 && names.is_sorted(),
        "what began together is in the order of names: {names:?}"
    );
}

#[tokio::test]
async fn metrics_tell_how_watching_goes() {
    let collector = collector(SLOW);
    views(&collector, 10, 9000.0).await;
    look(&collector).await;
    assert_eq!(collector.figure("whippet_alerts{state=\"pending\"}").await, 1.0);
    assert_eq!(collector.figure("whippet_alert_rules").await, 1.0);
    assert_eq!(collector.figure("whippet_alert_evaluation_failures_total").await, 0.0);
    let status = collector.status().await;
    assert_eq!(status.alerts.unwrap().pending, 1);
}

#[tokio::test]
async fn a_figure_of_a_split_is_watched_and_linked_to() {
    let collector = collector(
        "[[alert]]\nname = 'slow phones'\napp = 'shop'\nsplit = 'device:phone'\nexpr = 'p75 LCP > 4s'\n\
         [[alert]]\nname = 'slow desktops'\napp = 'shop'\nsplit = 'device:desktop'\nexpr = 'p75 LCP > 4s'\n",
    );
    for place in 0..20 {
        let (device, value) = if place % 2 == 0 { ("phone", 9000.0) } else { ("desktop", 1000.0) };
        let more = json!({ "device": device, "page": "/", "vitals": { "LCP": { "value": value } } });
        collector.beacon(beacon_with(&format!("split-{place}"), more)).await;
    }
    look(&collector).await;
    let alert = the_alert(&collector).await;
    assert_eq!((alert.rule.as_str(), alert.state), ("slow phones", AlertState::Firing));
    assert_eq!(alert.reading.count, Some(10));
    assert!(alert.summary.starts_with("LCP p75 (device:phone) of shop is "), "{}", alert.summary);
    assert!(alert.place.address().contains("split=device%3Aphone"), "{}", alert.place.address());
}
