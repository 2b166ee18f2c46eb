//! `GET /api/errors`: JavaScript errors, most frequent first.
use std::collections::HashMap;

use rusqlite::{Connection, named_params};
use whippet_api::{Errors, PageError};

use super::filter::{Filter, MATCHES, names};
use super::steps::Steps;
use crate::kind::{Kind, OTHER};
use crate::time::MINUTE;

/// The most errors in a report.
const MOST: usize = 200;

/// The errors of the window.
pub fn errors(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Errors> {
    let (apps, pages) = (names(connection, Kind::App)?, names(connection, Kind::Page)?);
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT error, message, source, page, count, first, last, stack, app
         FROM error_counts JOIN errors ON errors.id = error_counts.error
         WHERE minute > :from AND minute <= :to AND {MATCHES} ORDER BY last"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
    })?;
    let mut errors: HashMap<i64, PageError> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (first, last): (i64, i64) = (row.get(5)?, row.get(6)?);
        let page = pages.get(&row.get(3)?).map_or(OTHER, String::as_str).to_owned();
        let error = errors.entry(row.get(0)?);
        let error = match error {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(PageError {
                message: row.get(1)?,
                source: row.get(2)?,
                stack: row.get(7)?,
                app: apps.get(&row.get(8)?).cloned().unwrap_or_default(),
                page: String::new(),
                count: 0,
                first,
                last,
            }),
        };
        error.count += row.get::<_, i64>(4)?.max(0) as u64;
        (error.page, error.first, error.last) = (page, error.first.min(first), last);
    }
    let mut errors: Vec<PageError> = errors.into_values().collect();
    errors.sort_by_key(|error| std::cmp::Reverse((error.count, error.last)));
    errors.truncate(MOST);
    Ok(Errors { errors })
}
