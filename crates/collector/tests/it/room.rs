//! The size of the file: freed space is returned, `--max-size` holds, and damage affects only the damaged table.
use std::os::unix::fs::FileExt;
use std::path::Path;

use serde_json::json;
use whippet_api::Vitals;
use whippet_store::cells::{Level, Section};

use crate::harness::{Collector, DAY, HOUR, MINUTE, SECOND, beacon_with};

/// A beacon of some kilobytes.
fn large(id: &str) -> serde_json::Value {
    let errors: Vec<_> =
        (0..5).map(|n| json!({ "message": format!("{id} {n}"), "stack": "at x\n".repeat(200), "fingerprint": format!("{id}-{n}") })).collect();
    beacon_with(
        id,
        json!({
            "page": format!("/{}", id.len() % 7), "counters": { "query.hits": 1 }, "errors": errors,
            "vitals": { "LCP": { "value": 1234 } },
        }),
    )
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

fn log(collector: &Collector) -> u64 {
    size(&collector.database().with_extension("db-wal"))
}

async fn sweep(collector: &Collector) {
    collector.app.store.sweep(collector.now()).await.unwrap();
}

#[tokio::test]
async fn freed_space_is_returned_to_the_file_system() {
    let collector =
        Collector::with(|options| (options.retention, options.limits.errors) = (DAY, 10_000), |_| {});
    for id in 0..400 {
        collector.beacon(large(&id.to_string())).await;
        collector.advance(SECOND);
    }
    sweep(&collector).await;
    let full = size(&collector.database());
    assert!(full > 2_000_000, "{full}");
    for _ in 0..3 {
        collector.advance(DAY);
        collector.scraped(&[("other", 1.0)]).await;
        sweep(&collector).await;
    }
    let empty = size(&collector.database());
    assert!(empty < 700_000, "{empty} of {full}");
    assert!(log(&collector) < 100_000, "{}", log(&collector));
    assert!(collector.figure("whippet_store_bytes").await > 10_000.0);
}

#[tokio::test]
async fn max_size_holds_and_the_oldest_data_goes_first() {
    const MOST: u64 = 4_000_000;
    let collector =
        Collector::with(|options| (options.max_size, options.limits.errors) = (Some(MOST), 100_000), |_| {});
    for id in 0..1200 {
        collector.beacon(large(&id.to_string())).await;
        if id % 10 == 0 {
            collector.scraped(&[("http_requests_total", f64::from(id))]).await;
        }
        collector.advance(MINUTE);
        let bytes = size(&collector.database());
        assert!(bytes <= MOST, "{bytes} after {id}");
    }
    let before = collector.figure("whippet_store_deleted_before_seconds").await * 1000.0;
    let kept = collector.now() - before as i64;
    assert!(before > 0.0 && (HOUR..2 * DAY).contains(&kept), "{kept}");
    // All of the newest data is there.
    let (from, to) = (collector.now() - HOUR, collector.now());
    let vitals: Vitals = collector.get(&format!("/api/vitals?from={from}&to={to}")).await.json();
    assert!(vitals.metrics[0].count >= 60, "{}", vitals.metrics[0].count);
    assert_eq!(collector.status().await.beacons, 1200);
    assert_eq!(collector.figure("whippet_store_write_failures_total").await, 0.0);
}

#[tokio::test]
async fn a_full_file_takes_beacons_before_the_next_sweep() {
    const MOST: u64 = 4_000_000;
    let collector = Collector::with(|options| options.limits.errors = 100_000, |_| {});
    let mut id = 0;
    while size(&collector.database()) <= MOST * 5 / 4 {
        collector.beacon(large(&id.to_string())).await;
        collector.advance(MINUTE);
        id += 1;
    }
    // SQLite adds no page to this file, and none in it is free: the first transaction fails, and succeeds when it is retried.
    let file = collector.database();
    let options = |options: &mut whippet_store::Options| {
        rusqlite::Connection::open(&file).unwrap().execute_batch("VACUUM").unwrap();
        (options.max_size, options.limits.errors) = (Some(MOST), 100_000);
    };
    let collector = collector.restart_with(options).await;
    assert!(size(&collector.database()) > MOST);
    for later in 0..100 {
        collector.beacon(large(&format!("later-{later}"))).await;
        collector.advance(MINUTE);
    }
    assert!(collector.figure("whippet_store_write_failures_total").await >= 1.0, "no write was retried");
    assert!(collector.figure("whippet_store_deleted_before_seconds").await > 0.0);
    // The retried beacons are stored once each.
    assert_eq!(collector.status().await.beacons, id + 100);
    let (from, to) = (collector.now() - 100 * MINUTE, collector.now());
    let vitals: Vitals = collector.get(&format!("/api/vitals?from={from}&to={to}")).await.json();
    assert_eq!(vitals.metrics[0].count, 100);
}

#[tokio::test]
async fn a_file_larger_than_max_size_shrinks() {
    let collector = Collector::with(|options| options.limits.errors = 100_000, |_| {});
    for id in 0..1200 {
        collector.beacon(large(&id.to_string())).await;
        collector.advance(MINUTE);
    }
    sweep(&collector).await;
    let full = size(&collector.database());
    assert!(full > 5_000_000, "{full}");
    let collector = collector.restart_with(|options| options.max_size = Some(4_000_000)).await;
    for id in 0..40 {
        collector.beacon(large(&format!("more-{id}"))).await;
        collector.advance(MINUTE);
    }
    sweep(&collector).await;
    let less = size(&collector.database());
    assert!(less <= 4_000_000, "{less} of {full}");
    assert_eq!(collector.status().await.beacons, 1240);
}

#[tokio::test]
async fn where_nothing_may_be_deleted_beacons_are_refused_and_none_is_lost() {
    // All data is of the last minutes, so nothing may be deleted.
    let collector = Collector::with(
        |options| (options.max_size, options.limits.errors) = (Some(4_000_000), 100_000),
        |_| {},
    );
    let mut kept = 0;
    for id in 0..4000 {
        match collector.post(large(&id.to_string()).to_string()).await.status.as_u16() {
            204 => kept += 1,
            503 => break,
            status => panic!("{status}"),
        }
    }
    assert!((300..4000).contains(&kept), "{kept}");
    assert!(size(&collector.database()) <= 4_000_000);
    assert_eq!(collector.status().await.beacons, kept);
    // Once some of it is older, it makes room.
    for hour in 0..12 {
        collector.advance(HOUR);
        let _ = collector.post(large(&format!("later-{hour}")).to_string()).await;
        sweep(&collector).await;
    }
    collector.beacon(large("last")).await;
}

#[tokio::test]
async fn a_damaged_page_does_not_stop_the_other_stages_of_a_sweep() {
    let options = |options: &mut whippet_store::Options| {
        (options.retention, options.limits.errors) = (30 * DAY, 100_000);
    };
    let collector = Collector::with(options, |_| {});
    for id in 0..600 {
        collector.beacon(large(&id.to_string())).await;
        collector.scraped(&[("http_requests_total", f64::from(id))]).await;
        collector.advance(MINUTE);
    }
    let root = move |connection: &rusqlite::Connection| {
        connection
            .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'cells_day'", [], |row| row.get(0))
    };
    let page: i64 = collector.app.store.read("test", root).await.unwrap();
    let path = collector.database();
    let collector = collector
        .restart_with(|changed| {
            options(changed);
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.write_all_at(&[0xa5; 4096], (page as u64 - 1) * 4096).unwrap();
        })
        .await;
    collector.advance(3 * DAY);
    let error = collector.app.store.sweep(collector.now()).await.unwrap_err();
    assert!(error.to_string().contains("rolled back"), "{error}");
    assert!(collector.rows("scrapes").await > 0);
    assert_eq!(collector.open_measures().await, 0, "folded");
    assert_eq!(collector.cells(Level::Minute, Section::Vitals).await, 0);
    assert!((1..=13).contains(&collector.cells(Level::Hour, Section::Vitals).await), "and merged into hours");
    // Only the damaged table can be neither read nor written.
    collector.beacon(large("new")).await;
    for _ in 0..34 {
        collector.advance(DAY);
        collector.scraped(&[("other", 1.0)]).await;
        let _ = collector.app.store.sweep(collector.now()).await;
    }
    for level in [Level::Minute, Level::Hour] {
        assert_eq!(collector.cells(level, Section::Vitals).await, 0, "deleted");
    }
    assert_eq!(collector.rows("errors").await, 0, "deleted");
}

#[tokio::test]
async fn max_size_holds_with_a_damaged_page() {
    const MOST: u64 = 4_000_000;
    let options = |options: &mut whippet_store::Options| {
        (options.max_size, options.limits.errors) = (Some(MOST), 100_000);
    };
    let collector = Collector::with(options, |_| {});
    for id in 0..200 {
        collector.beacon(large(&id.to_string())).await;
        collector.advance(5 * MINUTE);
    }
    let root = move |connection: &rusqlite::Connection| {
        connection
            .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'cells_day'", [], |row| row.get(0))
    };
    let page: i64 = collector.app.store.read("test", root).await.unwrap();
    let path = collector.database();
    let collector = collector
        .restart_with(|changed| {
            options(changed);
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.write_all_at(&[0xa5; 4096], (page as u64 - 1) * 4096).unwrap();
        })
        .await;
    for id in 200..900 {
        collector.beacon(large(&id.to_string())).await;
        collector.advance(5 * MINUTE);
    }
    assert!(size(&collector.database()) <= MOST);
    assert!(collector.figure("whippet_store_deleted_before_seconds").await > 0.0);
}

#[tokio::test]
async fn the_log_stays_short_while_dashboards_poll() {
    let collector = Collector::with(|options| options.limits.errors = 100_000, |_| {});
    let store = &collector.app.store;
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let stopped = std::sync::Arc::new(std::sync::Mutex::new(stopped));
    // Two readers overlap, so that one of them reads at any time.
    let reader = || {
        let (store, stopped) = (store.clone(), stopped.clone());
        async move {
            loop {
                let stopped = stopped.clone();
                let ended = store
                    .read("test", move |connection| {
                        let _: i64 =
                            connection.query_row("SELECT count(*) FROM beacons", [], |row| row.get(0))?;
                        let patience = std::time::Duration::from_millis(20);
                        Ok(stopped.lock().unwrap().recv_timeout(patience).is_ok())
                    })
                    .await
                    .unwrap();
                if ended {
                    break;
                }
            }
        }
    };
    let readers = [tokio::spawn(reader()), tokio::spawn(reader())];
    let (mut longest, mut id) = (0, 0);
    // All errors are of one minute. How much a group of them adds to the log depends on how many it has: as many as it takes for the log
    // to be long enough to be bounded, and then some.
    while id < 1800 || longest < 8 << 20 && id < 10_000 {
        collector.beacon(large(&id.to_string())).await;
        if id % 50 == 0 {
            store.bound_log().await.unwrap();
        }
        longest = longest.max(log(&collector));
        id += 1;
    }
    for _ in 0..2 {
        stop.send(()).unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
    assert!((8 << 20..40 << 20).contains(&longest), "{longest}");
}
