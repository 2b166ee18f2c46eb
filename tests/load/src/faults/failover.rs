//! The server fails for good, and another takes its place.
use std::path::Path;
use std::thread;
use std::time::Instant;

use anyhow::{Result, ensure};
use whippet_test_postgres::{Programs, Server as Postgres, Settings};

use super::{PATIENCE, STEP, Trial, check_health};
use crate::server::Data;
use crate::site::Site;

/// How the server fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody listens where it was.
    Killed,
    /// Its machine accepts connections, and nobody answers on them.
    Hangs,
}

/// Lets a server fail, and its standby take over. The collectors have both hosts in their URL, the one that fails first.
///
/// # Errors
/// Where the collectors do not find the other one by themselves, or an acknowledged beacon is not there.
pub fn taken_over(
    trial: Trial<'_>,
    programs: Programs,
    folder: &Path,
    collectors: usize,
    failure: Failure,
) -> Result<()> {
    let mut first = Postgres::create(programs, &folder.join("first"), Settings::default())?;
    let second = first.standby(&folder.join("second"))?;
    // Nothing is acknowledged that the standby does not have.
    first.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")?;
    first.sql("SELECT pg_reload_conf()")?;
    let until = Instant::now() + PATIENCE;
    while first.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")? != "1" {
        ensure!(Instant::now() < until, "the standby does not follow");
        thread::sleep(STEP);
    }
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", first.port(), second.port());
    let url = first.url().replacen(&format!("127.0.0.1:{}", first.port()), &hosts, 1);
    let site = Site::start(trial.program, Data::Url(url), collectors, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.4)?;
        match failure {
            Failure::Killed => first.kill(),
            Failure::Hangs => first.pause(),
        }
        load.is_refused()?;
        check_health(&site)?;
        second.promote()?;
        load.goes_on()
    })?;
    site.stop()?;
    // It must not come back beside the other one.
    first.kill();
    Ok(())
}
