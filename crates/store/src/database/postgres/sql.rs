//! The statements as PostgreSQL wants them.
use std::fmt::Write;

use super::super::{Lookup, Type, Upsert};

/// The statement with `$1` for each `?1`. What stands in quotes and comments stays.
pub fn numbered(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut quote = None;
    let mut rest = sql.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        match quote {
            Some(end) => {
                if character == end {
                    quote = None;
                }
            }
            None => match character {
                '\'' | '"' => quote = Some(character),
                '-' if sql[at..].starts_with("--") => quote = Some('\n'),
                '?' if rest.peek().is_some_and(|(_, next)| next.is_ascii_digit()) => {
                    text.push('$');
                    continue;
                }
                _ => {}
            },
        }
        text.push(character);
    }
    text
}

/// Writes many rows, whose columns are arrays.
pub fn insert(table: &Upsert) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.0).collect();
    format!(
        "INSERT INTO {} ({}) SELECT * FROM unnest({}) {}",
        table.table,
        names.join(", "),
        arrays(table.columns),
        table.conflict
    )
}

/// Writes many rows, and says the first `key` columns of those that were written.
pub fn insert_new(table: &Upsert, key: usize) -> String {
    let names: Vec<_> = table.columns.iter().take(key).map(|column| column.0).collect();
    format!("{} RETURNING {}", insert(table), names.join(", "))
}

/// Reads the rows with one of many keys. The keys' columns are arrays.
pub fn select(table: &Lookup) -> String {
    let names: Vec<_> = table.keys.iter().map(|key| key.0).collect();
    let names = names.join(", ");
    let mut sql = format!(
        "SELECT {} FROM {} JOIN unnest({}) AS wanted ({names}) USING ({names})",
        table.columns,
        table.table,
        arrays(table.keys)
    );
    if table.lock {
        // Whoever locks several rows does so in the same order, so that no two wait for each other.
        let _ = write!(sql, " ORDER BY {names} FOR UPDATE OF {}", table.table);
    }
    sql
}

fn arrays(columns: &[(&str, Type)]) -> String {
    let arrays = columns.iter().zip(1..).map(|((_, ty), number)| {
        let ty = match ty {
            Type::Integer => "bigint",
            Type::Real => "double precision",
            Type::Text => "text",
            Type::Blob => "bytea",
        };
        format!("${number}::{ty}[]")
    });
    arrays.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_renamed_outside_of_quotes() {
        assert_eq!(numbered("SELECT ?1, '?2', \"?3\" || ?12"), "SELECT $1, '?2', \"?3\" || $12");
        assert_eq!(numbered("SELECT 'it''s ?1' -- ?2\n, ?3 ?"), "SELECT 'it''s ?1' -- ?2\n, $3 ?");
    }

    #[test]
    fn many_rows_are_arrays() {
        let table = Upsert {
            table: "t",
            columns: &[("a", Type::Integer), ("b", Type::Blob)],
            conflict: "ON CONFLICT (a) DO NOTHING",
        };
        assert_eq!(
            insert(&table),
            "INSERT INTO t (a, b) SELECT * FROM unnest($1::bigint[], $2::bytea[]) ON CONFLICT (a) DO NOTHING"
        );
        let lookup = Lookup { table: "t", keys: &[("a", Type::Integer)], columns: "b", lock: true };
        assert_eq!(
            select(&lookup),
            "SELECT b FROM t JOIN unnest($1::bigint[]) AS wanted (a) USING (a) ORDER BY a FOR UPDATE OF t"
        );
    }
}
