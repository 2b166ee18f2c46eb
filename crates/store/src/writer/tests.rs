use std::fmt::Write as _;

use tokio::sync::oneshot;
use whippet_engine::beacon;

use super::*;
use crate::command::Ingested;
use crate::opened;
use crate::score::Client;
use crate::time::{DAY, MINUTE};

const MAX_SIZE: u64 = 2_000_000;
const START: i64 = 19_676 * DAY;

type Answer = oneshot::Receiver<Result<Ingested, StoreError>>;

fn writer(folder: &std::path::Path) -> Writer {
    let mut options = Options::new(folder);
    (options.max_size, options.limits.errors) = (Some(MAX_SIZE), 100_000);
    Writer::new(opened::open(&options).unwrap(), options, Arc::default(), Arc::default()).unwrap()
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
