//! Notices when SQLite's file is truncated or replaced while it is in use: what SQLite writes then is lost, and it does not say so.
use std::path::{Path, PathBuf};

use crate::database::{Error, ErrorKind, Result};
use crate::readiness::identity;

/// Looks at the file after each commit. The file is not opened: closing it would take SQLite's locks away.
pub struct FileGuard {
    path: PathBuf,
    identity: Option<(u64, u64)>,
    /// The file was as long as this, bytes.
    length: u64,
    damaged: bool,
}

impl FileGuard {
    /// Of a file that is sound.
    pub fn new(path: &Path) -> Self {
        let length = std::fs::metadata(path).map_or(0, |file| file.len());
        Self { path: path.to_owned(), identity: identity(path), length, damaged: false }
    }

    /// Whether what was committed is in the file, which should have `pages`, bytes. It may be longer, where pages were freed and
    /// not given back yet, and shorter, where they are in the log.
    ///
    /// # Errors
    /// From the first time that it is not, for ever: only a new start reads what is left.
    pub fn check(&mut self, pages: u64) -> Result<()> {
        let length = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        self.damaged |= length < self.length.min(pages) || identity(&self.path) != self.identity;
        self.length = length;
        match self.damaged {
            true => Err(Error::new(
                ErrorKind::Damaged,
                "the file was truncated, deleted or replaced while it was in use. Stop whippet, restore a backup, and start it \
                 again",
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
