//! The disk is full.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};
use whippet_test_postgres::{Programs, Server as Postgres, Settings};

use super::{Trial, check_health};
use crate::server::Data;
use crate::site::Site;

/// A file system in memory, of a size that can be changed. It is removed when dropped.
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// `None` where this process may not have one: only root may.
    pub fn new(folder: &Path, megabytes: u64) -> Option<Self> {
        fs::create_dir_all(folder).ok()?;
        let size = format!("size={megabytes}m,mode=0755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self { folder: folder.to_owned() })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Changes its size.
    fn resize(&self, megabytes: u64) -> Result<()> {
        let options = format!("remount,size={megabytes}m");
        let status = Command::new("mount").args(["-o", &options]).arg(&self.folder).status()?;
        ensure!(status.success(), "the file system cannot be resized");
        Ok(())
    }

    /// Takes what is left of it, but for `spare` bytes. Gives it back when the file is removed.
    fn fill(&self, spare: u64) -> Result<PathBuf> {
        let filler = self.folder.join("filler");
        // What is written meanwhile may take what was free just now.
        for _ in 0..50 {
            let take = self.free()?.saturating_sub(spare).to_string();
            if Command::new("fallocate").args(["-l", &take]).arg(&filler).output()?.status.success() {
                return Ok(filler);
            }
            let _ = fs::remove_file(&filler);
        }
        bail!("the file system cannot be filled up")
    }

    fn free(&self) -> Result<u64> {
        let output =
            Command::new("df").args(["--output=avail", "--block-size=1"]).arg(&self.folder).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text.lines().nth(1).unwrap_or_default().trim().parse()?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

/// Fills up the disk of SQLite's folder, and gives room back.
///
/// # Errors
/// Where the collector does not say that it is full, does not recover, or what it acknowledged is not there.
pub fn full_folder(trial: Trial<'_>, disk: &Disk) -> Result<()> {
    let folder = disk.folder().join("data");
    fs::create_dir_all(&folder)?;
    let site = Site::start(trial.program, Data::Folder(folder), 1, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.2)?;
        let filler = disk.fill(300_000)?;
        load.is_refused()?;
        check_health(&site)?;
        fs::remove_file(filler)?;
        disk.resize(1000)?;
        load.goes_on()
    })?;
    site.stop()
}

/// Fills up the disk of PostgreSQL's folder, whose server ends of that, and gives room back.
///
/// # Errors
/// As [`full_folder`].
pub fn full_database(trial: Trial<'_>, programs: Programs, disk: &Disk, collectors: usize) -> Result<()> {
    let mut postgres = Postgres::create(programs, &disk.folder().join("server"), Settings::default())?;
    let site = Site::start(trial.program, Data::Url(postgres.url()), collectors, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.2)?;
        let filler = disk.fill(300_000)?;
        load.is_refused()?;
        fs::remove_file(filler)?;
        disk.resize(2000)?;
        // It starts itself anew, but where it had no room for that either.
        if postgres.sql("SELECT 1").is_err() {
            postgres.kill();
            postgres.start()?;
        }
        load.goes_on()
    })?;
    site.stop()?;
    postgres.stop();
    Ok(())
}

/// Fills up the disk of a tablespace in which the tables are: the server goes on, and refuses what needs room.
///
/// # Errors
/// As [`full_folder`].
pub fn full_tablespace(trial: Trial<'_>, postgres: &Postgres, disk: &Disk, collectors: usize) -> Result<()> {
    let space = disk.folder().join("space");
    fs::create_dir_all(&space)?;
    postgres.own(&space)?;
    postgres.sql(&format!("CREATE TABLESPACE small LOCATION '{}'", space.display()))?;
    let url = format!("{}?schema=small&options=-c%20default_tablespace%3Dsmall", postgres.url());
    let site = Site::start(trial.program, Data::Url(url), collectors, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.2)?;
        let filler = disk.fill(100_000)?;
        load.is_refused()?;
        let said = check_health(&site)?;
        ensure!(said.iter().any(|reason| reason.contains("No space left")), "/readyz says {said:?}");
        fs::remove_file(filler)?;
        disk.resize(1000)?;
        load.goes_on()
    })?;
    site.stop()?;
    // A server does not start without its tablespaces.
    postgres.sql("DROP SCHEMA small CASCADE")?;
    postgres.sql("DROP TABLESPACE small").map(drop).map_err(Into::into)
}
