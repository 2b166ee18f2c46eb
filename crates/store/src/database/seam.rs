//! What a session with a database can do, whichever engine it is.
use super::error::{Error, Result};
use super::param::Param;
use super::row::{FromValue, Row};
use super::tables::{Lookup, Upsert};

/// Which engine it is, for the few places where what is right differs: pragmas, partitions, locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded.
    Sqlite,
    /// A server that speaks PostgreSQL's protocol.
    Postgres,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It reads, and sees the data as of its beginning.
    Read,
    /// It writes. On SQLite it holds the only write lock from its beginning.
    Write,
}

/// How rows are locked until the end of the transaction. SQLite has one writer, and locks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Others may read them so, too, and nobody may change them.
    Share,
    /// Nobody else may lock or change them.
    Update,
}

/// What a row is handed to.
pub type Each<'a> = &'a mut dyn FnMut(&Row<'_>) -> Result<()>;

/// One session with a database. Functions of the store get it inside a transaction that their caller began.
///
/// Helpers that return values ([`query_map`](#method.query_map), [`scalar`](#method.scalar)) are methods of
/// `dyn Database`.
pub trait Database {
    /// Which engine it is.
    fn engine(&self) -> Engine;

    /// Runs a statement, and returns how many rows it changed.
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize>;

    /// Runs a statement, and hands each row of its answer to `each`.
    fn query(&self, sql: &str, params: &[Param<'_>], each: Each<'_>) -> Result<()>;

    /// Runs statements without parameters, separated by semicolons.
    fn execute_batch(&self, sql: &str) -> Result<()>;

    /// Runs one statement for each list of parameters. On a server they go out together, and what goes wrong is said by the
    /// next question or by the commit.
    fn execute_many(&self, sql: &str, rows: &[Vec<Param<'_>>]) -> Result<()>;

    /// Writes many rows of one table. On a server that is one statement, and what goes wrong is said by the next question or
    /// by the commit.
    fn write_rows(&self, table: &Upsert, rows: &[Vec<Param<'_>>]) -> Result<()>;

    /// The same where [`Upsert::conflict`] ends with `RETURNING`: hands each row that was written to `each`, in any order.
    fn write_rows_returning(&self, table: &Upsert, rows: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()>;

    /// Writes the rows that are not there yet, where [`Upsert::conflict`] ends with `DO NOTHING`. Says of each row whether it was
    /// written. The first `key` columns tell rows apart.
    fn insert_new(&self, table: &Upsert, key: usize, rows: &[Vec<Param<'_>>]) -> Result<Vec<bool>>;

    /// Reads the rows with one of the `keys`, in any order. On a server that is one statement.
    fn read_rows(&self, table: &Lookup, keys: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()>;

    /// Begins a transaction. Prefer [`transaction`](#method.transaction).
    fn begin(&self, access: Access) -> Result<()>;

    /// Ends a transaction. If this fails, nothing may be taken for written.
    fn commit(&self) -> Result<()>;

    /// Undoes the transaction, if there is one.
    fn rollback(&self);

    /// SQLite's own connection, for what only SQLite has.
    fn sqlite(&self) -> Option<&rusqlite::Connection>;
}

impl dyn Database + '_ {
    /// Runs `work` in a transaction, which is undone if it fails.
    pub fn transaction<T>(&self, access: Access, work: impl FnOnce(&dyn Database) -> Result<T>) -> Result<T> {
        // Also where `work` panics.
        struct Undo<'a>(Option<&'a dyn Database>);
        impl Drop for Undo<'_> {
            fn drop(&mut self) {
                if let Some(database) = self.0 {
                    database.rollback();
                }
            }
        }
        self.begin(access)?;
        let mut undo = Undo(Some(self));
        let done = work(self)?;
        self.commit()?;
        undo.0 = None;
        Ok(done)
    }

    /// All rows, each turned into a value.
    pub fn query_map<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut values = Vec::new();
        self.query(sql, params, &mut |row| {
            values.push(map(row)?);
            Ok(())
        })?;
        Ok(values)
    }

    /// All rows, which are locked.
    pub fn query_locked<T>(
        &self,
        lock: Lock,
        sql: &str,
        params: &[Param<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match (self.engine(), lock) {
            (Engine::Sqlite, _) => self.query_map(sql, params, map),
            (Engine::Postgres, Lock::Share) => self.query_map(&format!("{sql} FOR SHARE"), params, map),
            (Engine::Postgres, Lock::Update) => self.query_map(&format!("{sql} FOR UPDATE"), params, map),
        }
    }

    /// The first row, if there is one.
    pub fn query_optional<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut first = None;
        self.query(sql, params, &mut |row| {
            if first.is_none() {
                first = Some(map(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// The first row.
    ///
    /// # Errors
    /// If there is none.
    pub fn query_one<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.query_optional(sql, params, map)?
            .ok_or_else(|| Error::other("the database answered with no row"))
    }

    /// The first column of the first row.
    ///
    /// # Errors
    /// If there is no row.
    pub fn scalar<T: FromValue>(&self, sql: &str, params: &[Param<'_>]) -> Result<T> {
        self.query_one(sql, params, |row| row.get(0))
    }
}
