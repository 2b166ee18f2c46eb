//! Notices when SQLite's files are truncated, deleted or replaced while they are in use: what SQLite writes then is lost, and it
//! does not say so.
mod log;

use std::path::{Path, PathBuf};

use crate::database::{Error, ErrorKind, Result};
use crate::readiness::identity;
use log::Log;

/// Looks at the files with each commit. The file itself is not opened: closing it would take SQLite's locks away.
pub struct FileGuard {
    path: PathBuf,
    identity: Option<(u64, u64)>,
    /// The file was as long as this, bytes.
    length: u64,
    /// Known from the first transaction on.
    log: Option<Log>,
    damaged: bool,
}

impl FileGuard {
    /// Of a file that is sound.
    pub fn new(path: &Path) -> Self {
        let length = std::fs::metadata(path).map_or(0, |file| file.len());
        Self { path: path.to_owned(), identity: identity(path), length, log: None, damaged: false }
    }

    /// Whether what was committed before is in the log that SQLite writes to. To be asked in a transaction that writes, as the log
    /// stands still then.
    ///
    /// # Errors
    /// From the first time that it is not, for ever: only a new start reads what is left.
    pub fn check_log(&mut self) -> Result<()> {
        match &self.log {
            Some(log) => self.damaged |= !log.is_whole(),
            None => self.log = Log::open(&self.path),
        }
        self.verdict()
    }

    /// Whether what was committed is in the file, which should have `pages`, bytes. It may be longer, where pages were freed and
    /// not given back yet, and shorter, where they are in the log.
    ///
    /// # Errors
    /// As [`Self::check_log`].
    pub fn check(&mut self, pages: u64) -> Result<()> {
        let length = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        self.damaged |= length < self.length.min(pages) || identity(&self.path) != self.identity;
        self.length = length;
        self.verdict()
    }

    fn verdict(&self) -> Result<()> {
        match self.damaged {
            true => Err(Error::new(
                ErrorKind::Damaged,
                "a file of the data folder was truncated, deleted or replaced while it was in use. Stop whippet, restore a backup, \
                 and start it again",
            )),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_truncated_or_replaced_stays_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("whippet.db");
        let write = |bytes: usize| std::fs::write(&path, vec![1; bytes]).unwrap();
        write(8_192);
        let mut guard = FileGuard::new(&path);
        guard.check(16_384).expect("two pages are in the log");
        write(16_384);
        guard.check(16_384).unwrap();
        guard.check(4_096).expect("pages were freed, and the log is not merged");
        write(4_096);
        guard.check(4_096).unwrap();
        write(1_024);
        assert_eq!(guard.check(4_096).unwrap_err().kind(), ErrorKind::Damaged);
        write(99_999);
        assert!(guard.check(4_096).is_err(), "for ever");
        let mut guard = FileGuard::new(&path);
        std::fs::rename(&path, folder.path().join("elsewhere")).unwrap();
        write(999_999);
        assert!(guard.check(4_096).is_err());
    }
}
