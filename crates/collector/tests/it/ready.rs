//! `/readyz` while the store is locked, damaged, gone or full.
use std::io::{Seek, SeekFrom, Write};

use crate::harness::{Collector, beacon};

/// The reason why the collector is not ready. It must be healthy all the same.
async fn reason(collector: &Collector) -> String {
    assert_eq!(collector.get("/healthz").await.text(), "ok\n");
    let answer = collector.get("/readyz").await;
    assert_eq!(answer.headers["retry-after"], "5");
    assert_eq!(answer.failure(), (503, "not_ready".to_owned()));
    answer.json::<whippet_api::Failure>().error.message
}

#[tokio::test]
async fn a_locked_file_is_not_ready() {
    let collector = Collector::new();
    let other = rusqlite::Connection::open(collector.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = reason(&collector).await;
    assert!(said.contains("another program has the store locked"), "{said}");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(collector.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_damaged_file_is_not_ready() {
    let collector = Collector::new();
    for number in 0..50 {
        collector.beacon(beacon(&number.to_string())).await;
    }
    assert_eq!(collector.get("/readyz").await.status, 200);
    let other = rusqlite::Connection::open(collector.database()).unwrap();
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let page: u64 = other
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'views'", [], |row| row.get::<_, i64>(0))
        .unwrap() as u64;
    let mut file = std::fs::File::options().write(true).open(collector.database()).unwrap();
    file.seek(SeekFrom::Start((page - 1) * 4096)).unwrap();
    file.write_all(&[0xa5; 4096]).unwrap();
    // A question checks tables for some time alone, and the next one goes on: on a busy machine it may not come to this one.
    for _ in 0..100 {
        if collector.get("/readyz").await.status != 200 {
            break;
        }
    }
    let said = reason(&collector).await;
    assert!(said.starts_with("the store is damaged: ") && said.contains("views"), "{said}");
}

#[tokio::test]
async fn a_removed_or_replaced_file_is_not_ready() {
    let collector = Collector::new();
    collector.beacon(beacon("a")).await;
    std::fs::rename(collector.database(), collector.database().with_extension("away")).unwrap();
    assert!(reason(&collector).await.contains("deleted or replaced"));
    std::fs::write(collector.database(), "this is a text").unwrap();
    assert!(reason(&collector).await.contains("deleted or replaced"));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_not_ready() {
    let collector = Collector::new();
    collector.beacon(beacon("a")).await;
    let other = rusqlite::Connection::open(collector.database()).unwrap();
    // Like a full disk: writes fail, reads succeed.
    other
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON totals BEGIN SELECT RAISE(ABORT, 'no room'); END",
        )
        .unwrap();
    let said = reason(&collector).await;
    assert!(said.contains("rolled back"), "{said}");
    other.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(collector.get("/readyz").await.status, 200);
}
