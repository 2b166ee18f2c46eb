//! Several collectors on one server, and rules from a configuration.
use std::path::Path;
use std::time::Duration;

use whippet_api::AlertState;
use whippet_collector::config::Config;
use whippet_collector::watch::RuleSet;
use whippet_collector::watching;
use whippet_store::{Options, WATCHER};

use super::{SLOW, alerts, look, rules, the_alert, told, views};
use crate::harness::{Collector, MINUTE, SECOND};
use crate::schema::Schema;

#[tokio::test]
async fn of_two_collectors_one_watches_and_the_other_goes_on_where_it_stopped() {
    let Some(schema) = Schema::new() else { return };
    let on = |options: &mut Options| options.server = Some(schema.url().parse().unwrap());
    let (first, second) = (Collector::with(on, |_| {}), Collector::with(on, |_| {}));
    for collector in [&first, &second] {
        collector.app.watch.set_rules(rules(SLOW));
    }
    assert!(first.app.store.lead(WATCHER).await && !second.app.store.lead(WATCHER).await);
    views(&first, 10, 9000.0).await;
    look(&first).await;
    let pending = the_alert(&second).await;
    assert_eq!(pending.state, AlertState::Pending, "both know of it");
    first.app.store.close().await;
    // A refusal is remembered for two seconds.
    let mut asked = 0;
    while !second.app.store.lead(WATCHER).await {
        asked += 1;
        assert!(asked < 100, "nobody took over");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    second.advance(30 * SECOND);
    for _ in 0..2 {
        look(&second).await;
    }
    let firing = the_alert(&second).await;
    assert_eq!((firing.state, firing.id), (AlertState::Firing, pending.id));
    assert_eq!(told(&second).await.len(), 1);
}

#[tokio::test]
async fn a_rule_that_is_wrong_is_named_and_the_rest_run() {
    let text = r#"
[[alert]]
name = "busy"
app = "shop"
expr = "views > 5"

[[alert]]
name = "wrong"
app = "shop"
expr = "LCQ > 5"

[[alert]]
name = "lost"
level = "nowhere"
"#;
    let config = Config::parse(text, Path::new(""), &|_| None).unwrap();
    let collector = Collector::new();
    collector.app.watch.set_rules(RuleSet::from(&config.rules));
    views(&collector, 10, 1000.0).await;
    look(&collector).await;
    let known = alerts(&collector).await;
    assert_eq!((known.rules, known.counts.firing), (1, 1));
    let wrong: Vec<(&str, Option<u64>)> =
        known.wrong.iter().map(|wrong| (wrong.name.as_str(), wrong.line)).collect();
    assert_eq!(wrong, [("alert \"wrong\"", Some(7)), ("alert \"lost\"", Some(12))]);
    assert!(known.wrong[0].message.contains("LCP"), "{}", known.wrong[0].message);
    assert!(known.wrong[1].message.contains("nowhere"), "{}", known.wrong[1].message);
}

/// Two collectors that take themselves for the one that watches: what one of them wrote, the other does not say again.
#[tokio::test]
async fn two_looks_at_once_tell_once() {
    let collector = Collector::new();
    collector
        .app
        .watch
        .set_rules(rules("[[alert]]\nname = \"busy\"\napp = \"shop\"\nexpr = \"views > 5\"\n"));
    views(&collector, 10, 1000.0).await;
    collector.advance(MINUTE);
    let (one, other) = tokio::join!(watching::look(&collector.app), watching::look(&collector.app));
    assert!(one.unwrap().written || other.unwrap().written);
    assert_eq!(told(&collector).await.len(), 1);
    assert_eq!(collector.rows("alert_events").await, 1);
}
