//! A copy of the file, consistent while a collector writes to it.
//!
//! The copy is of one point in time: a read transaction is held open from its beginning to its end, so what is committed meanwhile
//! is not in it, and SQLite need not begin again after each commit. It becomes visible under its name once it is whole, checked
//! and on disk.
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::error::MovingError;
use super::source::{self, Progress};
use crate::data_folder;

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
    if !replace && target.exists() {
        return Err(MovingError::Exists { path: target.to_owned() });
    }
    let part = beside(target);
    let part = Part::new(part)?;
    copy_pages(&source::open(&path)?, &part.0, progress)?;
    verify(&part.0)?;
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
fn verify(copy: &Path) -> Result<(), MovingError> {
    let connection = source::open(copy)?;
    let reason: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match reason.as_str() {
        "ok" => Ok(()),
        _ => Err(MovingError::BadCopy { reason: reason.replace('\n', " ") }),
    }
}

/// A file that is being written. It is deleted unless it is published.
struct Part(PathBuf);

impl Part {
    fn new(path: PathBuf) -> Result<Self, MovingError> {
        // What a copy left that was killed.
        let _ = fs::remove_file(&path);
        data_folder::private_file(&path).map_err(MovingError::write(&path))?;
        Ok(Self(path))
    }

    fn publish(self, target: &Path) -> Result<u64, MovingError> {
        let failed = || MovingError::write(target);
        let file = File::open(&self.0).map_err(failed())?;
        file.sync_all().map_err(failed())?;
        let bytes = file.metadata().map_err(failed())?.len();
        fs::rename(&self.0, target).map_err(failed())?;
        // The name is on disk once its folder is.
        #[cfg(unix)]
        File::open(folder_of(target)).and_then(|folder| folder.sync_all()).map_err(failed())?;
        Ok(bytes)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It is no longer there where it was renamed.
        let _ = fs::remove_file(&self.0);
    }
}

fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    target.with_file_name(name)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
