//! What is measured: a server, and the database behind it.
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use whippet_test_postgres::{Server as Postgres, Settings};

use super::options::Options;
use super::round::Round;
use crate::beacons::Beacons;
use crate::process;
use crate::send::{Connections, send};
use crate::server::{Data, Server};

/// One of those that take turns.
pub struct Subject {
    /// What it is called in the table.
    pub name: &'static str,
    server: Option<Server>,
    folder: Option<PathBuf>,
    postgres: Option<Postgres>,
}

/// What a store takes.
#[derive(Debug, Default)]
pub struct Disk {
    /// Bytes of the data.
    pub bytes: u64,
    /// Rows by table, where the database tells.
    pub rows: Vec<(String, u64)>,
    /// Connections to the database.
    pub connections: Option<u64>,
}

impl Subject {
    /// Starts all of them.
    pub fn all(options: &Options) -> Result<Vec<Self>> {
        let mut bare = Command::new(&options.own);
        bare.arg("bare");
        let bare = Server::start(bare)?;
        let mut subjects =
            vec![Self { name: "bare handler", server: Some(bare), folder: None, postgres: None }];
        if options.folder.exists() {
            fs::remove_dir_all(&options.folder)?;
        }
        if "sqlite".contains(&options.only) {
            let folder = options.folder.join("sqlite");
            fs::create_dir_all(&folder)?;
            let server = Server::collector(&options.whippet, &Data::Folder(folder.clone()), &[])?;
            let name = "SQLite";
            subjects.push(Self { name, server: Some(server), folder: Some(folder), postgres: None });
        }
        if let Some(programs) = options.postgres.as_ref().filter(|_| "postgresql".contains(&options.only)) {
            let settings = Settings { durable: true, ..Settings::default() };
            let postgres = Postgres::create(programs.clone(), &options.folder.join("postgres"), settings)?;
            let server = Server::collector(&options.whippet, &Data::Url(postgres.url()), &[])?;
            subjects.push(Self {
                name: "PostgreSQL",
                server: Some(server),
                folder: None,
                postgres: Some(postgres),
            });
        }
        Ok(subjects)
    }

    /// Sends these beacons, and measures.
    pub fn measure(&self, beacons: Beacons, numbers: Range<u64>, connections: Connections) -> Result<Round> {
        let Some(server) = &self.server else { bail!("{} has ended", self.name) };
        let count = numbers.end - numbers.start;
        let before = (process::cpu(server.pid())?, self.database_cpu()?);
        let sent = send(&server.address, beacons, numbers, connections);
        if sent.acknowledged != count {
            bail!(
                "{}: {} of {count} beacons were not acknowledged: {}",
                self.name,
                sent.failed,
                server.log()
            );
        }
        let after = (process::cpu(server.pid())?, self.database_cpu()?);
        let micros = |before: Duration, after: Duration| (after - before).as_secs_f64() * 1e6 / count as f64;
        Ok(Round {
            rate: count as f64 / sent.took.as_secs_f64(),
            p50: sent.latency(0.5),
            p99: sent.latency(0.99),
            cpu: micros(before.0, after.0),
            database_cpu: before.1.zip(after.1).map(|(before, after)| micros(before, after)),
            memory: process::memory(server.pid())?,
        })
    }

    /// That of all processes of the database server, those included that have ended.
    fn database_cpu(&self) -> Result<Option<Duration>> {
        let Some(postgres) = &self.postgres else { return Ok(None) };
        let pids = postgres.pids();
        let mut sum = Duration::ZERO;
        for (index, pid) in pids.iter().enumerate() {
            // A process may end meanwhile: then its parent has its time.
            let used = if index == 0 {
                process::cpu_with_children(*pid)?
            } else {
                process::cpu(*pid).unwrap_or_default()
            };
            sum += used;
        }
        Ok(Some(sum))
    }

    /// Ends the server in order, and says what its data takes.
    pub fn end(&mut self) -> Result<Disk> {
        let mut disk = Disk::default();
        if let Some(postgres) = &self.postgres {
            let text =
                postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")?;
            // That one is psql's own.
            disk.connections = text.parse::<u64>().ok().map(|count| count.saturating_sub(1));
        }
        match self.server.take() {
            // The bare one has nothing to write down.
            Some(server) if self.folder.is_some() || self.postgres.is_some() => server.stop()?,
            server => drop(server),
        }
        if let Some(folder) = &self.folder {
            disk.bytes = size(folder)?;
        }
        if let Some(postgres) = &self.postgres {
            postgres.sql("ANALYZE")?;
            postgres.sql("CHECKPOINT")?;
            disk.bytes = postgres.sql("SELECT pg_database_size(current_database())")?.parse()?;
            let rows = "SELECT split_part(relid::regclass::text, '_p', 1), sum(n_live_tup) FROM pg_stat_user_tables GROUP BY 1 HAVING sum(n_live_tup) > 0 ORDER BY 2 DESC";
            for line in postgres.sql(rows)?.lines() {
                if let Some((table, rows)) = line.split_once('|') {
                    disk.rows.push((table.to_owned(), rows.parse().unwrap_or(0)));
                }
            }
        }
        Ok(disk)
    }
}

fn size(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum += if metadata.is_dir() { size(&entry.path())? } else { metadata.len() };
    }
    Ok(sum)
}
