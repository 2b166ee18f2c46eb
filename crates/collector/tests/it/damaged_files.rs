//! SQLite's files truncated, deleted or replaced while the collector runs, and folders that cannot be written when it starts.
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use whippet_load::beacons::Beacons;
use whippet_load::client::{Answer, Client};
use whippet_load::faults::Unchangeable;
use whippet_load::server::{Data, Server};

use crate::faults::program;
use crate::moving::{said, whippet};

const BEACONS: Beacons = Beacons { seed: 5, start: 1_790_000_000_000, open: 50 };

fn start(folder: &Path) -> Result<Server, String> {
    Server::collector(program(), &Data::Folder(folder.to_owned()), &[]).map_err(|error| error.to_string())
}

fn send(server: &Server, number: u64) -> Answer {
    Client::new(&server.address).post(&BEACONS.beacon(number)).unwrap()
}

/// Waits for the end of the first sweep, which empties the log: a log in which nothing is can come to no harm.
fn await_checkpoint(server: &Server) {
    let series = "db_query_duration_seconds_count{operation=\"checkpoint\"}";
    for _ in 0..600 {
        if server.figure(series).unwrap() > 0.0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing was swept: {}", server.log());
}

/// Waits for a line of the log: it comes through a pipe, later than the answer.
fn await_logged(server: &Server, wanted: &str, harm: &str) {
    for _ in 0..200 {
        if server.log().contains(wanted) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{harm}: '{wanted}' was not logged: {}", server.log());
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn beacons(server: &Server) -> u64 {
    let status: serde_json::Value = serde_json::from_str(&server.get("/api/status").unwrap()).unwrap();
    status["beacons"].as_u64().unwrap()
}

fn truncate(file: &Path, length: u64) {
    fs::File::options().write(true).open(file).unwrap().set_len(length).unwrap();
}

fn replace(file: &Path) {
    let bytes = fs::read(file).unwrap();
    fs::rename(file, file.with_extension("old")).unwrap();
    fs::write(file, bytes).unwrap();
}

#[test]
fn nothing_is_acknowledged_that_would_be_lost_with_a_file() {
    type Harm = (&'static str, &'static str, fn(&Path));
    let harms: [Harm; 7] = [
        ("truncated", "whippet.db", |file| truncate(file, 20_000)),
        ("emptied", "whippet.db", |file| truncate(file, 0)),
        ("replaced", "whippet.db", replace),
        ("deleted", "whippet.db", |file| fs::remove_file(file).unwrap()),
        ("log emptied", "whippet.db-wal", |file| truncate(file, 0)),
        ("log shortened", "whippet.db-wal", |file| truncate(file, fs::metadata(file).unwrap().len() - 100)),
        ("log deleted", "whippet.db-wal", |file| fs::remove_file(file).unwrap()),
    ];
    for (harm, file, work) in harms {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let server = start(&data).unwrap();
        await_checkpoint(&server);
        for number in 0..30 {
            assert_eq!(send(&server, number).status, 204, "{harm}");
        }
        let copy = folder.path().join("copy.db");
        let backup = whippet(&["backup", copy.to_str().unwrap(), "--data", data.to_str().unwrap()]);
        assert!(backup.status.success(), "{harm}: {}", said(&backup));
        work(&data.join(file));
        // From the very first on, and for ever.
        for number in 30..35 {
            let answer = send(&server, number);
            assert_eq!(
                (answer.status, answer.retry_after.is_some()),
                (503, true),
                "{harm}: {}",
                text(&answer)
            );
        }
        let ready = Client::new(&server.address).get("/readyz").unwrap();
        let reason = text(&ready);
        assert!(
            ready.status == 503
                && (reason.contains("truncated, deleted or replaced")
                    || reason.contains("Start whippet again")),
            "{harm}: {reason}"
        );
        await_logged(&server, "truncated, deleted or replaced", harm);
        drop(server);
        // As the reason says.
        fs::remove_dir_all(&data).unwrap();
        fs::create_dir(&data).unwrap();
        fs::copy(&copy, data.join("whippet.db")).unwrap();
        let server = start(&data).unwrap();
        assert_eq!(beacons(&server), 30, "{harm}");
        assert_eq!(send(&server, 30).status, 204, "{harm}");
    }
}

/// Mounts something until it is dropped.
struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    /// `None` where this process may not.
    fn new(folder: &'a Path, arguments: &[&str]) -> Option<Self> {
        let mounted = Command::new("mount").args(arguments).arg(folder).output().unwrap();
        mounted.status.success().then_some(Self(folder))
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = start(&data).unwrap();
    assert_eq!(send(&server, 0).status, 204);
    server.stop().unwrap();
    let fails = |data: &Path| start(data).err().unwrap();
    // A volume that is mounted read-only, as containers have them.
    if let Some(mount) = Mount::new(&data, &["--bind", data.to_str().unwrap()]) {
        let status = Command::new("mount").args(["-o", "remount,bind,ro"]).arg(&data).status().unwrap();
        assert!(status.success());
        for data in [&data, &data.join("new")] {
            let said = fails(data);
            assert!(said.contains("cannot write to the data folder") && said.contains("Read-only"), "{said}");
        }
        // What only reads still works.
        let checked = whippet(&["check", "--data", data.to_str().unwrap()]);
        assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
        let copy = folder.path().join("copy.db");
        let copied = whippet(&["backup", copy.to_str().unwrap(), "--data", data.to_str().unwrap()]);
        assert!(copied.status.success(), "{}", said(&copied));
        let exported = whippet(&["export", "--from", data.to_str().unwrap()]);
        assert!(said(&exported).contains("\"table\":\"beacons\""), "{}", said(&exported));
        drop(mount);
        // What a collector leaves that was killed cannot be read there; and that is no damage.
        fs::write(data.join("whippet.db-wal"), "log").unwrap();
        let mount = Mount::new(&data, &["--bind", data.to_str().unwrap()]).unwrap();
        assert!(Command::new("mount").args(["-o", "remount,bind,ro"]).arg(&data).status().unwrap().success());
        let checked = whippet(&["check", "--data", data.to_str().unwrap()]);
        assert_eq!(checked.status.code(), Some(2), "{}", said(&checked));
        assert!(said(&checked).contains("copy the folder to where it can"), "{}", said(&checked));
        drop(mount);
        fs::remove_file(data.join("whippet.db-wal")).unwrap();
    } else {
        println!("left out: only root may mount");
    }
    if let Some(unchangeable) = Unchangeable::new(vec![data.join("whippet.db")]) {
        let said = fails(&data);
        assert!(said.contains("cannot write to the data folder") && said.contains("whippet.db"), "{said}");
        drop(unchangeable);
    }
    let server = start(&data).unwrap();
    assert_eq!(beacons(&server), 1);
}
