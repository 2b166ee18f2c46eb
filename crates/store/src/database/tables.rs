//! Many rows in one statement: what is written, and what is looked up.

/// The type of a column that many rows bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A whole number of 64 bits.
    Integer,
    /// A floating-point number of 64 bits.
    Real,
    /// A text.
    Text,
    /// Bytes.
    Blob,
}

/// How many rows are written at once. PostgreSQL refuses a statement that changes a row twice: keys must differ.
#[derive(Debug)]
pub struct Upsert {
    /// The table.
    pub table: &'static str,
    /// The columns that a row brings, in order.
    pub columns: &'static [(&'static str, Type)],
    /// What follows the values: `ON CONFLICT (a, b) DO UPDATE SET x = excluded.x`, and `RETURNING …` for
    /// [`super::Database::write_rows_returning`]. Empty for a plain insert.
    pub conflict: &'static str,
}

/// How rows are looked up by many keys at once.
#[derive(Debug)]
pub struct Lookup {
    /// The table.
    pub table: &'static str,
    /// The columns of the key, in order. They should be those of an index.
    pub keys: &'static [(&'static str, Type)],
    /// What is read of each row: `app, view, measures`.
    pub columns: &'static str,
    /// Whether the rows are locked until the end of the transaction, in the order of their keys. SQLite has one writer, and
    /// locks nothing.
    pub lock: bool,
}
