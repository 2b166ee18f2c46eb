//! Which columns hold numbers of rows of other tables. 0 stands for none.

/// The table, its column, and the table whose `id` it holds.
pub const REFERENCES: &[(&str, &str, &str)] = &[
    ("names", "parent", "names"),
    ("views", "app", "names"),
    ("views", "page", "names"),
    ("page_views", "app", "names"),
    ("page_views", "page", "names"),
    ("vitals", "page", "names"),
    ("histograms", "name", "names"),
    ("counters", "name", "names"),
    ("gauges", "name", "names"),
    ("resources", "host", "names"),
    ("scripts", "script", "names"),
    ("measures", "view", "views"),
    ("errors", "app", "names"),
    ("error_counts", "error", "errors"),
    ("scrapes", "target", "targets"),
    ("series", "target", "targets"),
    ("samples", "series", "series"),
    ("backend_events", "target", "targets"),
    ("backend_event_counts", "event", "backend_events"),
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
