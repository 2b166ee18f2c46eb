//! Moving everything from one database to another, table by table, in portions in the order of the primary key.
//!
//! Each portion is one transaction of the destination, together with the note up to where the table was moved: what was stopped,
//! however hard, goes on there. The notes stand in a table of the destination, [`NOTES`], as long as the move is unfinished; no
//! collector opens such a destination.
use super::catalog::{self, Table};
use super::error::MovingError;
use super::owned::{Owned, key_of, key_text};
use super::place::Place;
use super::proof::{self, Proof};
use super::sequences;
use super::step::{Step, Watch};
use crate::cells::JOURNAL;
use crate::database::{self, Access, Database, Engine, Error, ErrorKind, Param, Type, Upsert, params};
use crate::partitions::{self, ensure_partitions};

/// The table of notes: by table, the last key that was moved; by the empty name, where the data is from.
pub const NOTES: &str = "moving";

/// About how many bytes are moved at once.
const PORTION: usize = 4 * 1024 * 1024;
/// The most rows that are moved at once.
const ROWS: i64 = 4096;
/// How many rows are moved first, where nobody knows yet how large they are.
const FIRST_ROWS: i64 = 64;

/// What a fresh store has before anything was kept.
const SEEDED: [&str; 3] = ["cell_marks", "collectors", "totals"];

/// Moves everything from one place to another, and proves it. With `restart`, what a stopped move left is deleted first.
///
/// A move may be killed behind its last portion, before it can say so. Started again it moves nothing and proves the same.
///
/// # Errors
/// If either is in use, if the destination has other data, and if both do not hold the same at the end.
pub fn run(from: &Place, to: &Place, restart: bool, watch: Watch<'_>) -> Result<Proof, MovingError> {
    let source = from.open_source()?;
    if from.identity() == to.identity() {
        return Err(MovingError::SamePlace);
    }
    let target = to.open_target()?;
    between(source.database(), target.database(), &from.identity(), restart, watch)
}

/// The same between what is open, and changes on neither side meanwhile.
pub fn between(
    source: &dyn Database,
    target: &dyn Database,
    origin: &str,
    restart: bool,
    watch: Watch<'_>,
) -> Result<Proof, MovingError> {
    if is_unfinished(source)? {
        return Err(MovingError::HalfSource);
    }
    let tables = paired(source, target)?;
    let all = rows(source, &tables)?;
    if let Some(table) = first_with_rows(target, &tables)? {
        let proof = match rows(target, &tables)? == all {
            true => proof::compare(source, target, &tables, all, watch)?,
            false => return Err(MovingError::NotEmpty { table }),
        };
        if !proof.differences().is_empty() {
            return Err(MovingError::NotEmpty { table });
        }
        plan(target)?;
        return Ok(proof);
    }
    prepare(target, &tables, origin, restart)?;
    let mut moved = moved(target)?;
    for table in &tables {
        watch(Step::Moving(&table.name, moved, all));
        let upsert = upsert(table);
        let mut last = note(target, &table.name)?;
        let mut limit = FIRST_ROWS;
        loop {
            let portion = portion(source, table, &last, limit)?;
            let Some(newest) = portion.last() else { break };
            last = key(table, newest);
            target.transaction(Access::Write, |target| keep(target, table, upsert, &portion, &last))?;
            moved += portion.len() as u64;
            watch(Step::Moving(&table.name, moved, all));
            let bytes: usize = portion.iter().flatten().map(Owned::bytes).sum();
            let fitting = portion.len() * PORTION / bytes.max(1);
            limit = i64::try_from(fitting).unwrap_or(ROWS).clamp(1, ROWS);
        }
    }
    let proof = proof::compare(source, target, &tables, all, watch)?;
    if !proof.differences().is_empty() {
        return Err(MovingError::Differs { differences: proof.differences() });
    }
    target.transaction(Access::Write, |target| {
        for table in &tables {
            sequences::set(target, table, sequences::last(source, table)?)?;
        }
        target.execute_batch(&format!("DROP TABLE {NOTES}"))
    })?;
    plan(target)?;
    Ok(proof)
}

/// Tells the server's planner of the new rows.
fn plan(target: &dyn Database) -> database::Result<()> {
    match target.engine() {
        Engine::Postgres => target.execute_batch("ANALYZE"),
        Engine::Sqlite => Ok(()),
    }
}

/// Whether a move to this database has not come to its end.
pub fn is_unfinished(database: &dyn Database) -> database::Result<bool> {
    catalog::has(database, NOTES)
}

/// Refuses the destination of a move that has not come to its end.
pub fn check_finished(database: &dyn Database) -> database::Result<()> {
    match is_unfinished(database)? {
        true => Err(Error::new(
            ErrorKind::Denied,
            "a move to this place was not finished: start `whippet migrate` again, with the same --from and --to",
        )),
        false => Ok(()),
    }
}

/// The tables that are moved. Their key is that of either side.
fn paired(source: &dyn Database, target: &dyn Database) -> Result<Vec<Table>, MovingError> {
    let there = catalog::tables(target)?;
    let mut tables = Vec::new();
    for mut table in catalog::tables(source)? {
        let other = there.iter().find(|other| other.name == table.name && other.columns == table.columns);
        if let Some(other) = other.filter(|_| table.key.is_empty()) {
            table.key.clone_from(&other.key);
        }
        match other.is_some() && !table.key.is_empty() {
            true => tables.push(table),
            // An engine may have a table that it alone needs; empty, it is nothing to move.
            false if ![NOTES, JOURNAL].contains(&table.name.as_str()) && has_rows(source, &table)? => {
                return Err(MovingError::OtherTables { table: table.name });
            }
            false => {}
        }
    }
    // The journal of a place that nobody else uses is in the rows, but for what could not be read.
    tables.retain(|table| ![NOTES, JOURNAL].contains(&table.name.as_str()));
    Ok(tables)
}

/// Makes sure that all in the destination is from `origin`, and that there are notes.
fn prepare(target: &dyn Database, tables: &[Table], origin: &str, restart: bool) -> Result<(), MovingError> {
    if is_unfinished(target)? {
        let from: String = target.scalar(&format!("SELECT last FROM {NOTES} WHERE name = ''"), params![])?;
        if !restart {
            return match from == origin {
                true => Ok(()),
                false => Err(MovingError::OtherOrigin { origin: from }),
            };
        }
        target.transaction(Access::Write, |target| {
            for table in tables {
                target.execute_batch(&format!("DELETE FROM {}", table.name))?;
            }
            target.execute_batch(&format!("DROP TABLE {NOTES}"))
        })?;
    }
    target.transaction(Access::Write, |target| {
        for table in SEEDED.iter().filter(|name| tables.iter().any(|table| table.name == **name)) {
            target.execute_batch(&format!("DELETE FROM {table}"))?;
        }
        target.execute_batch(&format!(
            "CREATE TABLE {NOTES} (name TEXT PRIMARY KEY, last TEXT NOT NULL, moved BIGINT NOT NULL)"
        ))?;
        target
            .execute(&format!("INSERT INTO {NOTES} (name, last, moved) VALUES ('', ?1, 0)"), params![origin])
    })?;
    Ok(())
}

/// The first table with data of the destination's own, unless that is of a move that goes on.
fn first_with_rows(target: &dyn Database, tables: &[Table]) -> database::Result<Option<String>> {
    if is_unfinished(target)? {
        return Ok(None);
    }
    for table in tables.iter().filter(|table| !SEEDED.contains(&table.name.as_str())) {
        if has_rows(target, table)? {
            return Ok(Some(table.name.clone()));
        }
    }
    Ok(None)
}

fn has_rows(database: &dyn Database, table: &Table) -> database::Result<bool> {
    let first = database.query_optional(&format!("SELECT 1 FROM {} LIMIT 1", table.name), &[], |_| Ok(()))?;
    Ok(first.is_some())
}

fn rows(database: &dyn Database, tables: &[Table]) -> database::Result<u64> {
    tables
        .iter()
        .map(|table| database.scalar::<u64>(&format!("SELECT count(*) FROM {}", table.name), &[]))
        .sum()
}

fn moved(target: &dyn Database) -> database::Result<u64> {
    target.scalar(&format!("SELECT CAST(sum(moved) AS BIGINT) FROM {NOTES}"), &[])
}

/// Up to which key a table was moved; empty for none.
fn note(target: &dyn Database, table: &str) -> database::Result<Vec<Owned>> {
    let sql = format!("SELECT last FROM {NOTES} WHERE name = ?1");
    let last = target.query_optional(&sql, params![table], |row| row.get::<String>(0))?;
    key_of(&last.unwrap_or_default())
}

/// The next rows after a key.
fn portion(
    source: &dyn Database,
    table: &Table,
    last: &[Owned],
    limit: i64,
) -> database::Result<Vec<Vec<Owned>>> {
    let key = table.key.join(", ");
    let places: Vec<String> = (1..=last.len()).map(|place| format!("?{place}")).collect();
    let after = match last {
        [] => String::new(),
        _ => format!("WHERE ({key}) > ({})", places.join(", ")),
    };
    let sql = format!("SELECT {} FROM {} {after} ORDER BY {key} LIMIT {limit}", table.list(), table.name);
    let params: Vec<Param<'_>> = last.iter().map(Owned::param).collect();
    source.query_map(&sql, &params, |row| {
        table.columns.iter().enumerate().map(|(place, column)| Owned::read(row, place, column.kind)).collect()
    })
}

/// The key of a row.
fn key(table: &Table, row: &[Owned]) -> Vec<Owned> {
    table.key.iter().filter_map(|name| row.get(table.place(name)?).cloned()).collect()
}

/// What says in which partition a row is.
pub fn partition(table: &Table, row: &[Owned]) -> Vec<i64> {
    let integer = |name: &&str| match row.get(table.place(name)?) {
        Some(Owned::Integer(value)) => Some(*value),
        _ => None,
    };
    partitions::columns(&table.name).iter().filter_map(integer).collect()
}

/// Writes a portion, and the note that it is there.
fn keep(
    target: &dyn Database,
    table: &Table,
    upsert: &Upsert,
    portion: &[Vec<Owned>],
    last: &[Owned],
) -> database::Result<()> {
    let rows: Vec<Vec<Param<'_>>> =
        portion.iter().map(|row| row.iter().map(Owned::param).collect()).collect();
    let keys: Vec<Vec<i64>> = portion.iter().map(|row| partition(table, row)).collect();
    ensure_partitions(target, &table.name, &keys)?;
    target.write_rows(upsert, &rows)?;
    target.execute(
        &format!(
            "INSERT INTO {NOTES} (name, last, moved) VALUES (?1, ?2, ?3) \
             ON CONFLICT (name) DO UPDATE SET last = excluded.last, moved = {NOTES}.moved + excluded.moved"
        ),
        params![&table.name, &key_text(last)?, portion.len() as i64],
    )?;
    Ok(())
}

/// How a table's rows are written. It lives as long as the process, which moves each table once.
fn upsert(table: &Table) -> &'static Upsert {
    let columns: Vec<(&'static str, Type)> =
        table.columns.iter().map(|column| (&*String::leak(column.name.clone()), column.kind)).collect();
    Box::leak(Box::new(Upsert {
        table: String::leak(table.name.clone()),
        columns: Vec::leak(columns),
        conflict: "",
    }))
}
