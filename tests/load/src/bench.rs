//! What a beacon costs: the bare handler, a collector on SQLite and one on PostgreSQL take turns, so that whatever else the
//! machine does hits all of them.
mod options;
mod round;
mod subject;
mod table;

use anyhow::{Result, bail};

pub use options::Options;
use round::Round;
use subject::Subject;

use crate::beacons::Beacons;

/// The most CPU that a beacon may take on SQLite, in those of the bare handler's.
const MOST: f64 = 2.5;

/// The most memory at the end, in those of the first round, where enough beacons were sent to tell.
const MOST_GROWTH: f64 = 1.5;
/// From how many beacons on memory is judged.
const MANY: u64 = 1_000_000;

/// Measures, prints the table, and fails where SQLite is over its limit.
///
/// # Errors
/// Where a server does not run, a beacon is not acknowledged, or a limit is exceeded.
#[allow(clippy::print_stdout, reason = "the table is its result")]
pub fn run(options: &Options) -> Result<()> {
    let mut subjects = Subject::all(options)?;
    let each = options.beacons.div_ceil(options.rounds);
    println!(
        "{} connections at a time, each brings {} beacons, the next when it has its answer; {each} beacons a turn, medians of {} turns",
        options.connections.open, options.connections.each, options.rounds
    );
    let mut rounds: Vec<Vec<Round>> = subjects.iter().map(|_| Vec::new()).collect();
    for number in 0..=options.rounds {
        let beacons = Beacons { seed: 1, start: options.now, open: 2000 };
        for (subject, rounds) in subjects.iter().zip(&mut rounds) {
            let round = subject.measure(beacons, number * each..(number + 1) * each, options.connections)?;
            println!("  {number}: {}: {round}", subject.name);
            // Everything is new in the first one.
            if number > 0 {
                rounds.push(round);
            }
        }
    }
    let total = each * (options.rounds + 1);
    let table = table::Table::new(&mut subjects, &rounds, total)?;
    println!("\n{table}");
    judge(&table, &rounds, options.beacons)
}

fn judge(table: &table::Table, rounds: &[Vec<Round>], beacons: u64) -> Result<()> {
    if let Some(ratio) = table.ratio("SQLite")
        && ratio > MOST
    {
        bail!("a beacon takes {ratio:.2} times the bare handler's CPU on SQLite; it may take {MOST}");
    }
    for rounds in rounds.iter().filter(|_| beacons >= MANY) {
        let memory = |round: Option<&Round>| round.map_or(0, |round| round.memory.now) as f64;
        let growth = memory(rounds.last()) / memory(rounds.first()).max(1.0);
        if growth > MOST_GROWTH {
            bail!("memory grew {growth:.2} times from the first round to the last");
        }
    }
    Ok(())
}
