//! `GET /api/errors`: JavaScript errors, most frequent first.
use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, named_params};
use whippet_api::{Errors, PageError};

use super::filter::{Filter, MATCHES, names};
use super::steps::Steps;
use crate::kind::{Kind, OTHER};
use crate::score::Score;
use crate::time::MINUTE;

/// The most errors in a report.
const MAX_ERRORS: usize = 200;

/// How many of them are the most frequent. The others are those with the highest score: the count of an error is what pages
/// say, and one client may say a million for each of its made-up errors.
const MOST_FREQUENT: usize = 100;

/// The errors of the window.
pub fn errors(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<Errors> {
    let (apps, pages) = (names(connection, Kind::App)?, names(connection, Kind::Page)?);
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT error, message, source, page, count, error_counts.first, last, stack, app, score, scored
         FROM error_counts JOIN errors ON errors.id = error_counts.error
         WHERE minute > :from AND minute <= :to AND {MATCHES} ORDER BY last"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
    })?;
    let mut errors: HashMap<(i64, i64), (PageError, f64)> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (first, last): (i64, i64) = (row.get(5)?, row.get(6)?);
        let page = pages.get(&row.get(3)?).map_or(OTHER, String::as_str).to_owned();
        let (message, app): (String, i64) = (row.get(1)?, row.get(8)?);
        // Errors that were dropped are `(other)` already before their counts are moved to it.
        let id = if message == OTHER { 0 } else { row.get(0)? };
        let (error, _) = match errors.entry((app, id)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert((
                PageError {
                    message,
                    source: row.get(2)?,
                    stack: row.get(7)?,
                    app: apps.get(&app).cloned().unwrap_or_default(),
                    page: String::new(),
                    count: 0,
                    first,
                    last,
                },
                Score::stored(row.get(9)?, row.get(10)?).value(steps.to),
            )),
        };
        error.count += row.get::<_, i64>(4)?.max(0) as u64;
        (error.page, error.first, error.last) = (page, error.first.min(first), last);
    }
    let mut errors: Vec<(PageError, f64)> = errors.into_values().collect();
    errors.sort_by_key(|(error, _)| Reverse((error.count, error.last)));
    Ok(Errors { errors: listed(errors), backends: Vec::new() })
}

/// The errors of the report, out of all in the order of their counts.
fn listed(errors: Vec<(PageError, f64)>) -> Vec<PageError> {
    let mut rest: Vec<usize> = (MOST_FREQUENT..errors.len()).collect();
    rest.sort_by(|a, b| errors[*b].1.total_cmp(&errors[*a].1));
    let known: HashSet<usize> = rest.into_iter().take(MAX_ERRORS - MOST_FREQUENT).collect();
    let listed = errors.into_iter().enumerate();
    listed
        .filter(|(place, _)| *place < MOST_FREQUENT || known.contains(place))
        .map(|(_, (error, _))| error)
        .collect()
}
