//! Processes are killed under load.
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use whippet_test_postgres::Server as Postgres;

use super::Trial;
use crate::random::Random;
use crate::server::Data;
use crate::site::Site;

/// Kills a random one of `collectors` again and again, and starts it anew.
///
/// # Errors
/// Where an acknowledged beacon is missing, or one counts twice.
pub fn collectors_killed(trial: Trial<'_>, data: Data, collectors: usize, times: u64) -> Result<()> {
    let site = Site::start(trial.program, data, collectors, &[])?;
    let mut random = Random::new(times);
    trial.run(&site, |load| {
        for time in 1..=times {
            load.reaches(time as f64 / (times + 1) as f64)?;
            site.restart(random.below(collectors as u64) as usize)?;
        }
        Ok(())
    })?;
    site.stop()
}

/// Kills PostgreSQL itself, all its processes at once, and starts it anew.
///
/// # Errors
/// As [`collectors_killed`].
pub fn database_killed(
    trial: Trial<'_>,
    postgres: &mut Postgres,
    collectors: usize,
    times: u64,
) -> Result<()> {
    let site = Site::start(trial.program, Data::Url(postgres.url()), collectors, &[])?;
    let postgres = Mutex::new(postgres);
    trial.run(&site, |load| {
        for time in 1..=times {
            load.reaches(time as f64 / (times + 1) as f64)?;
            let mut postgres = postgres.lock().unwrap_or_else(PoisonError::into_inner);
            postgres.kill();
            postgres.start()?;
        }
        Ok(())
    })?;
    site.stop()
}
