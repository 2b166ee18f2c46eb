//! What is watched besides figures: targets that are down, apps that fall silent, new errors.
use serde_json::json;
use whippet_api::AlertState;
use whippet_collector::scrape::Outcome;
use whippet_collector::watching;
use whippet_watch::notification::Status;

use super::{LOOK, alerts, collector, look, the_alert, told, views};
use crate::harness::{Collector, HOUR, MINUTE, beacon_with};

#[tokio::test]
async fn a_target_is_killed_and_comes_back() {
    let collector = collector(
        r#"
        [[alert]]
        name = "down"
        watch = "down"
        target = "*"
        for = "1m"
        severity = "page"
        "#,
    );
    let record = |error: Option<&str>| {
        let outcome = Outcome { at: collector.now(), error: error.map(Into::into), ..Outcome::default() };
        collector.app.target_status.record("shop", outcome);
    };
    record(None);
    collector.scraped(&[("up", 1.0)]).await;
    look(&collector).await;
    assert_eq!(alerts(&collector).await.alerts, []);
    for _ in 0..4 {
        record(Some("connection refused"));
        look(&collector).await;
    }
    let down = the_alert(&collector).await;
    assert_eq!(down.state, AlertState::Firing);
    assert_eq!(down.summary, "shop is down: connection refused");
    assert_eq!((down.about.name.as_str(), down.about.backend), ("shop", true));
    let told_down = told(&collector).await;
    assert_eq!(told_down[0].group_labels["target"], "shop");
    record(None);
    collector.scraped(&[("up", 1.0)]).await;
    look(&collector).await;
    assert_eq!(told(&collector).await[0].status, Status::Resolved);
}

#[tokio::test]
async fn a_target_that_nobody_scrapes_is_down() {
    let collector = collector("[[alert]]\nname = \"down\"\nwatch = \"down\"\ntarget = \"shop\"\n");
    let ok = Outcome { at: collector.now(), ..Outcome::default() };
    collector.app.target_status.record("shop", ok);
    collector.scraped(&[("up", 1.0)]).await;
    look(&collector).await;
    for _ in 0..3 {
        look(&collector).await;
    }
    assert_eq!(the_alert(&collector).await.summary, "shop was not scraped for 2 min");
}

#[tokio::test]
async fn a_restart_ends_no_alert_of_a_target() {
    let text = "[[alert]]\nname = \"down\"\nwatch = \"down\"\ntarget = \"*\"\n";
    let before = collector(text);
    // One that a list names.
    before.app.target_status.add("cart", "http://cart/metrics".to_owned(), 0, Some("list"));
    before.scraped(&[("up", 1.0)]).await;
    for name in ["shop", "cart"] {
        let error = Some("connection refused".into());
        let outcome = Outcome { at: before.now(), error, ..Outcome::default() };
        before.app.target_status.record(name, outcome);
    }
    look(&before).await;
    assert_eq!(told(&before).await.len(), 2);
    // In another process, the one was not scraped yet, and the list was not read yet.
    let after = before.restart().await;
    after.app.watch.set_rules(super::rules(text));
    look(&after).await;
    assert_eq!(told(&after).await, []);
    assert_eq!(alerts(&after).await.counts.firing, 2);
    // The one is up, and the other does not come back.
    after.advance(5 * MINUTE);
    let ok = Outcome { at: after.now(), ..Outcome::default() };
    after.app.target_status.record("shop", ok);
    after.scraped(&[("up", 1.0)]).await;
    look(&after).await;
    let all = told(&after).await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all.iter().all(|told| told.status == Status::Resolved), "{all:?}");
}

#[tokio::test]
async fn an_app_falls_silent() {
    let collector = collector(
        r#"
        [[alert]]
        name = "silent"
        watch = "silent"
        app = "*"
        window = "10m"
        "#,
    );
    // Two an hour are no reason, and neither is a quiet minute.
    for minute in 0..40 {
        if minute % 7 != 0 {
            views(&collector, 4, 1000.0).await;
        }
        collector.advance(LOOK);
        look(&collector).await;
        assert_eq!(told(&collector).await, [], "in minute {minute}");
    }
    for _ in 0..24 {
        look(&collector).await;
    }
    let silent = the_alert(&collector).await;
    assert_eq!(silent.state, AlertState::Firing);
    assert!(silent.summary.starts_with("shop had 0 page views in 10 min, where "), "{}", silent.summary);
    assert_eq!(told(&collector).await.len(), 1);
    views(&collector, 30, 1000.0).await;
    look(&collector).await;
    assert_eq!(told(&collector).await[0].status, Status::Resolved);
}

#[tokio::test]
async fn an_app_is_quiet_when_it_usually_is() {
    let collector = collector("[[alert]]\nname = \"silent\"\nwatch = \"silent\"\napp = \"shop\"\n");
    let looked = |collector: &Collector| {
        let app = collector.app.clone();
        async move { watching::look(&app).await.unwrap() }
    };
    // Every day from 8 to 10 there are page views, and none else.
    for day in 0..3 {
        for hour in 0..24 {
            if (8..10).contains(&hour) {
                views(&collector, 60, 1000.0).await;
            }
            for _ in 0..4 {
                collector.advance(HOUR / 4);
                looked(&collector).await;
            }
            let known = alerts(&collector).await;
            if day > 0 {
                assert_eq!(known.counts.firing, 0, "day {day}, hour {hour}: {:?}", known.alerts);
            }
        }
        collector.app.store.sweep(collector.now()).await.unwrap();
    }
    // On the fourth day there are none from 8 on.
    collector.advance(8 * HOUR);
    looked(&collector).await;
    for _ in 0..40 {
        collector.advance(MINUTE);
        looked(&collector).await;
    }
    let silent = the_alert(&collector).await;
    assert_eq!(silent.state, AlertState::Firing);
    assert!(silent.summary.ends_with("are usual at this hour"), "{}", silent.summary);
}

#[tokio::test]
async fn a_new_error_is_named_with_its_release_and_an_old_one_is_not() {
    let collector = collector(
        r#"
        [[alert]]
        name = "new error"
        watch = "new_error"
        app = "shop"
        window = "30m"
        "#,
    );
    let throw = async |id: &str, release: &str, message: &str| {
        let error = json!([{ "message": message, "source": "a.js:1:2", "stack": "", "count": 2 }]);
        collector.beacon(beacon_with(id, json!({ "release": release, "errors": error }))).await;
    };
    throw("1", "1.0", "x is undefined").await;
    look(&collector).await;
    let first = the_alert(&collector).await;
    assert_eq!(first.summary, "new error in shop 1.0, 2 times: x is undefined");
    assert_eq!((first.labels["release"].as_str(), first.labels["error"].as_str()), ("1.0", "x is undefined"));
    told(&collector).await;
    collector.advance(40 * MINUTE);
    look(&collector).await;
    assert_eq!(told(&collector).await[0].status, Status::Resolved, "it is new no more");
    // The next release throws it, too, and another one.
    throw("2", "1.1", "x is undefined").await;
    throw("3", "1.1", "y is no function").await;
    look(&collector).await;
    let told = told(&collector).await;
    assert_eq!((told.len(), told[0].alerts.len()), (1, 1));
    assert_eq!(told[0].alerts[0].labels["error"], "y is no function");
    assert_eq!(told[0].alerts[0].labels["release"], "1.1");
}

#[tokio::test]
async fn new_errors_of_one_message_are_told_apart_by_their_source() {
    let collector = collector("[[alert]]\nname = 'new error'\nwatch = 'new_error'\napp = 'shop'\n");
    let error =
        |source: &str| json!({ "message": "x is undefined", "source": source, "stack": "", "count": 1 });
    let errors = json!([error("a.js:1:2"), error("b.js:3:4")]);
    collector.beacon(beacon_with("1", json!({ "release": "1.0", "errors": errors }))).await;
    assert_eq!(look(&collector).await.changes, 2);
    let found = alerts(&collector).await.alerts;
    let mut sources: Vec<&str> = found.iter().map(|alert| alert.labels["error_source"].as_str()).collect();
    sources.sort_unstable();
    assert_eq!(sources, ["a.js:1:2", "b.js:3:4"]);
}

#[tokio::test]
async fn a_frequent_error_takes_no_place_of_those_before_it() {
    let collector = collector("[[alert]]\nname = 'new error'\nwatch = 'new_error'\napp = 'shop'\n");
    let throw = async |letter: char, count: u64| {
        let message = format!("{letter} is undefined");
        let error = json!([{ "message": message, "source": "a.js:1:2", "stack": "", "count": count }]);
        collector.beacon(beacon_with(&letter.to_string(), json!({ "errors": error }))).await;
    };
    for letter in 'a'..='t' {
        throw(letter, 1).await;
    }
    assert_eq!(look(&collector).await.changes, 20);
    throw('z', 9).await;
    assert_eq!(look(&collector).await.changes, 0, "those that fire stay the same");
}

#[tokio::test]
async fn a_regression_lasts_until_somebody_says_that_it_is_over() {
    let text =
        "[[alert]]\nname = \"slower\"\nwatch = \"regression\"\napp = \"shop\"\nkeep_firing_for = \"0s\"\n";
    let collector = collector(text);
    let found = whippet_api::Regression {
        about: whippet_api::About { name: "shop".to_owned(), ..Default::default() },
        release: Some("1.2.0".to_owned()),
        metric: "LCP".to_owned(),
        words: "LCP is 22 % slower on 3 pages since release 1.2.0".to_owned(),
        ..Default::default()
    };
    look(&collector).await;
    assert_eq!(alerts(&collector).await.alerts, []);
    collector.app.watch.found.set(vec![found.clone()]);
    look(&collector).await;
    let slower = the_alert(&collector).await;
    assert_eq!((slower.state, slower.summary), (AlertState::Firing, found.words.clone()));
    assert_eq!((slower.labels["release"].as_str(), slower.labels["metric"].as_str()), ("1.2.0", "LCP"));
    told(&collector).await;
    // Another process has not looked for any yet.
    let collector = collector.restart().await;
    collector.app.watch.set_rules(super::rules(text));
    for _ in 0..10 {
        look(&collector).await;
    }
    assert_eq!(told(&collector).await, []);
    collector.app.watch.found.set(vec![whippet_api::Regression { withdrawn: Some(1), ..found }]);
    look(&collector).await;
    assert_eq!(told(&collector).await[0].status, Status::Resolved);
}
