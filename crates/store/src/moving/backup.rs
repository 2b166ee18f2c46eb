//! A copy of the file, consistent while a collector writes to it.
//!
//! The copy is of one point in time: a read transaction is held open from its beginning to its end, so what is committed meanwhile
//! is not in it, and SQLite need not begin again after each commit. It becomes visible under its name once it is whole, checked
//! and on disk.
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::copy::is_unfinished;
use super::error::MovingError;
use super::part::Part;
use super::source::{self, Progress};

/// How many pages are copied at once, between two looks at the progress; of 4 KB each.
const PAGES: i32 = 1024;

/// The time to wait where another program has the source locked.
const LOCKED: Duration = Duration::from_millis(50);

/// Copies the database of `folder` to `target`. Returns the copy's bytes.
///
/// # Errors
/// If `target` is there and `replace` is not set, and if the copy is not sound. Nothing is left at `target` then, or what was there.
pub fn copy(folder: &Path, target: &Path, replace: bool, progress: Progress<'_>) -> Result<u64, MovingError> {
    let path = source::file(folder)?;
    if is_same(&path, target) {
        return Err(MovingError::Itself { path });
    }
    Part::check_target(target, replace)?;
    let source = source::open(&path)?;
    // What else is wrong with it, the copy tells.
    if is_unfinished(&source).unwrap_or_default() {
        return Err(MovingError::HalfSource);
    }
    let part = Part::beside(target)?;
    copy_pages(&source, part.path(), progress)?;
    verify(part.path())?;
    part.publish(target)
}

fn copy_pages(source: &Connection, target: &Path, progress: Progress<'_>) -> Result<(), MovingError> {
    // Without it a commit of the collector would make the copy begin again.
    source.execute_batch("BEGIN")?;
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let mut copy = Connection::open(target)?;
    let backup = Backup::new(source, &mut copy)?;
    loop {
        let step = backup.step(PAGES)?;
        let at = backup.progress();
        progress((at.pagecount - at.remaining).max(0) as u64, at.pagecount.max(0) as u64);
        match step {
            StepResult::Done => break,
            StepResult::Busy | StepResult::Locked => std::thread::sleep(LOCKED),
            _ => {}
        }
    }
    drop(backup);
    // One file, without a log beside it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Reads the copy again, as a disk may take in what it does not give back.
pub fn verify(copy: &Path) -> Result<(), MovingError> {
    let connection = source::open(copy)?;
    let reason: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match reason.as_str() {
        "ok" => Ok(()),
        _ => Err(MovingError::BadCopy { reason: reason.replace('\n', " ") }),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
