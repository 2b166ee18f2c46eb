//! The result: a column per subject.
use std::fmt;

use anyhow::Result;

use super::round::{Round, median};
use super::subject::{Disk, Subject};

/// Medians of all turns.
pub struct Table {
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
    pub fn new(subjects: &mut [Subject], rounds: &[Vec<Round>], beacons: u64) -> Result<Self> {
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
        Ok(Self { columns })
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
        for column in self.columns.iter().filter(|column| !column.disk.rows.is_empty()) {
            writeln!(f, "\nrows after {} beacons, {}:", column.beacons, column.name)?;
            for (table, rows) in column.disk.rows.iter().take(12) {
                writeln!(f, "  {table:<34}{rows:>16}")?;
            }
        }
        Ok(())
    }
}
