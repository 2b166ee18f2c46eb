use std::fmt::Write as _;

use tokio::sync::oneshot;
use whippet_engine::beacon;

use super::*;
use crate::command::Ingested;
use crate::database::Waits;
use crate::database::testing::TestSchema;
use crate::opened;
use crate::score::Client;
use crate::time::{DAY, MINUTE};

const MAX_SIZE: u64 = 2_000_000;
const START: i64 = 19_676 * DAY;

type Answer = oneshot::Receiver<Result<Ingested, StoreError>>;

fn writer(folder: &std::path::Path) -> Writer {
    let mut options = Options::new(folder);
    (options.max_size, options.limits.errors) = (Some(MAX_SIZE), 100_000);
    let shared = Shared { metrics: Arc::default(), report_cache: Arc::default(), pending: Arc::default() };
    Writer::new(opened::open(&options).unwrap(), options, shared).unwrap()
}

/// A beacon with six new errors, whose stacks take a page of 4 KB each.
fn command(id: usize, received: i64) -> (Command, Answer) {
    let mut errors = String::new();
    for error in 0..6 {
        let stack = "at x ".repeat(400);
        let comma = if error > 0 { "," } else { "" };
        write!(
            errors,
            r#"{comma}{{"message":"x","fingerprint":"{id}-{error}","source":"a.js","count":1,"stack":"{stack}"}}"#
        )
        .unwrap();
    }
    let text = format!(
        r#"{{"v":1,"id":"{id}","session":"s","view":"{id}","app":"shop","page":"/","sentAt":{START},"errors":[{errors}]}}"#
    );
    let (reply, answer) = oneshot::channel();
    let client = Client { network: 1, local: true, browser: crate::Browser::Unknown };
    let beacon = Box::new(beacon::decode(text.as_bytes()).unwrap());
    (Command::Beacon { beacon, client, received, reply }, answer)
}

#[test]
fn a_transaction_that_does_not_fit_is_written_after_space_was_freed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let mut beacons = 0;
    let mut commit = |writer: &mut Writer, count: usize, minute: i64| {
        let received = START + minute * MINUTE;
        let (commands, answers): (Vec<_>, Vec<_>) =
            (beacons..beacons + count).map(|id| command(id, received)).unzip();
        beacons += count;
        writer.commit(commands);
        answers.into_iter().map(|mut answer| answer.try_recv().unwrap()).collect::<Vec<_>>()
    };
    // Days of data, up to just below the share at which space is freed.
    let mut minute = 0;
    while size_limit::used(&*writer.database).unwrap() < MAX_SIZE as i64 * 85 / 100 {
        assert!(commit(&mut writer, 1, minute).iter().all(Result::is_ok));
        minute += 60;
    }
    assert_eq!(writer.space.deleted_before(), 0, "there was space enough so far");
    let beacons_before = minute / 60;
    // More than the remaining 15 % in one transaction.
    let answers = commit(&mut writer, 50, minute);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Ingested::New))), "{answers:?}");
    assert!(writer.space.deleted_before() > START, "the oldest went");
    assert!(size_limit::used(&*writer.database).unwrap() <= MAX_SIZE as i64);
    let count = answers.len();
    let newest = "SELECT count(*) FROM beacons WHERE CAST(id AS INTEGER) >= ?1";
    let kept: i64 = {
        let database: &dyn Database = &*writer.database;
        database.scalar(newest, params![beacons_before]).unwrap()
    };
    assert_eq!(kept, count as i64);
    // More than half of what the file may have.
    let answers = commit(&mut writer, 60, minute + 120);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(size_limit::used(&*writer.database).unwrap() <= MAX_SIZE as i64);
}

/// What writes without beacons lengthens a log that was emptied: it looks whole then, and what is acknowledged is lost with it.
#[test]
fn nothing_is_acknowledged_after_a_sweep_of_a_log_that_was_emptied() {
    type Work = (&'static str, fn(&mut Writer));
    let works: [Work; 3] = [
        ("the journal", |writer| assert!(!writer.write_journal())),
        ("dropped names", |writer| assert!(writer.move_portion().is_err())),
        ("a sweep", |writer| {
            for stage in sweep::stages() {
                let (reply, _answer) = oneshot::channel();
                writer.run_alone(Command::Sweep { now: START + MINUTE, stage, reply });
            }
        }),
    ];
    for (name, work) in works {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(folder.path());
        let commit = |writer: &mut Writer, id: usize| {
            let (command, mut answer) = command(id, START);
            writer.commit(vec![command]);
            answer.try_recv().unwrap()
        };
        for id in 0..5 {
            assert!(commit(&mut writer, id).is_ok());
        }
        let log = std::fs::File::options().write(true).open(folder.path().join("whippet.db-wal")).unwrap();
        assert!(log.metadata().unwrap().len() > 0, "nothing has merged it");
        log.set_len(0).unwrap();
        work(&mut writer);
        assert!(commit(&mut writer, 5).is_err(), "{name}");
        // Whoever asks whether beacons are kept hears of it, also where something else was written with one.
        writer.metrics.write_health.record_success("write_beacons");
        let (reply, _answer) = oneshot::channel();
        writer.commit(vec![Command::WriteJournal { reply }, command(6, START).0]);
        assert!(writer.metrics.write_health.failure().is_some(), "{name}");
        assert_eq!(log.metadata().unwrap().len(), 0, "{name}");
    }
}

#[test]
fn a_session_that_the_server_ended_while_nobody_wrote_costs_no_beacon() {
    let Some(place) = TestSchema::new() else { return };
    let mut options = Options::new("");
    options.server = Some(place.server.address().clone());
    let shared = Shared { metrics: Arc::default(), report_cache: Arc::default(), pending: Arc::default() };
    let mut writer = Writer::new(opened::open(&options).unwrap(), options, shared).unwrap();
    let other = place.session(Waits::PATIENT);
    let other: &dyn Database = &other;
    for id in 0..12 {
        let session: &dyn Database = &*writer.database;
        let process: i64 = session.scalar("SELECT pg_backend_pid()", &[]).unwrap();
        other
            .query("SELECT pg_terminate_backend(CAST(?1 AS INTEGER))", params![process], &mut |_| Ok(()))
            .unwrap();
        // The end is heard of now, or while the transaction is begun.
        let (command, mut answer) = command(id, START);
        assert!(writer.commit(vec![command]));
        assert_eq!(answer.try_recv().unwrap().ok(), Some(Ingested::New));
    }
}

#[test]
fn a_beacon_that_cannot_be_written_takes_no_other_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON beacons WHEN NEW.id IN ('3', '17')
                  BEGIN SELECT RAISE(ABORT, 'not this one'); END";
    writer.database.execute_batch(refuse).unwrap();
    let (commands, answers): (Vec<_>, Vec<_>) = (0..30).map(|id| command(id, START)).unzip();
    assert!(!writer.commit(commands));
    for (id, mut answer) in answers.into_iter().enumerate() {
        let written = matches!(answer.try_recv().unwrap(), Ok(Ingested::New));
        assert_eq!(written, id != 3 && id != 17, "{id}");
    }
    let database: &dyn Database = &*writer.database;
    assert_eq!(database.scalar::<i64>("SELECT count(*) FROM beacons", &[]), Ok(28));
}

#[test]
fn a_first_or_a_last_beacon_that_cannot_be_written_takes_no_other_with_it() {
    for refused in [0, 29] {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(folder.path());
        let refuse = format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON beacons WHEN NEW.id = '{refused}'
             BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        );
        writer.database.execute_batch(&refuse).unwrap();
        let (commands, answers): (Vec<_>, Vec<_>) = (0..30).map(|id| command(id, START)).unzip();
        assert!(!writer.commit(commands));
        for (id, mut answer) in answers.into_iter().enumerate() {
            let written = matches!(answer.try_recv().unwrap(), Ok(Ingested::New));
            assert_eq!(written, id != refused, "{id} of a group without {refused}");
        }
    }
}

#[test]
fn what_no_single_beacon_is_the_reason_of_is_not_tried_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON beacons BEGIN SELECT RAISE(ABORT, 'none'); END";
    writer.database.execute_batch(refuse).unwrap();
    let (commands, answers): (Vec<_>, Vec<_>) = (0..GROUP).map(|id| command(id, START)).unzip();
    assert!(!writer.commit(commands));
    assert!(answers.into_iter().all(|mut answer| answer.try_recv().unwrap().is_err()));
    let mut text = whippet_engine::expo::Writer::new();
    writer.metrics.write(&mut text, 0);
    let text = text.finish();
    assert!(text.contains("whippet_store_write_failures_total 3\n"), "all, the first, and the last: {text}");
}

/// The groups of beacons in the journal.
fn waiting(writer: &Writer) -> i64 {
    let database: &dyn Database = &*writer.database;
    database.scalar("SELECT count(*) FROM cells_journal", &[]).unwrap()
}

#[test]
fn dropped_names_have_the_journal_written_for_nobody_and_are_moved_before_anybody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let ask = |writer: &mut Writer| {
        let (reply, mut answer) = oneshot::channel();
        writer.commit(vec![Command::WriteJournal { reply }]);
        assert!(answer.try_recv().unwrap().is_ok());
    };
    ask(&mut writer);
    assert!(!writer.has_evictions, "there are none in a new file");
    for id in 0..3 {
        assert!(writer.commit(vec![command(id, START).0]));
        writer.has_evictions = true;
    }
    assert_eq!((waiting(&writer), writer.has_evictions), (3, true));
    ask(&mut writer);
    assert_eq!((waiting(&writer), writer.has_evictions), (0, false));
}
