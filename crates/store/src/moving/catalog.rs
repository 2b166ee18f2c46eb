//! The tables that are there, as the database itself lists them, so that no list of ours must be kept up with the migrations.
use crate::database::{Database, Engine, Error, Result, Type, params};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, by name: engines may have them in different orders.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in order; none if it has no such key.
    pub key: Vec<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Type,
}

impl Table {
    /// The names of the columns, as a statement has them.
    pub fn list(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        names.join(", ")
    }

    /// Where a column is among all.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The column that numbers its rows, if it has one.
    pub fn numbers(&self) -> Option<&str> {
        (self.key == ["id"])
            .then_some("id")
            .filter(|name| self.place(name).is_some_and(|place| self.columns[place].kind == Type::Integer))
    }
}

/// The table in which a server's format stands; SQLite's file has it in its head.
const FORMAT: &str = "whippet_format";

/// Whether there is a table of that name.
pub fn has(database: &dyn Database, name: &str) -> Result<bool> {
    let tables = match database.engine() {
        Engine::Sqlite => SQLITE_TABLES,
        Engine::Postgres => POSTGRES_TABLES,
    };
    Ok(database.query_map(tables, &[], |row| row.get::<String>(0))?.iter().any(|table| table == name))
}

/// All tables of what is kept, by name. One engine may do without the key of a table that the other has.
pub fn tables(database: &dyn Database) -> Result<Vec<Table>> {
    let (tables, columns, keys) = match database.engine() {
        Engine::Sqlite => (SQLITE_TABLES, SQLITE_COLUMNS, SQLITE_KEYS),
        Engine::Postgres => (POSTGRES_TABLES, POSTGRES_COLUMNS, POSTGRES_KEYS),
    };
    let names = database.query_map(tables, &[], |row| row.get::<String>(0))?;
    let mut found = Vec::new();
    for name in names {
        let columns = database.query_map(columns, params![&name], |row| {
            let column: String = row.get(0)?;
            let kind = kind(row.text(1)?)
                .ok_or_else(|| Error::other(format!("{name}.{column} has an unknown type")))?;
            Ok(Column { name: column, kind })
        })?;
        let key = database.query_map(keys, params![&name], |row| row.get(0))?;
        found.push(Table { name, columns, key });
    }
    found.retain(|table| table.name != FORMAT);
    Ok(found)
}

fn kind(name: &str) -> Option<Type> {
    match name.to_ascii_lowercase().as_str() {
        "integer" | "bigint" | "smallint" => Some(Type::Integer),
        "real" | "double precision" => Some(Type::Real),
        "text" => Some(Type::Text),
        "blob" | "bytea" => Some(Type::Blob),
        _ => None,
    }
}

const SQLITE_TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name";
const SQLITE_COLUMNS: &str = "SELECT name, type FROM pragma_table_info(?1) ORDER BY name";
const SQLITE_KEYS: &str = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";

// A partition's rows are seen through its table.
const POSTGRES_TABLES: &str = "SELECT CAST(relname AS TEXT) FROM pg_catalog.pg_class \
    WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition \
    ORDER BY 1";
const POSTGRES_COLUMNS: &str = "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = CAST(?1 AS TEXT) \
    ORDER BY CAST(column_name AS TEXT) COLLATE \"C\"";
const POSTGRES_KEYS: &str = "SELECT CAST(attribute.attname AS TEXT) FROM pg_catalog.pg_index AS index_of \
    JOIN pg_catalog.pg_class AS class ON class.oid = index_of.indrelid \
    JOIN LATERAL unnest(index_of.indkey) WITH ORDINALITY AS part (number, place) ON true \
    JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = part.number \
    WHERE index_of.indisprimary AND class.relnamespace = CAST(current_schema() AS regnamespace) \
      AND class.relname = CAST(?1 AS TEXT) ORDER BY part.place";

#[cfg(test)]
mod tests {
    use super::tables;
    use crate::database::Database;

    #[test]
    fn every_table_is_found_with_its_key() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::schema::migrate(&mut connection).unwrap();
        let database: &dyn Database = &connection;
        let found = tables(database).unwrap();
        let names = found.iter().find(|table| table.name == "names").unwrap();
        assert_eq!((names.key.as_slice(), names.numbers()), (&["id".to_owned()][..], Some("id")));
        let evictions = found.iter().find(|table| table.name == "evictions").unwrap();
        assert_eq!(
            (evictions.key.as_slice(), evictions.numbers()),
            (&["kind".to_owned(), "id".to_owned()][..], None)
        );
        // None is without a key, as none could be copied in portions then.
        let all: i64 = database
            .scalar(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
                &[],
            )
            .unwrap();
        assert_eq!(i64::try_from(found.len()), Ok(all));
    }
}
