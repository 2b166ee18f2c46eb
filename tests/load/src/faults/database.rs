//! The database is there, and does not do its work.
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use whippet_test_postgres::Server as Postgres;

use super::{Trial, check_health};
use crate::proxy::Proxy;
use crate::server::Data;
use crate::site::Site;

/// A role that is no superuser: limits of connections hold for it.
const ROLE: &str = "limited";

/// Each fault has a schema of its own, so that several may be tried on one server.
fn data(url: &str, schema: &str) -> Data {
    Data::Url(format!("{url}?schema={schema}"))
}

/// Stops all of PostgreSQL's processes where they are, `time` long.
///
/// # Errors
/// Where a beacon is acknowledged meanwhile, or not afterwards.
pub fn paused(trial: Trial<'_>, postgres: &Postgres, collectors: usize, time: Duration) -> Result<()> {
    let site = Site::start(trial.program, data(&postgres.url(), "paused"), collectors, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.4)?;
        postgres.pause();
        // Answers that were on their way arrive, on a busy machine one after the other.
        let before = loop {
            let before = load.acknowledged();
            thread::sleep(Duration::from_millis(500));
            if load.acknowledged() == before {
                break before;
            }
        };
        thread::sleep(time);
        let after = load.acknowledged();
        postgres.resume();
        ensure!(
            before == after && after < load.count,
            "{} beacons were acknowledged, {} of them by a database that stood still for {time:?}",
            after,
            after - before
        );
        Ok(())
    })?;
    site.stop()
}

/// Makes all transactions read-only, as a standby's are.
///
/// # Errors
/// Where the collectors do not say so, or do not recover.
pub fn read_only(trial: Trial<'_>, postgres: &Postgres, collectors: usize) -> Result<()> {
    let site = Site::start(trial.program, data(&postgres.url(), "read_only"), collectors, &[])?;
    let set = |value: &str| {
        postgres.sql(&format!("ALTER SYSTEM SET default_transaction_read_only = {value}"))?;
        postgres.sql("SELECT pg_reload_conf()")
    };
    trial.run(&site, |load| {
        load.reaches(0.4)?;
        set("on")?;
        load.is_refused()?;
        check_health(&site)?;
        set("off")?;
        load.goes_on()
    })?;
    site.stop()
}

/// Takes all connections away, and gives none.
///
/// # Errors
/// As [`read_only`].
pub fn connections_exhausted(trial: Trial<'_>, postgres: &Postgres, collectors: usize) -> Result<()> {
    postgres.sql(&format!(
        "CREATE ROLE {ROLE} LOGIN; GRANT CREATE ON DATABASE {} TO {ROLE}",
        postgres.database()
    ))?;
    let url = postgres.url().replacen("://whippet@", &format!("://{ROLE}@"), 1);
    let site = Site::start(trial.program, data(&url, "exhausted"), collectors, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.4)?;
        postgres.sql(&format!("ALTER ROLE {ROLE} CONNECTION LIMIT 0"))?;
        postgres.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'"
        ))?;
        load.is_refused()?;
        check_health(&site)?;
        postgres.sql(&format!("ALTER ROLE {ROLE} CONNECTION LIMIT -1"))?;
        load.goes_on()
    })?;
    site.stop()
}

/// Cuts connections in the midst of statements and commits, until `times` were cut.
///
/// # Errors
/// As [`read_only`].
pub fn connections_cut(trial: Trial<'_>, postgres: &Postgres, collectors: usize, times: u64) -> Result<()> {
    let proxy = Proxy::start(postgres.port())?;
    let site = Site::start(trial.program, data(&postgres.url_at(proxy.port()), "cut"), collectors, &[])?;
    trial.run(&site, |load| {
        load.reaches(0.1)?;
        proxy.harm(true);
        load.reaches(0.9)?;
        proxy.harm(false);
        let cuts = proxy.cuts();
        ensure!(cuts.all >= times, "only {} connections were cut: send more beacons", cuts.all);
        Ok(())
    })?;
    site.stop()
}
