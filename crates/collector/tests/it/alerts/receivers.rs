//! Who is told, where receivers differ, and where the configuration changes while alerts fire.
use std::path::Path;

use whippet_api::AlertState;
use whippet_collector::config::Config;
use whippet_collector::watch::RuleSet;
use whippet_watch::notification::Status;

use super::{look, the_alert, told, views};
use crate::harness::Collector;

/// Receivers by name: what else is said of each.
fn configuration(receivers: &[(&str, &str)], alerts: &str) -> RuleSet {
    let receiver = |(name, more): &(&str, &str)| {
        format!("[[receiver]]\nname = '{name}'\ntype = 'webhook'\nurl = 'http://127.0.0.1:9/'\n{more}\n")
    };
    let text = receivers.iter().map(receiver).collect::<String>() + alerts;
    RuleSet::from(&Config::parse(&text, Path::new(""), &|_| None).unwrap().rules)
}

fn busy(more: &str) -> String {
    format!("[[alert]]\nname = 'busy'\napp = 'shop'\nexpr = 'views > 5'\n{more}\n")
}

/// Who is told by the next look, and whether something fires.
async fn heard(collector: &Collector) -> Vec<(String, Status)> {
    look(collector).await;
    told(collector).await.into_iter().map(|told| (told.receiver, told.status)).collect()
}

fn all(names: &[&str], status: Status) -> Vec<(String, Status)> {
    names.iter().map(|name| ((*name).to_owned(), status)).collect()
}

#[tokio::test]
async fn a_receiver_that_is_named_later_hears_what_fires_and_one_that_is_not_any_more_that_it_ends() {
    let three = [("boss", ""), ("ops", ""), ("web", "")];
    let collector = Collector::new();
    let set = |names: &str| {
        let rules = configuration(&three, &busy(&format!("receivers = {names}")));
        collector.app.watch.set_rules(rules);
    };
    set("['web']");
    views(&collector, 10, 1000.0).await;
    assert_eq!(heard(&collector).await, all(&["web"], Status::Firing));
    set("['web', 'boss']");
    assert_eq!(heard(&collector).await, all(&["boss"], Status::Firing), "the other one knows of it");
    assert_eq!(heard(&collector).await, []);
    set("['boss']");
    assert_eq!(heard(&collector).await, []);
    collector.app.watch.set_rules(configuration(&three, ""));
    assert_eq!(heard(&collector).await, all(&["boss", "web"], Status::Resolved));
    assert_eq!(heard(&collector).await, []);
}

#[tokio::test]
async fn an_end_alone_is_nothing_to_a_receiver_that_is_told_of_none() {
    let two = [("loud", ""), ("quiet", "send_resolved = false")];
    let slow = "[[alert]]\nname = 'slow'\napp = 'shop'\nexpr = 'LCP > 2s'\n";
    let collector = Collector::new();
    collector.app.watch.set_rules(configuration(&two, &(busy("repeat = '2m'") + slow)));
    views(&collector, 10, 9000.0).await;
    assert_eq!(heard(&collector).await, all(&["loud", "quiet"], Status::Firing));
    collector.app.watch.set_rules(configuration(&two, &busy("repeat = '2m'")));
    assert_eq!(heard(&collector).await, all(&["loud"], Status::Firing), "one of two is over");
    for _ in 0..2 {
        assert_eq!(heard(&collector).await, []);
    }
    assert_eq!(
        heard(&collector).await,
        all(&["loud", "quiet"], Status::Firing),
        "the other is repeated in time"
    );
    collector.app.watch.set_rules(configuration(&two, ""));
    assert_eq!(heard(&collector).await, all(&["loud"], Status::Resolved));
    assert_eq!(heard(&collector).await, []);
}

#[tokio::test]
async fn a_rule_with_a_typing_error_resolves_nothing() {
    let one = [("ops", "")];
    let collector = Collector::new();
    collector.app.watch.set_rules(configuration(&one, &busy("")));
    views(&collector, 10, 1000.0).await;
    assert_eq!(heard(&collector).await, all(&["ops"], Status::Firing));
    let wrong = configuration(&one, &busy("").replace("views", "vievs"));
    assert_eq!(wrong.wrong.len(), 1);
    for wrong in [wrong, configuration(&one, "[alert]\nname = 'busy'\n")] {
        collector.app.watch.set_rules(wrong);
        assert_eq!(heard(&collector).await, []);
        assert_eq!(the_alert(&collector).await.state, AlertState::Firing);
    }
    collector.app.watch.set_rules(configuration(&one, &busy("")));
    assert_eq!(heard(&collector).await, [], "it fires on");
    collector.app.watch.set_rules(configuration(&one, ""));
    assert_eq!(heard(&collector).await, all(&["ops"], Status::Resolved));
}
