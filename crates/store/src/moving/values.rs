//! Values that are more to us than bytes: cells.
use super::catalog::Table;
use super::merged::Merged;
use crate::cells::{Level, Section};
use crate::database::{Result, Row};

/// Reads the cells of a table.
pub struct Reader {
    section: usize,
    value: usize,
}

/// How the values of a table are read, if they are cells.
pub fn reader(table: &Table) -> Option<Reader> {
    let is_cells = Level::ALL.into_iter().any(|level| level.table() == table.name);
    let (section, value) = table.place("section").zip(table.place("value")).filter(|_| is_cells)?;
    Some(Reader { section, value })
}

impl Reader {
    /// Whether the value of this row can be read.
    pub fn is_readable(&self, row: &Row<'_>) -> Result<bool> {
        let section = Section::from_number(row.get(self.section)?);
        Ok(match section {
            Some(section) => Merged::new(section).add(row.blob(self.value)?),
            // A newer version may have written it.
            None => true,
        })
    }
}
