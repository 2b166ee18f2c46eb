//! Real collectors whose disk, file or database fails while pages send: what they acknowledged is there, once. The long forms:
//! `cargo xtask bench collector --faults`.
use std::path::Path;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use whippet_load::beacons::Beacons;
use whippet_load::faults::{self, Disk, Trial};
use whippet_load::many::{Expected, Given};
use whippet_load::server::{Data, Server};

/// Beacons that are sent during a fault: some for each time that something is killed.
const BEACONS: u64 = 3000;

pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_whippet"))
}

/// What one collector on SQLite answers that had no trouble.
pub fn expected() -> &'static Expected {
    static EXPECTED: OnceLock<Expected> = OnceLock::new();
    EXPECTED.get_or_init(|| {
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
        let given = Given { beacons: Beacons { seed: 3, start, open: 200 }, count: BEACONS, connections: 16 };
        Expected::of(program(), tempfile::tempdir().unwrap().path(), given).unwrap()
    })
}

pub fn trial() -> Trial<'static> {
    Trial { program: program(), expected: expected() }
}

/// A folder on a disk: that for temporary files may be in memory.
fn on_disk() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

#[test]
fn sqlite_survives_kills() {
    let folder = on_disk();
    faults::collectors_killed(trial(), Data::Folder(folder.path().to_owned()), 1, 4).unwrap();
}

#[test]
fn sqlite_survives_a_full_disk() {
    let folder = on_disk();
    let Some(disk) = Disk::new(&folder.path().join("disk"), 30) else {
        println!("left out: only root may make a small file system");
        return;
    };
    faults::full_folder(trial(), &disk).unwrap();
}

#[test]
fn sqlite_survives_another_program_that_locks_its_file() {
    let folder = on_disk();
    let file = folder.path().join("whippet.db");
    let lock = || {
        let other = rusqlite::Connection::open(&file).unwrap();
        other.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        other
    };
    faults::locked(trial(), folder.path(), lock).unwrap();
}

#[test]
fn sqlite_survives_a_file_and_a_folder_that_become_read_only() {
    let folder = on_disk();
    if !faults::unchangeable(trial(), folder.path()).unwrap() {
        println!("left out: this file system has no files that cannot be changed, or this is not root");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_no_start() {
    let folder = on_disk();
    let data = Data::Folder(folder.path().to_owned());
    let server = Server::collector(program(), &data, &[]).unwrap();
    for number in 0..100 {
        let beacon = expected().given().beacons.beacon(number);
        assert_eq!(whippet_load::client::Client::new(&server.address).post(&beacon).unwrap().status, 204);
    }
    server.stop().unwrap();
    let file = folder.path().join("whippet.db");
    let whole = std::fs::read(&file).unwrap();
    let fails = || Server::collector(program(), &data, &[]).err().unwrap().to_string();

    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let error = fails();
    assert!(error.contains("malformed"), "truncated: {error}");

    let mut damaged = whole.clone();
    damaged[..100].fill(0xa5);
    std::fs::write(&file, damaged).unwrap();
    let error = fails();
    assert!(error.contains("not a database"), "damaged: {error}");

    // Nothing was changed: with the whole file all of it is there.
    std::fs::write(&file, whole).unwrap();
    let server = Server::collector(program(), &data, &[]).unwrap();
    assert!(server.get("/api/status").unwrap().contains("\"beacons\":100,"));
}
