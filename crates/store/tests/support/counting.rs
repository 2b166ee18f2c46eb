//! A database that counts the rows that it answers with.
use std::cell::Cell;

use whippet_store::database::{Access, Database, Each, Engine, Lookup, Param, Result, Upsert};

/// Counts what is read of another database.
pub struct Counting<'a> {
    inner: &'a dyn Database,
    rows: Cell<usize>,
}

impl<'a> Counting<'a> {
    /// Nothing was read yet.
    pub fn new(inner: &'a dyn Database) -> Self {
        Self { inner, rows: Cell::new(0) }
    }

    /// How many rows were read since this was last called.
    pub fn take(&self) -> usize {
        self.rows.take()
    }
}

impl Database for Counting<'_> {
    fn engine(&self) -> Engine {
        self.inner.engine()
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        self.inner.execute(sql, params)
    }

    fn query(&self, sql: &str, params: &[Param<'_>], each: Each<'_>) -> Result<()> {
        self.inner.query(sql, params, &mut |row| {
            self.rows.set(self.rows.get() + 1);
            each(row)
        })
    }

    fn execute_batch(&self, sql: &str) -> Result<()> {
        self.inner.execute_batch(sql)
    }

    fn execute_many(&self, sql: &str, rows: &[Vec<Param<'_>>]) -> Result<()> {
        self.inner.execute_many(sql, rows)
    }

    fn write_rows(&self, table: &Upsert, rows: &[Vec<Param<'_>>]) -> Result<()> {
        self.inner.write_rows(table, rows)
    }

    fn write_rows_returning(&self, table: &Upsert, rows: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        self.inner.write_rows_returning(table, rows, each)
    }

    fn insert_new(&self, table: &Upsert, key: usize, rows: &[Vec<Param<'_>>]) -> Result<Vec<bool>> {
        self.inner.insert_new(table, key, rows)
    }

    fn read_rows(&self, table: &Lookup, keys: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        self.inner.read_rows(table, keys, &mut |row| {
            self.rows.set(self.rows.get() + 1);
            each(row)
        })
    }

    fn begin(&self, access: Access) -> Result<()> {
        self.inner.begin(access)
    }

    fn commit(&self) -> Result<()> {
        self.inner.commit()
    }

    fn rollback(&self) {
        self.inner.rollback();
    }

    fn sqlite(&self) -> Option<&rusqlite::Connection> {
        self.inner.sqlite()
    }
}
