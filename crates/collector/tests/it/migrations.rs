//! Files of older versions, with data in them.
use rusqlite::Connection;
use whippet_api::{Overview, Vitals};

use crate::harness::{Collector, HOUR, MINUTE, START, beacon};

/// A file of format 4: a soft navigation could not be told from a document, and an application had no `last`.
fn format_4(folder: &std::path::Path) {
    let old = Connection::open(folder.join("whippet.db")).unwrap();
    for schema in [
        include_str!("../../../store/src/schema_1.sql"),
        include_str!("../../../store/src/schema_2.sql"),
        include_str!("../../../store/src/schema_3.sql"),
        include_str!("../../../store/src/schema_4.sql"),
    ] {
        old.execute_batch(schema).unwrap();
    }
    let hour = START + HOUR;
    old.execute_batch(&format!(
        "INSERT INTO names (id, kind, parent, name, used) VALUES
           (1, 0, 0, 'shop', {START}), (2, 1, 1, '/', {START}), (3, 0, 0, 'blog', {START}), (4, 1, 3, '/', {START}),
           (5, 0, 0, 'silent', {START});
         INSERT INTO views (id, app, view, page, minute, folded, weight) VALUES (1, 1, 'open', 2, {hour}, 0, 2);
         INSERT INTO measures (view, metric, value, sent) VALUES (1, 0, 0.05, {hour});
         INSERT INTO page_views (minute, app, page, views) VALUES ({START}, 1, 2, 7), ({START}, 3, 4, 1);
         INSERT INTO totals (name, value) VALUES ('beacons', 10), ('last_beacon', {hour});
         PRAGMA user_version = 4;"
    ))
    .unwrap();
}

#[tokio::test]
async fn a_file_without_navigations_counts_its_page_views_as_documents() {
    let folder = tempfile::tempdir().unwrap();
    format_4(folder.path());
    let collector = Collector::on(folder);
    collector.advance(2 * HOUR);
    let documents: Vitals = collector.chart("/api/vitals?navigation=document").await;
    assert_eq!(documents.metrics.iter().map(|metric| metric.count).sum::<u64>(), 2, "weighed");
    let soft: Vitals = collector.chart("/api/vitals?navigation=soft").await;
    assert_eq!(soft.metrics.iter().map(|metric| metric.count).sum::<u64>(), 0);
    let all: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(all.pages.iter().map(|page| page.views).sum::<u64>(), 10);
    // A soft navigation that comes now is one.
    let mut next = beacon("new");
    next["navigation"] = "soft-navigation".into();
    next["vitals"] = serde_json::json!({ "CLS": { "value": 0.2 } });
    collector.beacon(next).await;
    collector.advance(1);
    let soft: Vitals = collector.chart("/api/vitals?navigation=soft").await;
    assert_eq!(soft.metrics.iter().map(|metric| metric.count).sum::<u64>(), 1);
}

#[tokio::test]
async fn a_file_from_before_knows_when_each_app_was_last_heard_of() {
    let folder = tempfile::tempdir().unwrap();
    format_4(folder.path());
    let collector = Collector::on(folder);
    collector.advance(2 * HOUR);
    let overview: Overview = collector.chart("/api/overview").await;
    let last = |name: &str| {
        overview.subjects.iter().find(|subject| !subject.backend && subject.name == name).unwrap().last
    };
    assert_eq!((last("shop"), last("blog"), last("silent")), (Some(START + HOUR), Some(START), None));
}

#[tokio::test]
async fn names_of_a_file_from_before_are_ranked_by_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    format_4(folder.path());
    let collector = Collector::open_with(folder, |options| options.limits.apps = 3);
    collector.advance(2 * HOUR);
    for id in ["1", "2"] {
        let mut next = beacon(id);
        next["app"] = "new".into();
        collector.beacon(next).await;
        collector.advance(MINUTE);
    }
    assert_eq!(
        collector.status().await.apps,
        ["blog", "new", "shop", "(other)"],
        "the one without data went"
    );
}
