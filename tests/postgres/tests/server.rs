//! A server is created, killed, started again, paused and stopped; what was committed stays.
#![cfg(unix)]
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use whippet_test_postgres::{Programs, Server, Settings};

fn unpacked() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/debian")
}

#[test]
fn a_server_keeps_what_is_committed_and_ends_when_it_is_dropped() {
    let Some(programs) = Programs::find(Some(&unpacked())) else {
        println!("left out: there is no PostgreSQL here");
        return;
    };
    // Short, so that its socket has a path that is not too long.
    let folder = std::env::temp_dir().join(format!("whippet-postgres-{}", std::process::id()));
    let mut server = Server::create(programs, &folder, Settings::default()).unwrap();
    server.sql("CREATE TABLE kept (number INTEGER); INSERT INTO kept VALUES (7)").unwrap();
    assert!(server.pids().len() > 3, "{:?}", server.pids());
    server.kill();
    assert!(server.sql("SELECT 1").is_err(), "it was killed");
    server.start().unwrap();
    assert_eq!(server.sql("SELECT number, number + 1 FROM kept").unwrap(), "7|8");
    let error = server.sql("SELECT nothing FROM kept").unwrap_err().to_string();
    assert!(error.contains("column \"nothing\" does not exist"), "{error}");

    server.pause();
    let answered = thread::scope(|scope| {
        let asked = scope.spawn(|| server.sql("SELECT number FROM kept"));
        thread::sleep(Duration::from_millis(300));
        assert!(!asked.is_finished(), "nobody answers");
        server.resume();
        asked.join().unwrap()
    });
    assert_eq!(answered.unwrap(), "7");

    let port = server.port();
    server.stop();
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}
