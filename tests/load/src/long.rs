//! The long forms of the comparison and of the faults, which tests run in short.
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use whippet_load::beacons::Beacons;
use whippet_load::faults::{self, Disk, Failure, Trial};
use whippet_load::many::{self, Expected, Given};
use whippet_load::server::Data;
use whippet_test_postgres::{Programs, Server as Postgres, Settings};

/// Connections that send.
const CONNECTIONS: usize = 32;
/// Processes that are killed, and a database that is.
const COLLECTOR_KILLS: u64 = 100;
const DATABASE_KILLS: u64 = 20;
const CUTS: u64 = 50;
const PAUSE: Duration = Duration::from_secs(30);

/// What all of it needs.
pub struct Long {
    pub whippet: PathBuf,
    pub folder: PathBuf,
    pub now: i64,
    pub beacons: u64,
    /// Only what has this in its name.
    pub only: String,
}

impl Long {
    fn expected(&self) -> Result<Expected> {
        let beacons = Beacons { seed: 2, start: self.now, open: 2000 };
        let given = Given { beacons, count: self.beacons, connections: CONNECTIONS };
        fs::create_dir_all(&self.folder)?;
        let started = Instant::now();
        let expected = Expected::of(&self.whippet, &self.folder.join("expected"), given)?;
        println!("{} beacons to one collector on SQLite: {:.0?}", self.beacons, started.elapsed());
        Ok(expected)
    }

    /// Compares one, two and four collectors.
    pub fn many(&self) -> Result<()> {
        let expected = self.expected()?;
        let postgres = self.postgres()?;
        for collectors in [1, 2, 4].into_iter().filter(|count: &usize| count.to_string().contains(&self.only))
        {
            let started = Instant::now();
            let url = format!("{}?schema=many_{collectors}", postgres.url());
            many::compare(&self.whippet, Data::Url(url), collectors, &expected)?;
            println!(
                "{collectors} on PostgreSQL: every count and every figure is the same ({:.0?})",
                started.elapsed()
            );
        }
        Ok(())
    }

    /// Each fault by itself, on a store of its own.
    pub fn faults(&self) -> Result<()> {
        let expected = self.expected()?;
        let trial = Trial { program: &self.whippet, expected: &expected };
        self.one("full folder of SQLite", || {
            let Some(disk) = Disk::new(&self.folder.join("disk"), 60) else { return Ok(false) };
            faults::full_folder(trial, &disk).map(|()| true)
        })?;
        self.one("read-only file of SQLite", || {
            let folder = self.folder.join("unchangeable");
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            faults::unchangeable(trial, &folder)
        })?;
        self.one("full disk of PostgreSQL", || {
            let Some(disk) = Disk::new(&self.folder.join("database-disk"), 400) else { return Ok(false) };
            faults::full_database(trial, programs()?, &disk, 2).map(|()| true)
        })?;
        let with = |run: &dyn Fn(&mut Postgres) -> Result<()>| run(&mut self.postgres()?).map(|()| true);
        self.one("collectors killed", || {
            with(&|postgres| faults::collectors_killed(trial, Data::Url(postgres.url()), 4, COLLECTOR_KILLS))
        })?;
        self.one("PostgreSQL killed", || {
            with(&|postgres| faults::database_killed(trial, postgres, 2, DATABASE_KILLS))
        })?;
        self.one("PostgreSQL paused", || with(&|postgres| faults::paused(trial, postgres, 2, PAUSE)))?;
        self.one("PostgreSQL read-only", || with(&|postgres| faults::read_only(trial, postgres, 2)))?;
        self.one("connections exhausted", || {
            with(&|postgres| faults::connections_exhausted(trial, postgres, 2))
        })?;
        self.one("full tablespace of PostgreSQL", || {
            let Some(disk) = Disk::new(&self.folder.join("tablespace"), 200) else { return Ok(false) };
            with(&|postgres| faults::full_tablespace(trial, postgres, &disk, 2))
        })?;
        for (name, failure) in
            [("failover", Failure::Killed), ("failover from a machine that hangs", Failure::Hangs)]
        {
            self.one(name, || {
                let folder = self.folder.join("failover");
                faults::taken_over(trial, programs()?, &folder, 2, failure).map(|()| true)
            })?;
        }
        self.one("connections cut", || with(&|postgres| faults::connections_cut(trial, postgres, 2, CUTS)))
    }

    fn one(&self, name: &str, run: impl FnOnce() -> Result<bool>) -> Result<()> {
        if !name.to_lowercase().contains(&self.only) {
            return Ok(());
        }
        let started = Instant::now();
        if run().with_context(|| name.to_owned())? {
            println!("{name}: all that was acknowledged is there, once ({:.0?})", started.elapsed());
        } else {
            println!("{name}: left out: it takes root, and a file system that can do it");
        }
        Ok(())
    }

    fn postgres(&self) -> Result<Postgres> {
        Ok(Postgres::create(programs()?, &self.folder.join("postgres"), Settings::default())?)
    }
}

fn programs() -> Result<Programs> {
    let Some(programs) = Programs::find(None) else {
        bail!("there is no PostgreSQL: apt-get install postgresql");
    };
    Ok(programs)
}
