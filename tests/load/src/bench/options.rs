//! What is measured.
use std::path::PathBuf;

use whippet_test_postgres::Programs;

use crate::send::Connections;

/// How much is measured, and of which programs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The beacons that each of them gets, the first round's aside.
    pub beacons: u64,
    /// How many turns each has, after a first one that does not count.
    pub rounds: u64,
    /// How the beacons come.
    pub connections: Connections,
    /// The collector.
    pub whippet: PathBuf,
    /// This program, which serves the bare handler.
    pub own: PathBuf,
    /// Only stores whose name has this in it.
    pub only: String,
    /// PostgreSQL, where it is there.
    pub postgres: Option<Programs>,
    /// Where data is kept meanwhile; it is emptied.
    pub folder: PathBuf,
    /// What the devices' clocks say, ms since the epoch.
    pub now: i64,
}
