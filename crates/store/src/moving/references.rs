//! Which columns hold numbers of rows of other tables. 0 stands for none.

/// The table, its column, and the table whose `id` it holds.
pub const REFERENCES: &[(&str, &str, &str)] = &[
    ("names", "parent", "names"),
    ("views", "app", "names"),
    ("views", "page", "names"),
    ("cells_minute", "app", "names"),
    ("cells_minute", "page", "names"),
    ("cells_hour", "app", "names"),
    ("cells_hour", "page", "names"),
    ("cells_day", "app", "names"),
    ("cells_day", "page", "names"),
    ("errors", "app", "names"),
    ("scrapes", "target", "targets"),
    ("series", "target", "targets"),
    ("packed", "target", "targets"),
    ("packed_times", "target", "targets"),
    ("backend_events", "target", "targets"),
    ("backend_event_counts", "event", "backend_events"),
    ("backend_event_sightings", "target", "targets"),
];

#[cfg(test)]
mod tests {
    use super::REFERENCES;
    use crate::moving::catalog;

    #[test]
    fn they_are_columns_that_are_there() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::schema::migrate(&mut connection).unwrap();
        let tables = catalog::tables(&connection).unwrap();
        for (table, column, to) in REFERENCES {
            let found = tables.iter().find(|known| known.name == *table);
            assert!(found.is_some_and(|table| table.place(column).is_some()), "{table}.{column}");
            assert!(tables.iter().any(|known| known.name == *to && known.numbers().is_some()), "{to}");
        }
    }
}
