//! `GET /api/errors`: JavaScript errors, most frequent first.
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use whippet_api::{Errors, PageError};

use super::filter::{Filter, names};
use super::steps::Steps;
use super::window::Window;
use crate::cells::{self, ErrorCount, Section};
use crate::database::{Database, Lookup, Param, Result, Type, params};
use crate::kind::{Kind, OTHER};
use crate::score::Score;

/// The most errors in a report.
const MAX_ERRORS: usize = 200;

/// How many of them are the most frequent. The others are those with the highest score: the count of an error is what pages
/// say, and one client may say a million for each of its made-up errors.
const MOST_FREQUENT: usize = 100;

/// An error before its texts are read.
struct Counted {
    /// `None`: those that were dropped, for which there is no place.
    id: Option<i64>,
    app: i64,
    score: f64,
    count: ErrorCount,
}

/// The errors of the window.
pub fn errors(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<Errors> {
    let mut found: BTreeMap<i64, cells::Errors> = BTreeMap::new();
    Window::new(db, steps, filter)?.each(Section::Errors, None, &mut |bucket, value| {
        cells::merge_bytes(found.entry(bucket.app).or_default(), value);
    })?;
    let mut scores: HashMap<i64, f64> = HashMap::new();
    let sql = "SELECT id, score, scored FROM errors WHERE message <> ?1";
    db.query(sql, params![OTHER], &mut |row| {
        scores.insert(row.get(0)?, Score::stored(row.get(1)?, row.get(2)?).value(steps.to));
        Ok(())
    })?;
    let mut errors: BTreeMap<(i64, Option<i64>), Counted> = BTreeMap::new();
    for (app, found) in &found {
        for (id, count) in &found.0 {
            // Errors that were dropped have no row any more, or one that is called `(other)`. Together they are listed.
            let score = scores.get(id).copied();
            let id = score.map(|_| *id);
            let new = Counted { id, app: *app, score: score.unwrap_or(f64::MAX), count: *count };
            errors.entry((*app, id)).and_modify(|held| held.count.merge(count)).or_insert(new);
        }
    }
    let mut errors: Vec<Counted> = errors.into_values().collect();
    errors.sort_by_key(|error| Reverse((error.count.count, error.count.last.0, error.id)));
    with_texts(db, listed(errors))
}

const TEXTS: Lookup = Lookup {
    table: "errors",
    keys: &[("id", Type::Integer)],
    columns: "id, message, source, stack",
    lock: false,
};

fn with_texts(db: &dyn Database, errors: Vec<Counted>) -> Result<Errors> {
    let (apps, pages) = (names(db, Kind::App)?, names(db, Kind::Page)?);
    let keys: Vec<Vec<Param<'_>>> =
        errors.iter().filter_map(|error| Some(vec![Param::Integer(error.id?)])).collect();
    let mut texts: HashMap<i64, [String; 3]> = HashMap::new();
    db.read_rows(&TEXTS, &keys, &mut |row| {
        texts.insert(row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]);
        Ok(())
    })?;
    let error = |error: Counted| {
        let others = [OTHER.to_owned(), OTHER.to_owned(), String::new()];
        let [message, source, stack] = match error.id {
            Some(id) => texts.remove(&id)?,
            None => others,
        };
        let (last, page) = error.count.last;
        Some(PageError {
            message,
            source,
            stack,
            app: apps.get(&error.app).cloned().unwrap_or_default(),
            page: pages.get(&page).map_or(OTHER, String::as_str).to_owned(),
            count: error.count.count,
            first: error.count.first,
            last,
        })
    };
    Ok(Errors { errors: errors.into_iter().filter_map(error).collect(), backends: Vec::new() })
}

/// The errors of the report, out of all in the order of their counts.
fn listed(errors: Vec<Counted>) -> Vec<Counted> {
    let mut rest: Vec<usize> = (MOST_FREQUENT..errors.len()).collect();
    rest.sort_by(|a, b| errors[*b].score.total_cmp(&errors[*a].score));
    let known: HashSet<usize> = rest.into_iter().take(MAX_ERRORS - MOST_FREQUENT).collect();
    let listed = errors.into_iter().enumerate();
    listed
        .filter(|(place, _)| *place < MOST_FREQUENT || known.contains(place))
        .map(|(_, error)| error)
        .collect()
}
