//! The seam over SQLite.
use std::cmp::Ordering;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value as OwnedValue, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql, Transaction};

use super::param::without_nul;
use super::row::Columns;
use super::{Access, Database, Each, Engine, Error, Lookup, Param, Result, Row, Upsert, Value};

/// Adds the functions of PostgreSQL that SQLite calls otherwise: `least` and `greatest`, which leave out NULL.
///
/// # Errors
/// If a statement of this connection is running.
pub fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("least", -1, flags, |context| best(context, Ordering::Less))?;
    connection.create_scalar_function("greatest", -1, flags, |context| best(context, Ordering::Greater))
}

/// The argument that compares to all others as `wanted`.
fn best(context: &Context<'_>, wanted: Ordering) -> rusqlite::Result<OwnedValue> {
    let mut best = ValueRef::Null;
    for index in 0..context.len() {
        let value = context.get_raw(index);
        if value != ValueRef::Null && (best == ValueRef::Null || compare(value, best) == wanted) {
            best = value;
        }
    }
    best.try_into().map_err(rusqlite::Error::from)
}

fn compare(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    match (left, right) {
        (ValueRef::Integer(left), ValueRef::Integer(right)) => left.cmp(&right),
        (ValueRef::Text(left), ValueRef::Text(right)) => left.cmp(right),
        (left, right) => number(left).total_cmp(&number(right)),
    }
}

fn number(value: ValueRef<'_>) -> f64 {
    match value {
        ValueRef::Integer(value) => value as f64,
        ValueRef::Real(value) => value,
        _ => f64::NAN,
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(value),
            Self::Real(value) => ValueRef::Real(value),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => match without_nul(text) {
                std::borrow::Cow::Borrowed(text) => ValueRef::Text(text.as_bytes()),
                std::borrow::Cow::Owned(text) => return Ok(ToSqlOutput::Owned(OwnedValue::Text(text))),
            },
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

impl Columns for rusqlite::Row<'_> {
    fn value(&self, index: usize) -> Result<Value<'_>> {
        Ok(match self.get_ref(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::Integer(value),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Blob(bytes) => Value::Blob(bytes),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Value::Text(text),
                Err(_) => return Err(Error::other(format!("column {index} holds a text that is no UTF-8"))),
            },
        })
    }
}

fn bind(statement: &mut CachedStatement<'_>, params: &[Param<'_>]) -> Result<()> {
    let expected = statement.parameter_count();
    if expected != params.len() {
        return Err(Error::other(format!(
            "a statement takes {expected} parameters, and got {}",
            params.len()
        )));
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, param)?;
    }
    Ok(())
}

fn run(statement: &mut CachedStatement<'_>, params: &[Param<'_>]) -> Result<usize> {
    bind(statement, params)?;
    Ok(statement.raw_execute()?)
}

fn ask(statement: &mut CachedStatement<'_>, params: &[Param<'_>], each: Each<'_>) -> Result<()> {
    bind(statement, params)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        each(&Row(row))?;
    }
    Ok(())
}

fn insert(table: &Upsert) -> String {
    let columns: Vec<_> = table.columns.iter().map(|column| column.0).collect();
    let values: Vec<_> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
    let (columns, values) = (columns.join(", "), values.join(", "));
    format!("INSERT INTO {} ({columns}) VALUES ({values}) {}", table.table, table.conflict)
}

impl Database for Connection {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        run(&mut self.prepare_cached(sql)?, params)
    }

    fn query(&self, sql: &str, params: &[Param<'_>], each: Each<'_>) -> Result<()> {
        ask(&mut self.prepare_cached(sql)?, params, each)
    }

    fn execute_batch(&self, sql: &str) -> Result<()> {
        Ok(Self::execute_batch(self, sql)?)
    }

    fn execute_many(&self, sql: &str, rows: &[Vec<Param<'_>>]) -> Result<()> {
        let mut statement = self.prepare_cached(sql)?;
        for row in rows {
            run(&mut statement, row)?;
        }
        Ok(())
    }

    fn write_rows(&self, table: &Upsert, rows: &[Vec<Param<'_>>]) -> Result<()> {
        if rows.is_empty() { Ok(()) } else { self.execute_many(&insert(table), rows) }
    }

    fn write_rows_returning(&self, table: &Upsert, rows: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        let mut statement = self.prepare_cached(&insert(table))?;
        for row in rows {
            ask(&mut statement, row, each)?;
        }
        Ok(())
    }

    fn insert_new(&self, table: &Upsert, _: usize, rows: &[Vec<Param<'_>>]) -> Result<Vec<bool>> {
        // Not by `RETURNING`, for which SQLite makes a table that lasts as long as the statement.
        let mut statement = self.prepare_cached(&insert(table))?;
        rows.iter().map(|row| Ok(run(&mut statement, row)? > 0)).collect()
    }

    fn read_rows(&self, table: &Lookup, keys: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        let matches: Vec<_> =
            table.keys.iter().zip(1..).map(|(key, number)| format!("{} = ?{number}", key.0)).collect();
        let sql = format!("SELECT {} FROM {} WHERE {}", table.columns, table.table, matches.join(" AND "));
        let mut statement = self.prepare_cached(&sql)?;
        for key in keys {
            ask(&mut statement, key, each)?;
        }
        Ok(())
    }

    fn begin(&self, access: Access) -> Result<()> {
        Ok(Self::execute_batch(
            self,
            match access {
                Access::Read => "BEGIN",
                Access::Write => "BEGIN IMMEDIATE",
            },
        )?)
    }

    fn commit(&self) -> Result<()> {
        Ok(Self::execute_batch(self, "COMMIT")?)
    }

    fn rollback(&self) {
        // SQLite may have undone it already, for instance where the disk is full.
        if !self.is_autocommit()
            && let Err(error) = Self::execute_batch(self, "ROLLBACK")
        {
            tracing::warn!(%error, "a transaction could not be undone");
        }
    }

    fn sqlite(&self) -> Option<&Connection> {
        Some(self)
    }
}

/// Inside rusqlite's own transactions.
impl Database for Transaction<'_> {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        Database::execute(&**self, sql, params)
    }

    fn query(&self, sql: &str, params: &[Param<'_>], each: Each<'_>) -> Result<()> {
        Database::query(&**self, sql, params, each)
    }

    fn execute_batch(&self, sql: &str) -> Result<()> {
        Database::execute_batch(&**self, sql)
    }

    fn execute_many(&self, sql: &str, rows: &[Vec<Param<'_>>]) -> Result<()> {
        Database::execute_many(&**self, sql, rows)
    }

    fn write_rows(&self, table: &Upsert, rows: &[Vec<Param<'_>>]) -> Result<()> {
        Database::write_rows(&**self, table, rows)
    }

    fn write_rows_returning(&self, table: &Upsert, rows: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        Database::write_rows_returning(&**self, table, rows, each)
    }

    fn insert_new(&self, table: &Upsert, key: usize, rows: &[Vec<Param<'_>>]) -> Result<Vec<bool>> {
        Database::insert_new(&**self, table, key, rows)
    }

    fn read_rows(&self, table: &Lookup, keys: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        Database::read_rows(&**self, table, keys, each)
    }

    fn begin(&self, access: Access) -> Result<()> {
        Database::begin(&**self, access)
    }

    fn commit(&self) -> Result<()> {
        Database::commit(&**self)
    }

    fn rollback(&self) {
        Database::rollback(&**self);
    }

    fn sqlite(&self) -> Option<&Connection> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ErrorKind, Type, params};
    use super::*;

    fn open() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        register_functions(&connection).unwrap();
        connection.execute_batch("CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT, c REAL, d BLOB)").unwrap();
        connection
    }

    const T: Upsert = Upsert {
        table: "t",
        columns: &[("a", Type::Integer), ("b", Type::Text), ("c", Type::Real), ("d", Type::Blob)],
        conflict: "ON CONFLICT (a) DO UPDATE SET b = excluded.b",
    };

    #[test]
    fn values_come_back_as_they_were_and_what_postgresql_does_not_know_is_replaced() {
        let connection = open();
        let database: &dyn Database = &connection;
        let text = "a\0b".to_owned();
        database
            .execute(
                "INSERT INTO t VALUES (?1, ?2, ?3, ?4)",
                params![true, &text, f64::NAN, Some(&b"\0x"[..])],
            )
            .unwrap();
        let row = database.query_one("SELECT a, b, c, d FROM t", &[], |row| {
            assert_eq!(row.text(1)?, "a\u{fffd}b");
            assert_eq!(row.blob(3)?, b"\0x");
            Ok((row.get::<bool>(0)?, row.get::<String>(1)?, row.get::<Option<f64>>(2)?))
        });
        assert_eq!(row.unwrap(), (true, "a\u{fffd}b".to_owned(), None));
        let wrong = database.query_one("SELECT b FROM t", &[], |row| row.get::<i64>(0)).unwrap_err();
        assert_eq!(wrong.to_string(), "column 0 holds a text where i64 is expected");
        assert!(database.execute("DELETE FROM t WHERE a = ?1", &[]).is_err(), "a parameter is missing");
    }

    #[test]
    fn rows_are_written_and_read_together() {
        let connection = open();
        let database: &dyn Database = &connection;
        let row = |a: i64, b: &'static str| vec![a.into(), b.into(), Param::Null, Param::Null];
        database.write_rows(&T, &[row(1, "x"), row(2, "y"), row(3, "z")]).unwrap();
        let mut returned = Vec::new();
        let table = Upsert { conflict: "ON CONFLICT (a) DO NOTHING RETURNING a", ..T };
        let rows = [row(3, "again"), row(4, "w")];
        database
            .write_rows_returning(&table, &rows, &mut |row| {
                returned.push(row.get::<i64>(0)?);
                Ok(())
            })
            .unwrap();
        assert_eq!(returned, [4], "only what is new");
        let lookup = Lookup { table: "t", keys: &[("a", Type::Integer)], columns: "b", lock: true };
        let mut found = Vec::new();
        let keys = [vec![Param::Integer(3)], vec![Param::Integer(9)], vec![Param::Integer(1)]];
        database
            .read_rows(&lookup, &keys, &mut |row| {
                found.push(row.get::<String>(0)?);
                Ok(())
            })
            .unwrap();
        assert_eq!(found, ["z", "x"]);
        assert_eq!(database.scalar::<i64>("SELECT count(*) FROM t", &[]), Ok(4));
        let table = Upsert { conflict: "ON CONFLICT (a) DO NOTHING", ..T };
        let rows = [row(5, "new"), row(4, "again"), row(6, "new")];
        assert_eq!(database.insert_new(&table, 1, &rows).unwrap(), [true, false, true]);
        assert_eq!(database.insert_new(&table, 1, &rows).unwrap(), [false; 3]);
        assert_eq!(database.scalar::<String>("SELECT b FROM t WHERE a = 4", &[]).unwrap(), "w");
    }

    #[test]
    fn a_transaction_that_fails_or_panics_leaves_nothing() {
        let connection = open();
        let database: &dyn Database = &connection;
        let insert = |database: &dyn Database| database.execute("INSERT INTO t (a) VALUES (1)", &[]);
        let failed = database.transaction(Access::Write, |database| {
            insert(database)?;
            Err::<(), _>(Error::new(ErrorKind::Full, "no"))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Full);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            database.transaction(Access::Write, |database| -> Result<()> {
                insert(database)?;
                panic!("on purpose")
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(database.scalar::<i64>("SELECT count(*) FROM t", &[]), Ok(0));
        database.transaction(Access::Write, insert).unwrap();
        assert_eq!(database.scalar::<i64>("SELECT count(*) FROM t", &[]), Ok(1));
    }

    #[test]
    fn least_and_greatest_are_those_of_postgresql() {
        let connection = open();
        let database: &dyn Database = &connection;
        let of = |sql: &str| database.query_one(sql, &[], |row| row.get::<Option<f64>>(0)).unwrap();
        assert_eq!(of("SELECT least(3, 2.5, NULL)"), Some(2.5));
        assert_eq!(of("SELECT greatest(-3, NULL, -2)"), Some(-2.0));
        assert_eq!(of("SELECT greatest(NULL, NULL)"), None);
        let big: i64 = database.scalar("SELECT greatest(9007199254740993, 9007199254740992)", &[]).unwrap();
        assert_eq!(big, 9_007_199_254_740_993, "integers stay exact");
        let text: String = database.scalar("SELECT least('b', 'a')", &[]).unwrap();
        assert_eq!(text, "a");
    }
}
