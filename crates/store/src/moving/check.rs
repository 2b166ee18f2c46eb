//! Whether what is kept is sound: the engine's own check, the format, whether every value can be read, and whether what rows
//! refer to is there. It reads everything once, and changes nothing.
use std::path::Path;

use super::catalog::{self, Table};
use super::copy::is_unfinished;
use super::error::MovingError;
use super::references::REFERENCES;
use super::source::{self, Progress};
use super::values;
use crate::database::{self, Access, Database, Engine, params};
use crate::schema;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is lost, and reports leave it out.
    Loss,
    /// The data cannot be relied on.
    Damage,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many rows each table has.
    pub rows: Vec<(String, u64)>,
    /// What is wrong; nothing if it is sound.
    pub findings: Vec<Finding>,
}

const RESTORE: &str = "Restore a backup. Without one: `sqlite3 whippet.db .recover` saves what can be read, with the collector stopped";
const EMPTY: &str = "Restore a backup";
const UNFINISHED: &str = "Start `whippet migrate` again, with the same --from and --to";
const LEFT_OUT: &str =
    "Reports leave these values out; nothing need be done. Where they are many, restore a backup";
const NAMELESS: &str = "Reports show these figures as (other); nothing need be done";

/// How many faults of the file are listed.
const FAULTS: usize = 20;

/// Checks the database file of a data folder, also while a collector writes to it.
///
/// # Errors
/// If it cannot be checked.
pub fn folder(folder: &Path, progress: Progress<'_>) -> Result<Checked, MovingError> {
    match source::file(folder) {
        // That is a finding.
        Err(MovingError::Empty { path }) => file(&path, progress),
        path => file(&path?, progress),
    }
}

/// Checks a file, such as a backup.
///
/// # Errors
/// If it cannot be checked.
pub fn file(path: &Path, progress: Progress<'_>) -> Result<Checked, MovingError> {
    if !path.is_file() {
        return Err(MovingError::NoFile { path: path.to_owned() });
    }
    let mut checked = Checked::default();
    if source::is_empty(path) {
        let found = format!("{} is empty", path.display());
        checked.findings.push(Finding { weight: Weight::Damage, found, advice: EMPTY });
        return Ok(checked);
    }
    let connection = source::open(path)?;
    match integrity(&connection) {
        Ok(faults) => checked.findings.extend(faults),
        // Nothing is known of what could not be read.
        Err(error) if !is_damage(&error) => return Err(error.into()),
        Err(error) => {
            checked.findings.push(Finding {
                weight: Weight::Damage,
                found: error.to_string(),
                advice: RESTORE,
            });
            return Ok(checked);
        }
    }
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = schema::VERSION;
    if version == known {
        return database(&connection, checked, progress);
    }
    let unread = MovingError::Unread { version, known };
    if checked.findings.is_empty() {
        // The file is sound. Whether its values are cannot be said.
        return Err(unread);
    }
    let (found, advice) = (unread.to_string(), RESTORE);
    checked.findings.push(Finding { weight: Weight::Loss, found, advice });
    Ok(checked)
}

/// Whether the file is to blame, and not its folder or another program.
fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Code;
    !matches!(
        error.sqlite_error_code(),
        Some(
            Code::CannotOpen
                | Code::ReadOnly
                | Code::PermissionDenied
                | Code::DatabaseBusy
                | Code::DatabaseLocked
        )
    )
}

/// What SQLite says of pages, indexes and rows.
fn integrity(connection: &rusqlite::Connection) -> rusqlite::Result<Vec<Finding>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({FAULTS})"))?;
    let faults = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let faults = faults
        .into_iter()
        .filter(|fault| fault != "ok")
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    Ok(faults
        .take(FAULTS)
        .map(|fault| Finding {
            weight: Weight::Damage,
            found: format!("the file is damaged: {fault}"),
            advice: RESTORE,
        })
        .collect())
}

/// Reads all tables, as of one point in time.
///
/// # Errors
/// If the database cannot be asked.
pub fn database(
    database: &dyn Database,
    mut checked: Checked,
    progress: Progress<'_>,
) -> Result<Checked, MovingError> {
    let mut has_stopped = false;
    let read = database.transaction(Access::Read, |database| {
        if is_unfinished(database)? {
            checked.findings.push(Finding {
                weight: Weight::Loss,
                found: "a move to this place was not finished".to_owned(),
                advice: UNFINISHED,
            });
        }
        let tables = catalog::tables(database)?;
        for (at, table) in tables.iter().enumerate() {
            progress(at as u64, tables.len() as u64);
            match rows(database, table) {
                Ok((rows, findings)) => {
                    checked.rows.push((table.name.clone(), rows));
                    checked.findings.extend(findings);
                }
                Err(error) => {
                    let found = format!("{} cannot be read: {error}", table.name);
                    let advice = match database.engine() {
                        Engine::Sqlite => RESTORE,
                        Engine::Postgres => "Look at the server's log; restore a dump where a disk failed",
                    };
                    checked.findings.push(Finding { weight: Weight::Damage, found, advice });
                    // A server's transaction answers nothing after a failure.
                    if database.engine() == Engine::Postgres {
                        has_stopped = true;
                        return Ok(());
                    }
                }
            }
        }
        checked.findings.extend(references(database, &tables)?);
        progress(tables.len() as u64, tables.len() as u64);
        Ok(())
    });
    // The end of that transaction says the same again.
    if !has_stopped {
        read?;
    }
    checked.findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
    Ok(checked)
}

/// Reads a table, and its values.
fn rows(database: &dyn Database, table: &Table) -> database::Result<(u64, Option<Finding>)> {
    let reader = values::reader(table);
    let (mut rows, mut bad) = (0_u64, 0_u64);
    database.query(&format!("SELECT {} FROM {}", table.list(), table.name), &[], &mut |row| {
        rows += 1;
        let mut sound = true;
        for (place, _) in table.columns.iter().enumerate() {
            // A server may only notice here that a value is damaged.
            row.value(place)?;
        }
        if let Some(reader) = &reader {
            sound &= reader.is_readable(row)?;
        }
        bad += u64::from(!sound);
        Ok(())
    })?;
    let finding = (bad > 0).then(|| Finding {
        weight: Weight::Loss,
        found: format!("{bad} of {rows} values in {} cannot be read", table.name),
        advice: LEFT_OUT,
    });
    Ok((rows, finding))
}

/// How many rows refer to something that is not there.
fn references(database: &dyn Database, tables: &[Table]) -> database::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (table, column, to) in REFERENCES {
        let is_there = tables.iter().any(|known| known.name == *table && known.place(column).is_some())
            && tables.iter().any(|known| known.name == *to && known.numbers().is_some());
        if !is_there {
            continue;
        }
        let lost: i64 = database.scalar(
            &format!(
                "SELECT count(*) FROM (SELECT DISTINCT {column} AS id FROM {table} WHERE {column} <> 0) AS used \
                 WHERE NOT EXISTS (SELECT 1 FROM {to} WHERE {to}.id = used.id)"
            ),
            params![],
        )?;
        if lost > 0 {
            let found = format!("{lost} numbers in {table}.{column} are of no row in {to}");
            findings.push(Finding { weight: Weight::Loss, found, advice: NAMELESS });
        }
    }
    Ok(findings)
}
