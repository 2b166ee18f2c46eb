use whippet_engine::beacon;

use super::*;
use crate::Browser;
use crate::database::params;
use crate::database::testing::TestSchema;

const START: i64 = 1_700_000_000_000;

fn store(folder: &tempfile::TempDir) -> Arc<Store> {
    Arc::new(Store::open(Options::new(folder.path()), Arc::default()).unwrap())
}

async fn ingest(store: &Store, id: &str) {
    let text = format!(
        r#"{{"v":1,"id":"{id}","session":"s","view":"v","app":"shop","page":"/","sentAt":{START},"vitals":{{"LCP":{{"value":900}}}}}}"#
    );
    let client = Client { network: 1, local: true, browser: Browser::Unknown };
    let beacon = beacon::decode(text.as_bytes()).unwrap();
    assert_eq!(store.ingest(beacon, client, START).await.unwrap(), Ingested::New);
}

/// The rows of the journal, and those of page views.
fn rows(database: &dyn Database) -> database::Result<(i64, i64)> {
    let count = |table: &str| database.scalar(&format!("SELECT count(*) FROM {table}"), params![]);
    Ok((count("cells_journal")?, count("views")?))
}

#[tokio::test]
async fn who_asks_about_beacons_has_the_journal_written_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    store.read_database("test", rows).await.unwrap();
    ingest(&store, "a").await;
    ingest(&store, "b").await;
    assert_eq!(store.read_rows("test", rows).await.unwrap(), (2, 0));
    store.bound_log().await.unwrap();
    assert_eq!(store.read_rows("test", rows).await.unwrap(), (2, 0), "it is not that old");
    assert_eq!(store.read_database("test", rows).await.unwrap(), (0, 1));
    ingest(&store, "c").await;
    store.close().await;
    let left = rusqlite::Connection::open(folder.path().join("whippet.db")).unwrap();
    assert_eq!(rows(&left), Ok((0, 1)), "at its end it is written");
}

#[tokio::test]
async fn page_views_are_counted_again_once_somebody_has_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    assert!(store.is_settling_due());
    assert!(!store.is_settling_due());
    store.read_rows("test", rows).await.unwrap();
    assert!(!store.is_settling_due());
    store.read_database("test", rows).await.unwrap();
    assert!(store.is_settling_due());
    assert!(!store.is_settling_due());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_still_runs_leaves_no_log_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    ingest(&store, "a").await;
    let (begins, began) = oneshot::channel();
    let (goes_on, go_on) = std::sync::mpsc::channel();
    let asking = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            let query = move |database: &dyn Database| {
                let found = rows(database);
                begins.send(()).unwrap();
                go_on.recv().unwrap();
                found
            };
            store.read_rows("test", query).await
        }
    });
    began.await.unwrap();
    // As tasks are when the collector ends.
    asking.abort();
    let _ = asking.await;
    let closing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.close().await }
    });
    while store.reading.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    goes_on.send(()).unwrap();
    closing.await.unwrap();
    assert!(!folder.path().join("whippet.db-wal").exists());
    assert!(matches!(store.read_rows("test", rows).await, Err(StoreError::Closed)));
}

#[test]
fn the_rest_of_a_sweep_is_left_to_the_collector_that_got_the_role() {
    let Some(place) = TestSchema::new() else { return };
    let [first, second] = [(); 2].map(|()| {
        let mut options = Options::new("");
        options.server = Some(place.server.address().clone());
        Store::open(options, Arc::default()).unwrap()
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        assert!(first.run(Stage::Fold, START).await.unwrap());
        first.resign(SWEEPER).await;
        assert!(second.lead(SWEEPER).await);
        assert!(!first.run(Stage::Fold, START).await.unwrap());
        first.close().await;
        second.close().await;
    });
}
