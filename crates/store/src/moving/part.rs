//! A file that gets its name once it is whole.
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::error::MovingError;
use crate::data_folder;

/// A file that is being written. It is deleted unless it is published.
pub struct Part(PathBuf);

impl Part {
    /// The file that will be `target`.
    pub fn beside(target: &Path) -> Result<Self, MovingError> {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = target.with_file_name(name);
        // What was left where one was killed.
        let _ = fs::remove_file(&path);
        data_folder::private_file(&path).map_err(MovingError::write(&path))?;
        Ok(Self(path))
    }

    /// Refuses a folder, a file that is there already unless it is to be replaced, and one with a log that another database left:
    /// SQLite would read the copy with that log, and so something else than was copied.
    pub fn check_target(target: &Path, replace: bool) -> Result<(), MovingError> {
        let path = target.to_owned();
        match target.is_dir() {
            true => Err(MovingError::IsFolder { path }),
            false if !replace && target.exists() => Err(MovingError::Exists { path }),
            false => match logs(target).find(|log| fs::metadata(log).is_ok_and(|log| log.len() > 0)) {
                Some(path) => Err(MovingError::LeftLog { path }),
                None => Ok(()),
            },
        }
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Gives it its name, once it is on disk. Returns its bytes.
    pub fn publish(self, target: &Path) -> Result<u64, MovingError> {
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

/// Where SQLite keeps what is not in a file yet.
fn logs(file: &Path) -> impl Iterator<Item = PathBuf> {
    let file = file.as_os_str().to_owned();
    ["-wal", "-journal"].into_iter().map(move |end| {
        let mut name = file.clone();
        name.push(end);
        name.into()
    })
}

#[cfg(unix)]
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::{MovingError, Part, fs, logs};

    #[test]
    fn a_log_that_another_database_left_is_not_taken_for_that_of_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("copy.db");
        for log in logs(&target) {
            fs::write(&log, "frames").unwrap();
            for replace in [false, true] {
                let refused = Part::check_target(&target, replace).unwrap_err();
                assert!(matches!(refused, MovingError::LeftLog { path } if path == log));
            }
            fs::write(&log, "").unwrap();
            Part::check_target(&target, false).unwrap();
        }
    }
}
