//! Values that are more to us than bytes, by table and column.
use whippet_engine::stats::StoredHistogram;

use super::catalog::Table;
use crate::database::{Result, Row, Type, Value};

/// Reads one column of a table.
pub struct Reader {
    place: usize,
}

/// How the blobs of a table are read.
pub fn readers(table: &Table) -> Vec<Reader> {
    let blobs = table
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.kind == Type::Blob && column.name == "histogram");
    blobs.map(|(place, _)| Reader { place }).collect()
}

impl Reader {
    /// Whether the value of this row can be read.
    pub fn is_readable(&self, row: &Row<'_>) -> Result<bool> {
        Ok(match row.value(self.place)? {
            Value::Blob(bytes) => StoredHistogram::from_bytes(bytes).is_ok(),
            _ => false,
        })
    }
}
