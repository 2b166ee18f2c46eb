//! Several real collectors on one PostgreSQL: together they know what one collector on SQLite knows, also when one of them, or
//! the database, fails. The long forms: `cargo xtask bench collector --many`, `--faults`.
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use whippet_load::faults::{self, Disk, Failure};
use whippet_load::many;
use whippet_load::server::Data;
use whippet_load::site::Site;
use whippet_test_postgres::{Programs, Server, Settings};

use crate::faults::{expected, program, trial};
use crate::schema::Schema;

/// A server of its own, to be killed.
fn server(folder: &tempfile::TempDir) -> Option<Server> {
    let Some(programs) = Programs::find(None).filter(|_| std::env::var(whippet_test_postgres::URL).is_ok())
    else {
        println!("left out: {} names no server", whippet_test_postgres::URL);
        return None;
    };
    let settings = Settings { connections: Some(60), ..Settings::default() };
    Some(Server::create(programs, &folder.path().join("postgres"), settings).unwrap())
}

#[test]
fn two_and_four_collectors_answer_as_one_on_sqlite() {
    for collectors in [2, 4] {
        let Some(schema) = Schema::new() else { return };
        many::compare(program(), Data::Url(schema.url()), collectors, expected()).unwrap();
    }
}

#[test]
fn collectors_may_be_killed() {
    let Some(schema) = Schema::new() else { return };
    faults::collectors_killed(trial(), Data::Url(schema.url()), 3, 6).unwrap();
}

#[test]
fn the_database_may_be_killed() {
    let folder = folder();
    let Some(mut postgres) = server(&folder) else { return };
    faults::database_killed(trial(), &mut postgres, 2, 2).unwrap();
}

#[test]
fn the_database_may_stand_still() {
    let folder = folder();
    let Some(postgres) = server(&folder) else { return };
    faults::paused(trial(), &postgres, 2, Duration::from_secs(3)).unwrap();
}

#[test]
fn the_database_may_be_read_only_and_give_no_connections() {
    let folder = folder();
    let Some(postgres) = server(&folder) else { return };
    faults::read_only(trial(), &postgres, 2).unwrap();
    faults::connections_exhausted(trial(), &postgres, 2).unwrap();
}

#[test]
fn connections_to_the_database_may_be_cut() {
    let folder = folder();
    let Some(postgres) = server(&folder) else { return };
    faults::connections_cut(trial(), &postgres, 2, 5).unwrap();
}

#[test]
fn the_disk_of_the_database_may_be_full() {
    let folder = folder();
    let Ok(url) = std::env::var(whippet_test_postgres::URL) else { return };
    let Some(programs) = Programs::find(None).filter(|_| !url.is_empty()) else { return };
    let Some(disk) = Disk::new(&folder.path().join("disk"), 200) else {
        println!("left out: only root may make a small file system");
        return;
    };
    faults::full_database(trial(), programs, &disk, 2).unwrap();
}

#[test]
fn a_tablespace_may_be_full() {
    let folder = folder();
    let Some(postgres) = server(&folder) else { return };
    let Some(disk) = Disk::new(&folder.path().join("disk"), 100) else {
        println!("left out: only root may make a small file system");
        return;
    };
    faults::full_tablespace(trial(), &postgres, &disk, 2).unwrap();
}

#[test]
fn another_server_may_take_over() {
    let folder = folder();
    let Some(programs) = Programs::find(None).filter(|_| std::env::var(whippet_test_postgres::URL).is_ok())
    else {
        return;
    };
    for failure in [Failure::Killed, Failure::Hangs] {
        faults::taken_over(trial(), programs.clone(), folder.path(), 2, failure).unwrap();
    }
}

/// A folder that every account may enter.
pub fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A backend that counts how often it is scraped.
fn backend() -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let scrapes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&scrapes);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            let _ = std::io::Read::read(&mut stream, &mut request);
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: close\r\n\r\nup 1\n",
            );
        }
    });
    (format!("backend=http://{address}/metrics"), scrapes)
}

/// The collectors that have scraped the backend so far, by the times of their scrapes.
fn scraped(site: &Site) -> Vec<f64> {
    let series = "whippet_scrapes_total{target=\"backend\",result=\"success\"}";
    (0..site.count()).map(|place| site.with(place, |server| server.figure(series)).unwrap()).collect()
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    // As long as another may take to follow a collector that died.
    let until = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < until, "{what} within a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_target_is_scraped_by_one_collector_and_by_another_once_that_has_died() {
    let Some(schema) = Schema::new() else { return };
    let (target, scrapes) = backend();
    let arguments = ["--scrape", &target, "--scrape-interval", "1s"];
    let site = Site::start(program(), Data::Url(schema.url()), 3, &arguments).unwrap();
    wait_until("nobody scraped four times", || scrapes.load(Ordering::SeqCst) >= 4);
    let by = scraped(&site);
    let leader = (0..3).find(|place| by[*place] > 0.0).unwrap();
    assert_eq!(by.iter().filter(|scrapes| **scrapes > 0.0).count(), 1, "{by:?}");
    site.kill(leader);
    let before = scrapes.load(Ordering::SeqCst);
    wait_until("nobody followed", || scrapes.load(Ordering::SeqCst) >= before + 3);
    site.restart(leader).unwrap();
    let by = scraped(&site);
    assert_eq!(by.iter().filter(|scrapes| **scrapes > 0.0).count(), 1, "{by:?}");
    site.stop().unwrap();
}
