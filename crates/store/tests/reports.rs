//! How many rows a question reads, whatever its range.
use std::sync::Arc;

use whippet_store::{Options, Store, StoreMetrics, database};

mod support;

use support::counting::Counting;
use support::history;
use support::questions::{QUESTIONS, last};

/// The most rows that figures of an application are read from: a month has 720 hours, and no report draws more than two sections.
const FIGURES: usize = 1_600;

#[tokio::test]
async fn a_question_reads_hundreds_of_rows_at_any_range() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(Options::new(folder.path()), Arc::new(StoreMetrics::default())).unwrap();
    store.close().await;
    let connection = rusqlite::Connection::open(folder.path().join("whippet.db")).unwrap();
    database::register_functions(&connection).unwrap();
    let db: &dyn database::Database = &connection;
    let (days, pages) = (40, 12);
    db.transaction(database::Access::Write, |db| history::fill(db, days, pages, 2)).unwrap();
    let counting = Counting::new(db);
    for range in [1, 7, 30, 40] {
        for (name, ask) in QUESTIONS {
            let listed = ask(&counting, &last(range)).unwrap();
            assert!(listed > 0, "{name} over {range} days lists nothing");
            let rows = counting.take();
            // One row per bucket and page: a week has 6 days, 23 hours at each end and an hour of minutes at most.
            let of_pages = if name.starts_with("vitals of") { 120 * pages as usize } else { 0 };
            assert!(rows < FIGURES + of_pages, "{name} over {range} days reads {rows} rows");
        }
    }
}
