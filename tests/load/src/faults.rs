//! What collectors and their database stand on fails while pages send. After each fault every acknowledged beacon must be there,
//! none twice, and the reports are those of a collector that had no trouble.
//!
//! The collectors recover by themselves: nobody starts them anew, but where they were killed.
mod database;
mod failover;
mod file;
mod killing;
mod room;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use crate::client::Client;
use crate::insist::Tally;
use crate::many::Expected;
use crate::site::Site;

pub use database::{connections_cut, connections_exhausted, paused, read_only};
pub use failover::{Failure, taken_over};
pub use file::{Unchangeable, locked, unchangeable};
pub use killing::{collectors_killed, database_killed};
pub use room::{Disk, full_database, full_folder, full_tablespace};

/// How long a beacon may be tried: a database that was killed takes some seconds to start, one that hangs longer to be given up.
const PATIENCE: Duration = Duration::from_secs(180);
const STEP: Duration = Duration::from_millis(5);

/// What is tried, and with what.
#[derive(Clone, Copy)]
pub struct Trial<'a> {
    /// The collector.
    pub program: &'a Path,
    /// The beacons, and what a collector answers that has them.
    pub expected: &'a Expected,
}

impl Trial<'_> {
    /// Sends all beacons while `fault` happens, and checks that all of them are there, once.
    fn run(&self, site: &Site, fault: impl FnOnce(&Load<'_>) -> Result<()>) -> Result<()> {
        let (tally, failed) = (Tally::default(), AtomicBool::new(false));
        let load = Load { tally: &tally, failed: &failed, count: self.expected.given().count };
        thread::scope(|scope| {
            let sender = scope.spawn(|| {
                let sent = self.expected.given().send(site, 0.05, PATIENCE, &tally);
                failed.store(sent.is_err(), Relaxed);
                sent
            });
            let done = fault(&load);
            let sent = sender.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            // What the sender met says more than what the fault waited for in vain.
            sent.and(done)
        })?;
        // New ones know nothing but what the database has.
        for place in 0..site.count() {
            site.restart(place)?;
        }
        self.expected.check_again(site, PATIENCE)
    }
}

/// The beacons that are being sent.
struct Load<'a> {
    tally: &'a Tally,
    failed: &'a AtomicBool,
    count: u64,
}

impl Load<'_> {
    /// Beacons that have been acknowledged.
    fn acknowledged(&self) -> u64 {
        self.tally.acknowledged.load(Relaxed)
    }

    /// Waits until that share of the beacons has been acknowledged.
    fn reaches(&self, share: f64) -> Result<()> {
        self.wait("too few beacons were acknowledged", || {
            self.acknowledged() as f64 >= self.count as f64 * share
        })
    }

    /// Waits until beacons are refused: until senders were told to come again.
    fn is_refused(&self) -> Result<()> {
        let before = self.tally.refused.load(Relaxed);
        self.wait("no beacon was refused", || self.tally.refused.load(Relaxed) > before)
    }

    /// Waits until beacons are acknowledged again.
    fn goes_on(&self) -> Result<()> {
        let before = self.acknowledged();
        // Some may have been on their way.
        let more = (before + 50).min(self.count);
        self.wait("no beacon was acknowledged any more", || self.acknowledged() >= more)
    }

    fn wait(&self, otherwise: &str, done: impl Fn() -> bool) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while !done() {
            if self.failed.load(Relaxed) {
                bail!("the senders gave up");
            }
            ensure!(Instant::now() < until, "{otherwise}; {} were acknowledged", self.acknowledged());
            thread::sleep(STEP);
        }
        Ok(())
    }
}

/// While beacons cannot be stored, the collectors are alive and, once they have noticed, not ready; and the dashboard is told.
/// Returns what each gives as the reason.
fn check_health(site: &Site) -> Result<Vec<String>> {
    (0..site.count()).map(|place| check_one(site, place)).collect()
}

fn check_one(site: &Site, place: usize) -> Result<String> {
    let Some(address) = site.address(place) else { bail!("collector {place} does not run") };
    let ask = |path| Client::new(&address).get(path);
    let until = Instant::now() + PATIENCE;
    loop {
        let alive = ask("/healthz")?.status;
        ensure!(alive == 200, "/healthz says {alive}");
        let ready = ask("/readyz")?;
        let reason = String::from_utf8_lossy(&ready.body).into_owned();
        // Where the database does not answer at all, the status itself cannot be had, and says why.
        let status = ask("/api/status")?;
        let told: Value = serde_json::from_slice(&status.body)?;
        let told = match status.status {
            200 => told["store"]["trouble"].is_string(),
            _ => status.status == 503 && told["error"]["message"].is_string(),
        };
        if ready.status == 503 && told {
            return Ok(reason);
        }
        ensure!(
            Instant::now() < until,
            "/readyz says {}, {reason}; /api/status {}",
            ready.status,
            String::from_utf8_lossy(&status.body)
        );
        thread::sleep(STEP);
    }
}
