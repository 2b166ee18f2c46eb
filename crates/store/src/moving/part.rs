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

    /// Refuses a folder, and a file that is there already unless it is to be replaced.
    pub fn check_target(target: &Path, replace: bool) -> Result<(), MovingError> {
        let path = target.to_owned();
        match target.is_dir() {
            true => Err(MovingError::IsFolder { path }),
            false if !replace && target.exists() => Err(MovingError::Exists { path }),
            false => Ok(()),
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

#[cfg(unix)]
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
