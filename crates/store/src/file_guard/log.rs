//! SQLite's log, by what its index says of it: <https://sqlite.org/walformat.html>.
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::readiness::identity;

/// The part of the index that says how long the log is, bytes: the page size at 14, the number of frames at 16.
const HEAD: usize = 20;
/// The heads of the log and of each of its frames, bytes.
const LOG_HEAD: u64 = 32;
const FRAME_HEAD: u64 = 24;

/// The log and its index, as they were when they were first seen.
pub struct Log {
    paths: [PathBuf; 2],
    identities: [Option<(u64, u64)>; 2],
    /// The index. It stays open: closing it would take SQLite's locks away.
    index: File,
}

impl Log {
    /// The log of the database at `path`; `None` where there is none.
    pub fn open(path: &Path) -> Option<Self> {
        let beside = |end: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        let paths = [beside("-wal"), beside("-shm")];
        let identities = [identity(&paths[0]), identity(&paths[1])];
        let index = File::open(&paths[1]).ok()?;
        identities.iter().all(Option::is_some).then_some(Self { paths, identities, index })
    }

    /// Whether both files are those that were there, and the log is as long as the index says. While another connection writes,
    /// it may seem not to be.
    pub fn is_whole(&self) -> bool {
        let same = self.paths.iter().zip(self.identities).all(|(path, known)| identity(path) == known);
        let length = std::fs::metadata(&self.paths[0]).map_or(0, |log| log.len());
        // Where the index cannot be read, nothing is known.
        same && self.least().is_none_or(|least| length >= least)
    }

    /// How long the log must be at least, bytes.
    #[cfg(unix)]
    fn least(&self) -> Option<u64> {
        use std::os::unix::fs::FileExt;
        let mut head = [0; HEAD];
        self.index.read_exact_at(&mut head, 0).ok()?;
        let page = match u64::from(u16::from_ne_bytes([head[14], head[15]])) {
            // As in the file's own head: 64 KB do not fit into two bytes.
            1 => 65_536,
            page => page,
        };
        let frames = u64::from(u32::from_ne_bytes([head[16], head[17], head[18], head[19]]));
        (frames > 0).then(|| LOG_HEAD + frames * (FRAME_HEAD + page))
    }

    #[cfg(not(unix))]
    fn least(&self) -> Option<u64> {
        let _ = (&self.index, HEAD, LOG_HEAD, FRAME_HEAD);
        None
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use rusqlite::Connection;

    use super::Log;

    fn database(folder: &tempfile::TempDir) -> (Connection, std::path::PathBuf) {
        let path = folder.path().join("a.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)")
            .unwrap();
        (connection, path)
    }

    fn write(connection: &Connection) {
        connection.execute_batch("INSERT INTO t VALUES (randomblob(9000))").unwrap();
    }

    #[test]
    fn a_log_that_sqlite_writes_and_empties_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (connection, path) = database(&folder);
        let log = Log::open(&path).unwrap();
        for checkpoint in ["PASSIVE", "RESTART", "TRUNCATE"] {
            for _ in 0..3 {
                write(&connection);
                assert!(log.is_whole(), "before {checkpoint}");
            }
            let pragma = format!("PRAGMA wal_checkpoint({checkpoint})");
            connection.query_row(&pragma, [], |_| Ok(())).unwrap();
            assert!(log.is_whole(), "after {checkpoint}");
        }
        // By another connection, too, which is not the last one to be closed.
        let other = Connection::open(&path).unwrap();
        write(&other);
        other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(other);
        assert!(log.is_whole());
        write(&connection);
        assert!(log.is_whole());
    }

    #[test]
    fn one_that_others_truncate_delete_or_replace_is_not() {
        for harm in ["truncate", "shorten", "delete", "replace", "delete the index"] {
            let folder = tempfile::tempdir().unwrap();
            let (connection, path) = database(&folder);
            write(&connection);
            let log = Log::open(&path).unwrap();
            assert!(log.is_whole());
            let file = folder.path().join("a.db-wal");
            let length = std::fs::metadata(&file).unwrap().len();
            let shorten = |length| std::fs::File::options().write(true).open(&file).unwrap().set_len(length);
            match harm {
                "truncate" => shorten(0).unwrap(),
                "shorten" => shorten(length - 1).unwrap(),
                "delete" => std::fs::remove_file(&file).unwrap(),
                "replace" => {
                    let bytes = std::fs::read(&file).unwrap();
                    std::fs::rename(&file, folder.path().join("old")).unwrap();
                    std::fs::write(&file, bytes).unwrap();
                }
                _ => std::fs::remove_file(folder.path().join("a.db-shm")).unwrap(),
            }
            assert!(!log.is_whole(), "{harm}");
        }
    }
}
