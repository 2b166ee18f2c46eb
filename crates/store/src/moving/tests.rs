//! Whole moves, between folders and, where a server is named, over a server and back.
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;

use super::catalog::{self, Table};
use super::copy::{self, NOTES};
use super::error::MovingError;
use super::owned::Owned;
use super::place::Place;
use super::proof::Proof;
use super::step::Step;
use super::{backup, check, export};
use crate::cells::{Measured, Section, Vitals, encode};
use crate::database::testing::TestSchema;
use crate::database::{Access, Database, Param, Type, Waits};
use crate::opened;
use crate::options::Options;
use crate::partitions::ensure_partitions;

/// A row of a table, made up: `at` makes its key unlike all others.
fn made_up(table: &Table, at: i64, seed: i64) -> Vec<Owned> {
    let cells = table.name.starts_with("cells_");
    table
        .columns
        .iter()
        .map(|column| match column.kind {
            Type::Integer if column.name == "section" && cells => {
                Owned::Integer(1 + (at + seed) % Section::ALL.len() as i64)
            }
            // Not a partition for each row.
            Type::Integer if ["day", "level"].contains(&&*column.name) => Owned::Integer(at % 4),
            Type::Integer => Owned::Integer(at.wrapping_mul(1 + seed % 7)),
            Type::Real => Owned::Real(at as f64 / 7.0 + seed as f64),
            Type::Text => Owned::Text(format!("Ä{}-{at}/ß'{seed}", at % 3)),
            Type::Blob if cells => Owned::Blob(cell(at, seed)),
            Type::Blob => Owned::Blob(at.to_le_bytes().repeat(1 + (at % 50) as usize)),
        })
        .collect()
}

/// Bytes of a cell that every section but that of vitals leaves out.
fn cell(at: i64, seed: i64) -> Vec<u8> {
    let mut vitals = Vitals::default();
    let measured = Measured::from_number(1).unwrap();
    for view in 0..=at % 5 {
        vitals.record(measured, 100.0 + (view * 37 + seed) as f64, 1);
    }
    encode(&vitals)
}

/// Writes `rows` made-up rows into each table.
fn fill(database: &dyn Database, rows: i64, seed: i64) {
    let written = database.transaction(Access::Write, |database| {
        fill_all(database, rows, seed);
        Ok(())
    });
    written.unwrap();
}

fn fill_all(database: &dyn Database, rows: i64, seed: i64) {
    for table in catalog::tables(database).unwrap() {
        let places: Vec<String> = (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
            table.name,
            table.list(),
            places.join(", ")
        );
        for at in 1..=rows {
            let row = made_up(&table, at, seed);
            ensure_partitions(database, &table.name, &[copy::partition(&table, &row)]).unwrap();
            let params: Vec<Param<'_>> = row.iter().map(Owned::param).collect();
            database.execute(&sql, &params).unwrap();
        }
    }
}

fn place(folder: &tempfile::TempDir, name: &str) -> Place {
    Place::Folder(folder.path().join(name))
}

/// A folder with made-up data.
fn filled(folder: &tempfile::TempDir, rows: i64, seed: i64) -> Place {
    let place = place(folder, "from");
    fill(place.open_target().unwrap().database(), rows, seed);
    place
}

fn run(from: &Place, to: &Place) -> Result<Proof, MovingError> {
    copy::run(from, to, false, &mut |_| {})
}

/// Moves until `steps` steps were told of, and dies then.
fn killed_after(from: &Place, to: &Place, steps: usize) {
    let mut seen = 0;
    let died = catch_unwind(AssertUnwindSafe(|| {
        copy::run(from, to, false, &mut |_| {
            seen += 1;
            assert!(seen <= steps, "killed");
        })
    }));
    let error = died.map(|outcome| outcome.map_err(|error| error.to_string()));
    error.expect_err("it ended before it was killed");
}

#[test]
fn everything_is_moved_and_proved() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (filled(&folder, 300, 3), place(&folder, "to"));
    let proof = run(&from, &to).unwrap();
    assert!(proof.tables.iter().any(|table| table.what == "names" && table.source >= 300), "{proof:?}");
    let vitals = proof.cells.iter().find(|cells| cells.what == "cells_day, Vitals, merged").unwrap();
    assert!(vitals.same && vitals.source > 0, "{vitals:?}");
    // Nothing is left of the move, and it can be the source of the next.
    assert!(!copy::is_unfinished(to.open_source().unwrap().database()).unwrap());
    assert_eq!(run(&to, &place(&folder, "third")).unwrap(), proof);
}

#[test]
fn a_move_that_was_killed_behind_its_end_is_proved_again() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (filled(&folder, 100, 3), place(&folder, "to"));
    let proof = run(&from, &to).unwrap();
    let mut steps = Vec::new();
    let again = copy::run(&from, &to, false, &mut |step| steps.push(matches!(step, Step::Proving(..))));
    assert_eq!(again.unwrap(), proof);
    assert!(!steps.is_empty() && steps.iter().all(|proving| *proving), "something was moved");
    // What has as many rows, of which one is another, has data of its own.
    to.open_target().unwrap().database().execute_batch("UPDATE names SET name = 'x' WHERE id = 4").unwrap();
    assert!(matches!(run(&from, &to), Err(MovingError::NotEmpty { .. })));
    to.open_target().unwrap().database().execute_batch("DELETE FROM names WHERE id = 4").unwrap();
    assert!(matches!(run(&from, &to), Err(MovingError::NotEmpty { .. })));
    assert!(matches!(copy::run(&from, &to, true, &mut |_| {}), Err(MovingError::NotEmpty { .. })));
}

#[test]
fn no_number_is_given_again_after_a_move() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (filled(&folder, 20, 0), place(&folder, "to"));
    let newest = {
        let source = from.open_source().unwrap();
        let database = source.database();
        let newest: i64 = database.scalar("SELECT max(id) FROM names", &[]).unwrap();
        database.execute_batch(&format!("DELETE FROM names WHERE id = {newest}")).unwrap();
        newest
    };
    run(&from, &to).unwrap();
    let target = to.open_target().unwrap();
    let next: i64 = target
        .database()
        .scalar("INSERT INTO names (kind, parent, name, used) VALUES (0, 0, 'new', 0) RETURNING id", &[])
        .unwrap();
    assert_eq!(next, newest + 1);
}

#[test]
fn a_move_goes_on_where_it_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (filled(&folder, 200, 1), place(&folder, "to"));
    killed_after(&from, &to, 9);
    let mut first = None;
    let proof = copy::run(&from, &to, false, &mut |step| {
        first.get_or_insert_with(|| match step {
            Step::Moving(_, moved, _) => moved,
            Step::Proving(..) => panic!("nothing was moved"),
        });
    });
    assert!(first.unwrap() > 0, "it began again");
    assert_eq!(proof.unwrap().differences(), Vec::<String>::new());
}

#[test]
fn what_changed_meanwhile_is_found_and_a_restart_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (filled(&folder, 200, 1), place(&folder, "to"));
    killed_after(&from, &to, 40);
    {
        let source = from.open_source().unwrap();
        // A row that was moved already.
        source.database().execute_batch("DELETE FROM cells_day WHERE time = 2").unwrap();
    }
    let error = run(&from, &to).unwrap_err();
    assert!(error.to_string().contains("cells_day: 199 in the source, 200 in the destination"), "{error}");
    assert!(error.to_string().contains("--restart"), "{error}");
    copy::run(&from, &to, true, &mut |_| {}).unwrap();
}

#[test]
fn what_has_other_data_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (filled(&folder, 5, 1), place(&folder, "to"));
    assert!(matches!(run(&from, &from), Err(MovingError::SamePlace)));
    assert!(matches!(run(&place(&folder, "none"), &to), Err(MovingError::NoData { .. })));
    // Another collector or move uses it.
    let open = to.open_target().unwrap();
    assert!(matches!(run(&from, &to), Err(MovingError::InUse { .. })));
    drop(open);
    let open = from.open_source().unwrap();
    assert!(matches!(run(&from, &to), Err(MovingError::InUse { .. })));
    drop(open);
    killed_after(&from, &to, 3);
    let other = place(&folder, "other");
    fill(other.open_target().unwrap().database(), 5, 2);
    assert!(matches!(run(&other, &to), Err(MovingError::OtherOrigin { .. })));
    assert!(matches!(run(&to, &place(&folder, "fourth")), Err(MovingError::HalfSource)));
    // Half of a move is neither whole nor sound.
    let Place::Folder(half) = &to else { unreachable!() };
    let checked = check::folder(half, &mut |_, _| {}).unwrap();
    assert!(checked.findings.iter().any(|finding| finding.found.contains("not finished")), "{checked:?}");
    let copied = backup::copy(half, &folder.path().join("copy.db"), false, &mut |_, _| {});
    assert!(matches!(copied, Err(MovingError::HalfSource)));
    let mut out = Vec::new();
    let exported = export::write(to.open_reader().unwrap().as_ref(), &mut out, &mut |_, _| {});
    assert!(matches!(exported, Err(MovingError::HalfSource)) && out.is_empty());
    copy::run(&other, &to, true, &mut |_| {}).unwrap();
}

#[test]
fn a_server_without_data_is_no_source() {
    let Some(schema) = TestSchema::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    // Nobody made its tables yet.
    let none = Place::Server(Box::new(schema.server.address().clone()));
    assert!(matches!(run(&none, &place(&folder, "to")), Err(MovingError::NoTables { .. })));
    assert!(matches!(none.open_reader(), Err(MovingError::NoTables { .. })));
    let session = schema.session(Waits::PATIENT);
    let database: &dyn Database = &session;
    let made = "SELECT count(*) FROM pg_namespace WHERE nspname = ?1";
    let name = schema.server.address().schema();
    assert_eq!(database.scalar::<i64>(made, &[name.into()]).unwrap(), 0, "nor did the move");
}

#[test]
fn no_collector_starts_while_a_server_is_moved() {
    let Some(schema) = TestSchema::new() else { return };
    let server = Place::Server(Box::new(schema.server.address().clone()));
    let moved = server.open_target().unwrap();
    let options = Options { server: Some(schema.server.address().clone()), ..Options::new("unused") };
    let refused = opened::open(&options).map(drop).unwrap_err();
    assert!(refused.to_string().contains("is being moved"), "{refused}");
    drop(moved);
    drop(opened::open(&options).unwrap());
}

#[test]
fn a_move_over_a_server_and_back_changes_nothing() {
    let Some(schema) = TestSchema::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (from, back) = (filled(&folder, 300, 3), place(&folder, "back"));
    let server = Place::Server(Box::new(schema.server.address().clone()));
    killed_after(&from, &server, 20);
    let proof = run(&from, &server).unwrap();
    let next: i64 = {
        let target = server.open_target().unwrap();
        assert!(matches!(run(&server, &back), Err(MovingError::InUse { .. })));
        target
            .database()
            .scalar("INSERT INTO names (kind, parent, name, used) VALUES (0, 0, 'new', 0) RETURNING id", &[])
            .unwrap()
    };
    // The newest made-up number.
    assert_eq!(next, 300 * (1 + 3) + 1);
    {
        let target = server.open_target().unwrap();
        target.database().execute_batch("DELETE FROM names WHERE name = 'new'").unwrap();
    }
    assert_eq!(run(&server, &back).unwrap(), proof);
    assert_eq!(run(&back, &place(&folder, "again")).unwrap(), proof);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn however_often_it_is_killed_all_arrives(
        rows in 1_i64..150,
        seed in 0_i64..100,
        kills in prop::collection::vec(1_usize..30, 0..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (filled(&folder, rows, seed), place(&folder, "to"));
        for steps in kills {
            killed_after(&from, &to, steps);
        }
        prop_assert!(run(&from, &to).is_ok());
        let kept = to.open_source().unwrap();
        let notes = catalog::tables(kept.database()).unwrap().iter().any(|table| table.name == NOTES);
        prop_assert!(!notes);
        let cells = kept.database().scalar::<i64>(
            "SELECT count(*) FROM cells_day WHERE section = ?1",
            crate::database::params![Section::Vitals as i64],
        );
        prop_assert!(cells.is_ok());
    }
}
