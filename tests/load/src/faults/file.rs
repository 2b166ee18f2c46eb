//! SQLite's file cannot be written.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::{Trial, check_health};
use crate::server::Data;
use crate::site::Site;

/// Another program locks the file under load, by `lock`, until what that gives is dropped.
///
/// # Errors
/// Where the collector does not say so, does not recover, or what it acknowledged is not there.
pub fn locked<T>(trial: Trial<'_>, folder: &Path, lock: impl FnOnce() -> T) -> Result<()> {
    let site = Site::start(trial.program, Data::Folder(folder.to_owned()), 1, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.2)?;
        let locked = lock();
        load.is_refused()?;
        check_health(&site)?;
        drop(locked);
        load.goes_on()
    })?;
    site.stop()
}

/// Files and folders that not even root may change, and that a process cannot change through what it has open: as on a file
/// system that has become read-only. They can be changed again once it is dropped.
pub struct Unchangeable(Vec<PathBuf>);

impl Unchangeable {
    /// `None` where the file system has no such thing, or this process may not do it.
    pub fn new(paths: Vec<PathBuf>) -> Option<Self> {
        let made = change("+i", &paths);
        // Dropped where it was made for some of them only.
        let unchangeable = Self(paths);
        made.then_some(unchangeable)
    }
}

impl Drop for Unchangeable {
    fn drop(&mut self) {
        change("-i", &self.0);
    }
}

fn change(mode: &str, paths: &[PathBuf]) -> bool {
    Command::new("chattr").arg(mode).args(paths).output().is_ok_and(|output| output.status.success())
}

/// Makes the file and its log read-only under load, and then the folder, in which nothing can be created or deleted. Whether
/// that can be done here.
///
/// # Errors
/// As [`locked`].
pub fn unchangeable(trial: Trial<'_>, folder: &Path) -> Result<bool> {
    let site = Site::start(trial.program, Data::Folder(folder.to_owned()), 1, &[])?;
    let file = folder.join("whippet.db");
    if Unchangeable::new(vec![file.clone()]).is_none() {
        return Ok(false);
    }
    trial.run(&site, |load| {
        load.reaches(0.2)?;
        let files = Unchangeable::new(vec![file, folder.join("whippet.db-wal")]);
        ensure!(files.is_some(), "the log cannot be made unchangeable");
        load.is_refused()?;
        check_health(&site)?;
        drop(files);
        load.goes_on()?;
        // What is open is written all the same.
        let unchangeable = Unchangeable::new(vec![folder.to_owned()]);
        load.goes_on()?;
        drop(unchangeable);
        Ok(())
    })?;
    site.stop().map(|()| true)
}
