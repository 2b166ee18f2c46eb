//! Errors that were not seen before.
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use whippet_api::Range;

use crate::cells::{ErrorCount, Section, Split};
use crate::database::{Database, Lookup, Param, Result, Type};
use crate::kind::{Kind, OTHER};
use crate::reports::filter::{Filter, names};
use crate::reports::steps::Steps;
use crate::reports::window::Window;
use crate::time::{DAY, MINUTE};

/// For how long an error is remembered: one that comes back after that is new.
const REMEMBERED: i64 = 7 * DAY;
/// The most new errors of an app that are looked at.
const MOST: usize = 100;

/// An error that was not seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewError {
    /// Identifies it among those of its app.
    pub fingerprint: String,
    /// Its message.
    pub message: String,
    /// Where it was thrown.
    pub source: String,
    /// The release in which it was seen first; empty where pages do not say.
    pub release: String,
    /// How often it happened.
    pub count: u64,
    /// When first, ms since the epoch.
    pub first: i64,
}

const TEXTS: Lookup = Lookup {
    table: "errors",
    keys: &[("id", Type::Integer)],
    columns: "id, fingerprint, message, source",
    lock: false,
};

/// The errors of an app whose first occurrence in a week, in any release, is after `since`, and that happened
/// `least` times or more. Those that were seen first come first.
///
/// Their order does not change while they are new, so that who takes the first ones does not see others at
/// each look. A release that throws what the one before threw, too, brings no new error.
pub fn new_errors(
    db: &dyn Database,
    app: &str,
    (since, now): (i64, i64),
    least: u64,
) -> Result<Vec<NewError>> {
    let filter = Filter { app: Some(app.to_owned()), ..Filter::default() };
    let steps = Steps::new(&Range { from: now - REMEMBERED, to: now }, MINUTE);
    let split: Split = Window::new(db, &steps, &filter)?.total(Section::ByRelease)?;
    // By error: all of it, and the release that had it first.
    let mut found: HashMap<i64, (ErrorCount, i64)> = HashMap::new();
    for (key, part) in &split.0 {
        for (error, count) in &part.errors.0 {
            match found.entry(*error) {
                Entry::Vacant(place) => drop(place.insert((*count, key.value))),
                Entry::Occupied(mut held) => {
                    let held = held.get_mut();
                    if count.first < held.0.first {
                        held.1 = key.value;
                    }
                    held.0.merge(count);
                }
            }
        }
    }
    let is_new = |count: &ErrorCount| count.first > since && count.first <= now && count.count >= least;
    let mut new: Vec<(i64, (ErrorCount, i64))> =
        found.into_iter().filter(|(_, (count, _))| is_new(count)).collect();
    new.sort_by_key(|(id, (count, _))| (count.first, *id));
    new.truncate(MOST);
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let releases = names(db, Kind::Release)?;
    let keys: Vec<Vec<Param<'_>>> = new.iter().map(|(id, _)| vec![Param::Integer(*id)]).collect();
    let mut texts: HashMap<i64, [String; 3]> = HashMap::new();
    db.read_rows(&TEXTS, &keys, &mut |row| {
        texts.insert(row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]);
        Ok(())
    })?;
    let error = |(id, (count, release)): (i64, (ErrorCount, i64))| {
        let [fingerprint, message, source] = texts.remove(&id)?;
        (message != OTHER).then(|| NewError {
            fingerprint,
            message,
            source,
            release: releases.get(&release).cloned().unwrap_or_default(),
            count: count.count,
            first: count.first,
        })
    };
    Ok(new.into_iter().filter_map(error).collect())
}
