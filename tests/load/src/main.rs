//! What `cargo xtask bench collector` runs.
#![allow(clippy::print_stdout, reason = "its results go to the terminal")]
mod flags;
mod long;

use std::env;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use flags::{Load, LoadCmd};
use long::Long;
use whippet_load::send::Connections;
use whippet_load::{bare, bench};
use whippet_test_postgres::Programs;

fn main() -> Result<()> {
    let flags = Load::from_env_or_exit();
    match flags.subcommand {
        LoadCmd::Bare(_) => bare::serve(),
        LoadCmd::Many(flags) => long(flags.beacons.unwrap_or(500_000), flags.only)?.many(),
        LoadCmd::Faults(flags) => long(flags.beacons.unwrap_or(100_000), flags.only)?.faults(),
        LoadCmd::Bench(flags) => bench::run(&bench::Options {
            beacons: flags.beacons.unwrap_or(120_000),
            rounds: flags.rounds.unwrap_or(6).max(1),
            connections: Connections {
                open: flags.connections.unwrap_or(64).max(1),
                each: flags.each.unwrap_or(3).max(1),
            },
            whippet: program("WHIPPET_BINARY", "whippet")?,
            own: env::current_exe()?,
            only: flags.only.unwrap_or_default().to_lowercase(),
            postgres: Programs::find(None),
            folder: folder()?,
            now: now(),
        }),
    }
}

fn long(beacons: u64, only: Option<String>) -> Result<Long> {
    let only = only.unwrap_or_default().to_lowercase();
    Ok(Long { whippet: program("WHIPPET_BINARY", "whippet")?, folder: folder()?, now: now(), beacons, only })
}

/// The program that a variable names, or the one beside this.
fn program(variable: &str, name: &str) -> Result<PathBuf> {
    match env::var_os(variable) {
        Some(path) => Ok(path.into()),
        None => Ok(env::current_exe()?.with_file_name(name)),
    }
}

/// A folder for data, beside the folder of the program: on the same disk as what is built.
fn folder() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).context("this program is in no folder of cargo's")?;
    Ok(target.join("load"))
}

fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    elapsed.as_millis().try_into().unwrap_or(0)
}
