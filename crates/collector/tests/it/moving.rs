//! Copies and checks of what is kept, by the real program.
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use whippet_load::beacons::Beacons;
use whippet_load::send::Connections;
use whippet_load::server::{Data, Server};

use crate::harness::beacon;
use crate::program::{Program, request};
use crate::schema::Schema;

pub fn whippet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_whippet")).args(arguments).output().unwrap()
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn send(address: &str, id: &str) {
    let answer = request(address, "POST /v1/beacons", &beacon(id).to_string()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_is_whole_though_beacons_come_in() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let data = folder.path().join("data");
    let program = Program::start(&data);
    for id in 0..50 {
        send(&program.address, &format!("before-{id}"));
    }
    let (over, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(50)));
    let senders: Vec<_> = (0..2)
        .map(|sender| {
            let (over, sent, address) = (Arc::clone(&over), Arc::clone(&sent), program.address.clone());
            std::thread::spawn(move || {
                for id in 0..5000 {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    send(&address, &format!("{sender}-{id}"));
                    sent.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let least = sent.load(Ordering::SeqCst);
    let output = whippet(&["backup", path(&copy), "--data", path(&data)]);
    over.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.join().unwrap();
    }
    assert!(output.status.success(), "{}", said(&output));
    let checked = whippet(&["check", path(&copy)]);
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    assert!(said(&checked).contains("sound: all of it can be read"), "{}", said(&checked));
    let kept = Connection::open(&copy)
        .unwrap()
        .query_row("SELECT count(*) FROM beacons", [], |row| row.get::<_, i64>(0))
        .unwrap() as usize;
    assert!((least..=sent.load(Ordering::SeqCst)).contains(&kept), "{least} {kept}");

    // What is restored from it, a collector serves.
    drop(program);
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(&copy, restored.join("whippet.db")).unwrap();
    let program = Program::start(&restored);
    send(&program.address, "after");
    assert!(request(&program.address, "GET /readyz", "").unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn a_backup_replaces_nothing_unless_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let copy = folder.path().join("copy.db");
    let none = whippet(&["backup", path(&copy), "--data", path(&data)]);
    assert!(!none.status.success() && said(&none).contains("there is no data in"), "{}", said(&none));
    drop(Program::start(&data));

    std::fs::write(&copy, "mine").unwrap();
    // What a copy left that was killed.
    std::fs::write(folder.path().join("copy.db.part"), "half").unwrap();
    let refused = whippet(&["backup", path(&copy), "--data", path(&data)]);
    assert!(!refused.status.success() && said(&refused).contains("--force"), "{}", said(&refused));
    assert_eq!(std::fs::read(&copy).unwrap(), b"mine");
    let done = whippet(&["backup", path(&copy), "--data", path(&data), "--force"]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(std::fs::read(&copy).unwrap().starts_with(b"SQLite format 3"));
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["copy.db", "data"]);

    let own = data.join("whippet.db");
    let itself = whippet(&["backup", path(&own), "--data", path(&data), "--force"]);
    assert!(!itself.status.success() && said(&itself).contains("own file"), "{}", said(&itself));
    let nowhere = folder.path().join("none/copy.db");
    let output = whippet(&["backup", path(&nowhere), "--data", path(&data)]);
    assert!(!output.status.success() && said(&output).contains("cannot write"), "{}", said(&output));
}

#[test]
fn a_check_finds_what_is_damaged_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let program = Program::start(&data);
    for id in 0..20 {
        send(&program.address, &format!("a-{id}"));
    }
    let check = || whippet(&["check", "--data", path(&data)]);
    // Beside the collector.
    assert_eq!(check().status.code(), Some(0), "{}", said(&check()));
    drop(program);
    assert_eq!(check().status.code(), Some(0), "{}", said(&check()));

    let database = data.join("whippet.db");
    let change = |sql: &str| Connection::open(&database).unwrap().execute_batch(sql).unwrap();
    change("INSERT INTO names (kind, parent, name, used) VALUES (1, 4711, '/lost', 0)");
    let lost = check();
    assert_eq!(lost.status.code(), Some(1));
    assert!(said(&lost).contains("1 numbers in names.parent are of no row in names"), "{}", said(&lost));

    // Of another format nothing is known but that the file is not damaged: that is no answer.
    for (format, advice) in [(7, "Start `whippet serve` once"), (4000, "update this one")] {
        change(&format!("PRAGMA user_version = {format}"));
        let unread = check();
        assert_eq!(unread.status.code(), Some(2), "{}", said(&unread));
        assert!(said(&unread).contains(advice), "{}", said(&unread));
    }

    // Pages in the midst of the file.
    change("PRAGMA journal_mode = DELETE");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8192].fill(0xa5);
    std::fs::write(&database, bytes).unwrap();
    let damaged = check();
    assert_eq!(damaged.status.code(), Some(1), "{}", said(&damaged));
    assert!(
        said(&damaged).contains("NOT SOUND") && said(&damaged).contains("Restore a backup"),
        "{}",
        said(&damaged)
    );
    // And no copy is made of it.
    let copy = folder.path().join("copy.db");
    let output = whippet(&["backup", path(&copy), "--data", path(&data)]);
    assert!(!output.status.success() && said(&output).contains("the copy is not sound"), "{}", said(&output));
    assert!(!copy.exists());

    let none = whippet(&["check", path(&folder.path().join("none.db"))]);
    assert_eq!(none.status.code(), Some(2));
    std::fs::write(&copy, "no database").unwrap();
    assert_eq!(whippet(&["check", path(&copy)]).status.code(), Some(1));
}

#[test]
fn a_file_that_was_cut_off_to_nothing_is_no_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy.db"));
    drop(Program::start(&data));
    assert!(whippet(&["backup", path(&copy), "--data", path(&data)]).status.success());
    let good = std::fs::read(&copy).unwrap();
    std::fs::write(data.join("whippet.db"), "").unwrap();
    std::fs::write(data.join("whippet.db-wal"), "what was acknowledged last").unwrap();

    let checked = whippet(&["check", "--data", path(&data)]);
    assert_eq!(checked.status.code(), Some(1), "{}", said(&checked));
    for words in ["is empty", "Restore a backup", "NOT SOUND"] {
        assert!(said(&checked).contains(words), "{}", said(&checked));
    }
    let replaced = whippet(&["backup", path(&copy), "--data", path(&data), "--force"]);
    assert!(!replaced.status.success() && said(&replaced).contains("is empty"), "{}", said(&replaced));
    assert_eq!(std::fs::read(&copy).unwrap(), good, "the last good copy stays");
    let moved = whippet(&["migrate", "--from", path(&data), "--to", path(&folder.path().join("to"))]);
    assert!(!moved.status.success() && said(&moved).contains("is empty"), "{}", said(&moved));
    assert!(data.join("whippet.db-wal").exists(), "its log is left alone");
}

#[test]
fn a_folder_that_is_named_counts_more_than_a_server_in_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(Program::start(&data));
    let beside = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whippet"));
        command.args(arguments).env("WHIPPET_STORE", "postgres://127.0.0.1:1/none").output().unwrap()
    };
    let copy = folder.path().join("copy.db");
    for arguments in [&["check"][..], &["backup", path(&copy)], &["names", "list"]] {
        let output = beside(&[arguments, &["--data", path(&data)]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    }
    assert_eq!(beside(&["check"]).status.code(), Some(2), "without one it is the server");
    let output = beside(&["backup", path(folder.path()), "--data", path(&data), "--force"]);
    assert!(!output.status.success() && said(&output).contains("name a file in it"), "{}", said(&output));
}

/// The counts of the dashboard's figures, by the real program.
fn overview(data: &Path) -> String {
    let program = Program::start(data);
    let answer = request(&program.address, "GET /api/status", "").unwrap();
    answer.split("\"beacons\":").nth(1).unwrap().split([',', '}']).next().unwrap().to_owned()
}

#[test]
fn a_move_that_is_killed_goes_on_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let program = Program::start(&from);
    for id in 0..100 {
        send(&program.address, &format!("a-{id}"));
    }
    let arguments = ["migrate", "--from", path(&from), "--to", path(&to)];
    let running = whippet(&arguments);
    assert!(!running.status.success() && said(&running).contains("is in use"), "{}", said(&running));
    program.kill();
    // Killed at any time, again and again.
    for wait in [0, 3, 6, 10, 15, 25] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_whippet")).args(arguments).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        if child.wait().unwrap().success() {
            break;
        }
    }
    let moved = whippet(&arguments);
    let text = said(&moved);
    assert!(moved.status.success(), "{text}");
    assert!(text.contains("names\t") && text.contains("\tequal") && text.contains("holds all"), "{text}");
    assert_eq!(whippet(&["check", "--data", path(&to)]).status.code(), Some(0));
    assert_eq!((overview(&from), overview(&to)), ("100".to_owned(), "100".to_owned()));
}

/// Sends enough to a store that moving it takes a while.
fn filled(data: &Data) {
    let server = Server::collector(Path::new(env!("CARGO_BIN_EXE_whippet")), data, &[]).unwrap();
    let beacons = Beacons { seed: 11, start: 1_790_000_000_000, open: 100 };
    let sent = whippet_load::send::send(&server.address, beacons, 0..600, Connections { open: 8, each: 100 });
    assert_eq!((sent.acknowledged, sent.failed), (600, 0));
    server.stop().unwrap();
}

/// What a collector on it answers.
fn answers(data: &Data) -> serde_json::Map<String, serde_json::Value> {
    let server = Server::collector(Path::new(env!("CARGO_BIN_EXE_whippet")), data, &[]).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let reports = whippet_load::reports::reports(&server, now - 3_600_000, now + 3_600_000).unwrap();
    server.stop().unwrap();
    reports
}

/// Moves, and is killed again and again, at any time, also behind its end. Returns what the last one says, which may end.
fn move_with_kills(from: &str, to: &str) -> String {
    let arguments = ["migrate", "--from", from, "--to", to];
    let started = Instant::now();
    let mut random = whippet_load::random::Random::new(from.len() as u64);
    let mut longest = Duration::from_millis(400);
    for _ in 0..8 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_whippet"))
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(random.below(longest.as_millis() as u64)));
        let _ = child.kill();
        if child.wait().unwrap().success() {
            // It was quicker. What says so moves nothing twice.
            break;
        }
        longest = longest.max(started.elapsed() / 8);
    }
    // The server may still be at work for the one that was killed last.
    let until = Instant::now() + Duration::from_secs(180);
    loop {
        let moved = whippet(&arguments);
        if moved.status.success() {
            return said(&moved);
        }
        assert!(said(&moved).contains("is in use") && Instant::now() < until, "{}", said(&moved));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_move_to_a_server_and_back_that_is_killed_at_any_time_answers_as_before() {
    let Some(schema) = Schema::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (from, back) = (folder.path().join("from"), folder.path().join("back"));
    let (server, url) = (Data::Url(schema.url()), schema.url());
    filled(&Data::Folder(from.clone()));
    let expected = answers(&Data::Folder(from.clone()));
    assert!(move_with_kills(path(&from), &url).contains("COMPARED"));
    assert_eq!(answers(&server), expected);
    // What is in use, and what has data of its own, is left alone.
    let running = Server::collector(Path::new(env!("CARGO_BIN_EXE_whippet")), &server, &[]).unwrap();
    let used = whippet(&["migrate", "--from", &url, "--to", path(&back)]);
    assert!(!used.status.success() && said(&used).contains("is in use"), "{}", said(&used));
    running.stop().unwrap();
    let full = whippet(&["migrate", "--from", path(&from), "--to", &url]);
    assert!(!full.status.success() && said(&full).contains("has data of its own"), "{}", said(&full));
    assert!(move_with_kills(&url, path(&back)).contains("COMPARED"));
    assert_eq!(answers(&Data::Folder(back)), expected);
    assert_eq!(answers(&server), expected, "the source was not changed");
}

#[test]
fn a_backup_of_a_server_is_of_one_point_in_time_and_can_be_served() {
    let Some(schema) = Schema::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = (Data::Url(schema.url()), schema.url());
    filled(&server);
    let running = Server::collector(Path::new(env!("CARGO_BIN_EXE_whippet")), &server, &[]).unwrap();
    let more = Beacons { seed: 12, start: 1_790_000_000_000, open: 100 };
    let copy = folder.path().join("copy.db");
    let backup = std::thread::scope(|scope| {
        let (address, connections) = (&running.address, Connections { open: 2, each: 100 });
        let sender = scope.spawn(move || whippet_load::send::send(address, more, 0..300, connections));
        let backup = whippet(&["backup", path(&copy), "--store", &url]);
        assert_eq!(sender.join().unwrap().failed, 0);
        backup
    });
    assert!(backup.status.success() && said(&backup).contains("compared row by row"), "{}", said(&backup));
    let again = whippet(&["backup", path(&copy), "--store", &url]);
    assert!(!again.status.success() && said(&again).contains("--force"), "{}", said(&again));
    let checked = whippet(&["check", path(&copy)]);
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    running.stop().unwrap();

    // A copy at rest answers as the server does.
    let whole = folder.path().join("data");
    std::fs::create_dir(&whole).unwrap();
    let backup = whippet(&["backup", path(&whole.join("whippet.db")), "--store", &url]);
    assert!(backup.status.success(), "{}", said(&backup));
    assert_eq!(answers(&Data::Folder(whole)), answers(&server));

    // And the server itself can be checked.
    let check = || whippet(&["check", "--store", &url]);
    assert!(check().status.success() && said(&check()).contains("sound: all of it"), "{}", said(&check()));
    let programs = whippet_test_postgres::Programs::find(None).unwrap();
    let schema_name = url.rsplit('=').next().unwrap();
    let harm = format!("UPDATE {schema_name}.cells_minute SET value = 'x'");
    whippet_test_postgres::psql(&programs, &url[..url.find('?').unwrap()], &harm).unwrap();
    let checked = check();
    assert_eq!(checked.status.code(), Some(1), "{}", said(&checked));
    assert!(said(&checked).contains("values in cells_minute cannot be read"), "{}", said(&checked));
    let gone = whippet(&["check", "--store", "postgres://me:verysecret@127.0.0.1:1/none"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(!said(&gone).contains("verysecret"), "{}", said(&gone));
}

#[test]
fn everything_is_exported_beside_the_collector() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let program = Program::start(&data);
    for id in 0..10 {
        send(&program.address, &format!("a-{id}"));
    }
    let output = whippet(&["export", "--from", path(&data)]);
    assert!(output.status.success(), "{}", said(&output));
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["type"], "export");
    let beacons = lines.iter().filter(|line| line["table"] == "beacons").count();
    assert_eq!(beacons, 10);
    assert!(
        lines.iter().any(|line| line["row"]["name"] == "/items/:id" && line["names"]["parent"] == "shop")
    );

    let file = folder.path().join("all.jsonl");
    let done = whippet(&["export", "--from", path(&data), "--to", path(&file)]);
    assert!(done.status.success() && said(&done).contains("has all of"), "{}", said(&done));
    assert!(std::fs::read_to_string(&file).unwrap().lines().count() >= lines.len());
    let again = whippet(&["export", "--from", path(&data), "--to", path(&file)]);
    assert!(!again.status.success() && said(&again).contains("--force"), "{}", said(&again));
}

#[test]
fn a_password_in_an_address_is_never_shown() {
    let address = "postgres://me:verysecret@127.0.0.1:1/none?colour=red";
    for arguments in [["migrate", "--from", "a", "--to", address], ["export", "--from", address, "--to", "b"]]
    {
        let output = whippet(&arguments);
        assert!(!output.status.success() && !said(&output).contains("verysecret"), "{}", said(&output));
    }
    let gone = whippet(&["export", "--from", "postgres://me:verysecret@127.0.0.1:1/none"]);
    assert!(!gone.status.success() && !said(&gone).contains("verysecret"), "{}", said(&gone));
}
