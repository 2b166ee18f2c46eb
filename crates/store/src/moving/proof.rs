//! The proof that two databases hold the same: every row of both is read, and all cells are merged.
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::catalog::Table;
use super::merged::Merged;
use super::step::{Step, Watch};
use crate::cells::{Level, Section};
use crate::database::{Database, Result, Row, Type, Value};

/// What was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// By table.
    pub tables: Vec<Compared>,
    /// By level and section of cells.
    pub cells: Vec<Compared>,
}

/// One thing on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What it is.
    pub what: String,
    /// How many rows or cells the source has.
    pub source: u64,
    /// How many the destination has.
    pub target: u64,
    /// Whether all of both is the same.
    pub same: bool,
}

impl Proof {
    /// What is not the same, in words.
    pub fn differences(&self) -> Vec<String> {
        self.tables
            .iter()
            .chain(&self.cells)
            .filter(|compared| !compared.same)
            .map(|Compared { what, source, target, .. }| match source == target {
                true => format!("{what}: {source} on both sides, with other values"),
                false => format!("{what}: {source} in the source, {target} in the destination"),
            })
            .collect()
    }
}

/// What one side has of a table.
#[derive(Default, PartialEq)]
struct Side {
    rows: u64,
    /// The sum of all rows' hashes, which does not depend on their order: engines sort texts differently.
    hash: u128,
    cells: BTreeMap<i64, (u64, Option<Merged>)>,
}

/// Reads both sides. `all` is how many rows each should have.
pub fn compare(
    source: &dyn Database,
    target: &dyn Database,
    tables: &[Table],
    all: u64,
    watch: Watch<'_>,
) -> Result<Proof> {
    let mut proof = Proof::default();
    let mut seen = 0;
    for table in tables {
        watch(Step::Proving(&table.name, seen, all));
        let (one, other) = (side(source, table)?, side(target, table)?);
        seen += one.rows;
        let same = one.rows == other.rows && one.hash == other.hash;
        proof.tables.push(Compared { what: table.name.clone(), source: one.rows, target: other.rows, same });
        let sections: Vec<i64> = one.cells.keys().chain(other.cells.keys()).copied().collect();
        for section in std::collections::BTreeSet::from_iter(sections) {
            let (left, right) = (one.cells.get(&section), other.cells.get(&section));
            let name = match Section::from_number(section) {
                Some(section) => format!("{section:?}"),
                None => format!("section {section}"),
            };
            proof.cells.push(Compared {
                what: format!("{}, {name}, merged", table.name),
                source: left.map_or(0, |(count, _)| *count),
                target: right.map_or(0, |(count, _)| *count),
                // As bytes: what cannot be told apart when it is read is the same.
                same: bytes(left) == bytes(right),
            });
        }
        watch(Step::Proving(&table.name, seen, all));
    }
    Ok(proof)
}

fn bytes(side: Option<&(u64, Option<Merged>)>) -> Option<(u64, Option<Vec<u8>>)> {
    side.map(|(count, merged)| (*count, merged.as_ref().map(Merged::bytes)))
}

fn side(database: &dyn Database, table: &Table) -> Result<Side> {
    let mut side = Side::default();
    let level = Level::ALL.into_iter().find(|level| level.table() == table.name);
    let places = level.and(table.place("section").zip(table.place("value")));
    // Sums of fractions depend on the order of what is added.
    let order = if places.is_some() { format!(" ORDER BY {}", table.key.join(", ")) } else { String::new() };
    let sql = format!("SELECT {} FROM {}{order}", table.list(), table.name);
    database.query(&sql, &[], &mut |row| {
        side.rows += 1;
        side.hash = side.hash.wrapping_add(hash(row, table)?);
        if let Some((section, value)) = places {
            let section = row.get(section)?;
            let (count, merged) = side
                .cells
                .entry(section)
                .or_insert_with(|| (0, Section::from_number(section).map(Merged::new)));
            *count += 1;
            if let Some(merged) = merged {
                merged.add(row.blob(value)?);
            }
        }
        Ok(())
    })?;
    Ok(side)
}

fn hash(row: &Row<'_>, table: &Table) -> Result<u128> {
    let mut halves = [DefaultHasher::new(), DefaultHasher::new()];
    halves[1].write_u8(1);
    for (place, column) in table.columns.iter().enumerate() {
        let value = row.value(place)?;
        for half in &mut halves {
            match value {
                Value::Null => half.write_u8(0),
                Value::Integer(value) if column.kind == Type::Real => (value as f64).to_bits().hash(half),
                Value::Integer(value) => value.hash(half),
                Value::Real(value) => value.to_bits().hash(half),
                Value::Text(text) => text.replace('\0', "\u{fffd}").hash(half),
                Value::Blob(bytes) => bytes.hash(half),
            }
        }
    }
    Ok(u128::from(halves[0].finish()) << 64 | u128::from(halves[1].finish()))
}
