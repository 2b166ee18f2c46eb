//! Migrations of files with data.
use rusqlite::Connection;
use whippet_api::{Errors, Overview, Vitals};
use whippet_engine::stats::StoredHistogram;
use whippet_store::cells::{Histograms, Page, Section};

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
    // A new soft navigation is counted as one.
    let mut next = beacon("new");
    next["navigation"] = "soft-navigation".into();
    next["vitals"] = serde_json::json!({ "CLS": { "value": 0.2 } });
    collector.beacon(next).await;
    collector.advance(1);
    let soft: Vitals = collector.chart("/api/vitals?navigation=soft").await;
    assert_eq!(soft.metrics.iter().map(|metric| metric.count).sum::<u64>(), 1);
}

#[tokio::test]
async fn a_migrated_file_knows_when_each_app_last_reported() {
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
async fn names_of_a_migrated_file_are_ranked_by_their_rows() {
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

/// A file of format 6: no count of slow page loads, and errors without a score.
fn format_6(folder: &std::path::Path) {
    format_4(folder);
    let old = Connection::open(folder.join("whippet.db")).unwrap();
    for schema in
        [include_str!("../../../store/src/schema_5.sql"), include_str!("../../../store/src/schema_6.sql")]
    {
        old.execute_batch(schema).unwrap();
    }
    let mut loads = StoredHistogram::new();
    for load in [900.0, 1200.0, 2300.0, 2600.0] {
        loads.record(load);
    }
    old.execute_batch(&format!(
        "INSERT INTO names (id, kind, parent, name, used) VALUES (6, 3, 1, 'page.load', {START}), (7, 3, 1, 'own', {START});
         INSERT INTO errors (id, app, fingerprint, message, source) VALUES
           (1, 1, 'rare', 'rare', ''), (2, 1, 'frequent', 'frequent', '');
         INSERT INTO error_counts (minute, error, page, count, first, last) VALUES
           ({START}, 1, 2, 900, {START}, {START}), ({START}, 2, 2, 1, {START}, {START}),
           ({START} + 60000, 2, 2, 1, {START} + 60000, {START} + 60000);
         PRAGMA user_version = 6;"
    ))
    .unwrap();
    for (name, minute) in [(6, START), (6, START + MINUTE), (7, START)] {
        old.execute(
            "INSERT INTO histograms (minute, app, page, name, histogram) VALUES (?1, 1, 2, ?2, ?3)",
            (minute, name, loads.to_bytes()),
        )
        .unwrap();
    }
}

#[tokio::test]
async fn slow_page_loads_of_a_migrated_file_are_counted_by_their_buckets() {
    let folder = tempfile::tempdir().unwrap();
    format_6(folder.path());
    let collector = Collector::on(folder);
    collector.advance(2 * MINUTE);
    let kept: Histograms = collector.kept(Section::Histograms, Page::Whole).await;
    let slow: Vec<(i64, u64)> = kept.0.iter().map(|(name, timings)| (*name, timings.slow)).collect();
    assert_eq!(slow, [(6, 2 + 2), (7, 0)]);
    let overview: Overview = collector.chart("/api/overview").await;
    let level = overview.levels.iter().find(|level| level.name == "Page load p95").unwrap();
    assert_eq!((level.met(), level.count, level.value), (Some(false), Some(8), Some(2600.0)));
}

#[tokio::test]
async fn errors_of_a_migrated_file_are_ranked_by_their_minutes() {
    let folder = tempfile::tempdir().unwrap();
    format_6(folder.path());
    let collector = Collector::open_with(folder, |options| options.limits.errors = 2);
    collector.advance(2 * MINUTE);
    // A score tells 64 networks apart by the hash that the process gives them: these three count as three.
    let mut told = std::collections::HashSet::new();
    let visitors = (0..=255)
        .map(|last| [203, 0, 113, last])
        .filter(|address| told.insert(collector.app.networks.network((*address).into()) % 64));
    for (address, id) in visitors.zip(["1", "2", "3"]) {
        let mut next = beacon(id);
        next["errors"] = serde_json::json!([{ "message": "new" }]);
        collector.beacon_from(address, next).await;
        collector.advance(MINUTE);
    }
    let errors: Errors = collector.chart("/api/errors").await;
    let mut messages: Vec<(&str, u64)> =
        errors.errors.iter().map(|error| (error.message.as_str(), error.count)).collect();
    messages.sort_unstable();
    assert_eq!(messages, [("(other)", 901), ("frequent", 2), ("new", 2)], "the rarer one went, and no count");
}

/// What a file of format 12 has. It had no journal: each group of beacons was in the rows of cells.
#[tokio::test]
async fn a_file_without_a_journal_gets_one_and_keeps_all() {
    let collector = Collector::new();
    let measured = |id: &str, lcp: u32| {
        let mut next = beacon(id);
        next["vitals"] = serde_json::json!({ "LCP": { "value": lcp } });
        next
    };
    for id in 0..20 {
        collector.beacon(measured(&id.to_string(), 1000 + 100 * id)).await;
        collector.advance(MINUTE);
    }
    let before: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(before.pages.iter().map(|page| page.views).sum::<u64>(), 20);
    let file = collector.database();
    let collector = collector
        .restart_with(|_| {
            let old = Connection::open(&file).unwrap();
            let waiting: i64 =
                old.query_row("SELECT count(*) FROM cells_journal", [], |row| row.get(0)).unwrap();
            assert_eq!(waiting, 0, "a collector that is stopped leaves none");
            old.execute_batch("DROP TABLE cells_journal; PRAGMA user_version = 12").unwrap();
        })
        .await;
    assert_eq!(collector.chart::<Vitals>("/api/vitals").await, before);
    // What comes now is in the journal when it is acknowledged, and counted beside what was there.
    collector.beacon(measured("new", 1000)).await;
    collector.advance(MINUTE);
    let after: Vitals = collector.chart("/api/vitals").await;
    let lcp = |vitals: &Vitals| vitals.metrics.iter().map(|metric| metric.count).max();
    assert_eq!((after.pages[0].views, lcp(&before), lcp(&after)), (21, Some(20), Some(21)));
    collector.beacon(measured("0", 1000)).await;
    assert_eq!(collector.status().await.beacons, 21, "what was known is known");
}
