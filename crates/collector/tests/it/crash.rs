//! The real program, killed and stopped: no acknowledged beacon is lost.
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::harness::beacon;
use crate::program::{Program, request};

#[test]
fn every_acknowledged_beacon_survives_sigkill() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path());
    let acknowledged = AtomicU64::new(0);
    let enough = std::sync::Barrier::new(2);
    let first = std::sync::Barrier::new(4);
    std::thread::scope(|scope| {
        for sender in 0..4 {
            let (address, acknowledged, enough) = (&program.address, &acknowledged, &enough);
            let first = &first;
            scope.spawn(move || {
                for number in 0.. {
                    let body = beacon(&format!("{sender}-{number}")).to_string();
                    match request(address, "POST /v1/beacons", &body) {
                        Ok(answer) if answer.starts_with("HTTP/1.1 204") => {
                            if number == 0 {
                                // On a busy machine one might begin when the others have sent enough.
                                first.wait();
                            }
                            if acknowledged.fetch_add(1, Ordering::SeqCst) + 1 == 200 {
                                enough.wait();
                            }
                        }
                        // The collector was killed during the request.
                        _ => return,
                    }
                }
            });
        }
        enough.wait();
        // It is killed while the senders go on.
        let pid = program.child.id();
        let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
        assert!(killed.success());
    });
    program.kill();
    let acknowledged = acknowledged.into_inner();
    assert!(acknowledged >= 200);

    let program = Program::start(folder.path());
    let answer = request(&program.address, "GET /api/status", "").unwrap();
    let (_, json) = answer.split_once("\r\n\r\n").unwrap();
    let status: whippet_api::Status = serde_json::from_str(json).unwrap();
    // One beacon per sender may be stored whose answer was lost with the process.
    assert!(
        (acknowledged..=acknowledged + 4).contains(&status.beacons),
        "{} of {acknowledged}",
        status.beacons
    );
    for sender in 0..4 {
        // The first beacon of each sender is stored, so it is a duplicate now.
        let body = beacon(&format!("{sender}-0")).to_string();
        assert!(request(&program.address, "POST /v1/beacons", &body).unwrap().starts_with("HTTP/1.1 204"));
    }
    let metrics = request(&program.address, "GET /metrics", "").unwrap();
    assert!(metrics.contains("whippet_beacons_duplicate_total 4"), "{metrics}");
}

#[test]
fn sigterm_stops_it_with_status_0_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path());
    assert!(request(&program.address, "GET /api/status", "").unwrap().starts_with("HTTP/1.1 200"));
    assert!(
        Command::new("kill").args(["-TERM", &program.child.id().to_string()]).status().unwrap().success()
    );
    assert!(program.child.wait().unwrap().success());
    assert!(!folder.path().join("whippet.db-wal").exists(), "the log was merged into the file");
}

fn fails(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_whippet")).args(arguments).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_start_that_fails_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let program = Program::start(folder.path());

    let error = fails(&["serve", "--data", data, "--listen", &program.address]);
    assert!(
        error.contains("is in use on 127.0.0.1: stop what listens there, or choose another with --listen"),
        "{error}"
    );
    let error = fails(&["serve", "--data", data, "--listen", "127.0.0.1:0"]);
    assert!(error.contains("another whippet is using the data folder"), "{error}");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = fails(&["serve", "--data", file.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(error.contains("cannot write to the data folder"), "{error}");
    let error = fails(&["serve", "--scrape", "shop"]);
    assert!(error.contains("give it a name: --scrape shop=http://"), "{error}");
}
