//! The result: a column per subject.
use std::fmt;

use anyhow::Result;

use super::round::{Round, median};
use super::subject::{Disk, Subject};

/// Medians of all turns.
pub struct Table {
    /// How long the servers ran under load, the others' turns included.
    minutes: f64,
    columns: Vec<Column>,
}

struct Column {
    name: &'static str,
    round: Round,
    /// The median of the ratios within a turn, so that slow minutes of the machine cancel out.
    ratio: f64,
    beacons: u64,
    disk: Disk,
}

impl Table {
    /// Ends the servers, and puts together what was measured; each has got `beacons` of them.
    pub fn new(subjects: &mut [Subject], rounds: &[Vec<Round>], beacons: u64, minutes: f64) -> Result<Self> {
        let mut columns = Vec::new();
        for (subject, own) in subjects.iter_mut().zip(rounds) {
            let of = |value: fn(&Round) -> f64| median(own.iter().map(value).collect());
            let database: Vec<f64> = own.iter().filter_map(|round| round.database_cpu).collect();
            let bare = rounds.first().into_iter().flatten();
            columns.push(Column {
                name: subject.name,
                round: Round {
                    rate: of(|round| round.rate),
                    p50: of(|round| round.p50),
                    p99: of(|round| round.p99),
                    cpu: of(|round| round.cpu),
                    database_cpu: (!database.is_empty()).then(|| median(database)),
                    memory: own.last().map(|round| round.memory).unwrap_or_default(),
                },
                ratio: median(own.iter().zip(bare).map(|(own, bare)| own.cpu / bare.cpu).collect()),
                beacons,
                disk: subject.end()?,
            });
        }
        Ok(Self { minutes, columns })
    }

    /// How many times the bare handler's CPU a beacon takes.
    pub fn ratio(&self, name: &str) -> Option<f64> {
        self.columns.iter().find(|column| column.name == name).map(|column| column.ratio)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, cell: &dyn Fn(&Column) -> String| {
            write!(f, "{name:<36}")?;
            for column in &self.columns {
                write!(f, "{:>16}", cell(column))?;
            }
            writeln!(f)
        };
        row(f, "", &|column| column.name.to_owned())?;
        row(f, "acknowledged beacons per s", &|column| format!("{:.0}", column.round.rate))?;
        row(f, "answer, p50, ms", &|column| format!("{:.1}", column.round.p50))?;
        row(f, "answer, p99, ms", &|column| format!("{:.1}", column.round.p99))?;
        row(f, "CPU per beacon, µs", &|column| format!("{:.1}", column.round.cpu))?;
        row(f, "  in the bare handler's", &|column| format!("{:.2}", column.ratio))?;
        row(f, "CPU of the database per beacon, µs", &|column| {
            column.round.database_cpu.map_or_else(String::new, |cpu| format!("{cpu:.1}"))
        })?;
        row(f, "peak memory, MB", &|column| format!("{:.0}", column.round.memory.peak as f64 / 1e6))?;
        row(f, "on disk per million beacons, MB", &|column| match column.disk.bytes {
            0 => String::new(),
            bytes => format!("{:.0}", bytes as f64 / column.beacons as f64),
        })?;
        row(f, "connections to the database", &|column| {
            column.disk.connections.map_or_else(String::new, |connections| connections.to_string())
        })?;
        for column in self.columns.iter().filter(|column| !column.disk.tables.is_empty()) {
            writeln!(
                f,
                "\n{}, after {} beacons in {:.1} minutes:",
                column.name, column.beacons, self.minutes
            )?;
            writeln!(f, "  {:<22}{:>12}{:>10}", "table", "rows", "MB")?;
            for table in column.disk.tables.iter().take(8) {
                writeln!(f, "  {:<22}{:>12}{:>10.1}", table.name, table.rows, table.bytes as f64 / 1e6)?;
            }
        }
        for column in self.columns.iter().skip(1) {
            write!(f, "\n{}", sums(column))?;
        }
        Ok(())
    }
}

/// What 10 million page views an hour take, by these figures: with all beacons, three a page view.
fn sums(column: &Column) -> String {
    const PER_HOUR: f64 = 30e6;
    let (per_second, round) = (PER_HOUR / 3600.0, &column.round);
    let busy = |micros: f64| per_second * micros / 1e6;
    // At half of what a collector can do, it has room for the day's peak, and for another's share.
    let collectors = (per_second / (round.rate / 2.0)).ceil();
    let mut text = format!(
        "10 million page views an hour on {}: {per_second:.0} beacons a second, {:.1} cores of collectors; {collectors:.0} collectors at half the rate above",
        column.name,
        busy(round.cpu)
    );
    if let (Some(database), Some(connections)) = (round.database_cpu, column.disk.connections) {
        let all = connections as f64 * collectors;
        text += &format!("; {:.1} cores of the database; {all:.0} connections", busy(database));
    }
    text += "\n";
    text
}
