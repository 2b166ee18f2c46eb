//! Another program has SQLite's file.
use std::path::Path;

use anyhow::Result;

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
