//! How many page views an app usually has at this hour of the week, to see that it fell silent.
use std::collections::HashMap;

use whippet_api::Range;

use crate::cells::{self, Section, Vitals};
use crate::database::{Database, Result, params};
use crate::kind::Kind;
use crate::reports::filter::{Filter, names};
use crate::reports::steps::Steps;
use crate::reports::vitals_window;
use crate::reports::window::Window;
use crate::time::{DAY, HOUR, MINUTE};

/// Weeks that are looked back.
const WEEKS: i64 = 4;
/// Days that are looked back where no week is known.
const DAYS: i64 = 6;
/// The time before the window that is looked at where no day is known.
const BEFORE: i64 = 3 * HOUR;

/// What the usual number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usual {
    /// The same hour of the weeks before: the median.
    HourOfWeek,
    /// The same hour of the days before: the median.
    HourOfDay,
    /// The hours just before: nothing older is known.
    Before,
}

/// Page views of a window, and how many were to be expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Views {
    /// Page views in the window.
    pub found: u64,
    /// Page views that are usual in such a window.
    pub usual: f64,
    /// Where that comes from.
    pub from: Usual,
}

/// The page views of an app in the `window` before `now`. `None` where nothing says what is usual.
pub fn usual_views(db: &dyn Database, app: &str, window: i64, now: i64) -> Result<Option<Views>> {
    let filter = Filter { app: Some(app.to_owned()), ..Filter::default() };
    let count = |from: i64, to: i64| -> Result<u64> {
        // The last minute that begins in the window is the one before its end.
        let steps = Steps::new(&Range { from, to: to - 1 }, MINUTE);
        Ok(vitals_window::whole(db, &steps, &filter)?.views)
    };
    let from = now - window;
    let found = count(from.div_euclid(MINUTE) * MINUTE, now + 1)?;
    let (hour, span) = hours_of(window, now);
    let same_hour = |every: i64, times: i64| -> Result<Vec<u64>> {
        let mut found = Vec::new();
        for back in 1..=times {
            let begin = hour - back * every;
            // An hour of the app's life counts, whatever it had.
            if is_alive(db, &filter, begin)? {
                found.push(count(begin, begin + span)?);
            }
        }
        Ok(found)
    };
    let share = window as f64 / span as f64;
    for (every, times, from) in [(7 * DAY, WEEKS, Usual::HourOfWeek), (DAY, DAYS, Usual::HourOfDay)] {
        if let Some(usual) = median(same_hour(every, times)?) {
            return Ok(Some(Views { found, usual: usual * share, from }));
        }
    }
    // An app of today: its hours before, from its first page view on.
    let first = first_seen(db, &filter)?.unwrap_or(now).max(from - BEFORE);
    let length = from - first;
    if length < MINUTE {
        return Ok(None);
    }
    let before = count(first.div_euclid(MINUTE) * MINUTE, from)?;
    let usual = before as f64 * window as f64 / length.max(window) as f64;
    Ok(Some(Views { found, usual, from: Usual::Before }))
}

/// The whole hours that are most like the `window` before `now`: when they begin, and how long they are. Older
/// data are kept by the hour.
fn hours_of(window: i64, now: i64) -> (i64, i64) {
    let span = window.div_euclid(HOUR).max(1) * HOUR;
    // The hour in the middle of the window, and of longer windows as many before it as after it.
    let hour = (now - window / 2 - (span - HOUR) / 2).div_euclid(HOUR) * HOUR;
    (hour, span)
}

/// Whether the app had sent anything before `time`: otherwise nothing of then is usual.
fn is_alive(db: &dyn Database, filter: &Filter, time: i64) -> Result<bool> {
    Ok(first_seen(db, filter)?.is_some_and(|first| first <= time))
}

fn first_seen(db: &dyn Database, filter: &Filter) -> Result<Option<i64>> {
    let app = filter.app.as_deref().unwrap_or_default();
    let sql = "SELECT first FROM names WHERE kind = 0 AND parent = 0 AND name = ?1";
    let named: Option<i64> = db.query_optional(sql, params![app], |row| row.get(0))?;
    Ok(named)
}

fn median(mut values: Vec<u64>) -> Option<f64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle] as f64),
        _ => Some((values[middle - 1] + values[middle]) as f64 / 2.0),
    }
}

/// The pages of an app that had page views in a window, those with most first.
pub fn pages(db: &dyn Database, app: &str, from: i64, to: i64, most: usize) -> Result<Vec<String>> {
    let filter = Filter { app: Some(app.to_owned()), ..Filter::default() };
    let steps = Steps::new(&Range { from, to }, MINUTE);
    let window = Window::new(db, &steps, &filter)?;
    let mut found: HashMap<i64, Vitals> = HashMap::new();
    window.each_page(Section::Vitals, &mut |bucket, value| {
        cells::merge_bytes(found.entry(bucket.page).or_default(), value);
    })?;
    window.each_waiting(&mut |view| view.add_vitals(found.entry(view.page).or_default()))?;
    let names = names(db, Kind::Page)?;
    let mut found: Vec<(u64, String)> = found
        .into_iter()
        .filter_map(|(page, vitals)| Some((vitals.views, names.get(&page)?.clone())))
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(found.into_iter().map(|entry| entry.1).take(most).collect())
}

#[cfg(test)]
mod tests {
    use super::{HOUR, MINUTE, hours_of};

    #[test]
    fn a_window_is_compared_with_the_hours_that_it_is_of() {
        for (window, now, expected) in [
            (15 * MINUTE, 8 * HOUR + 5 * MINUTE, (7, 1)),
            (15 * MINUTE, 8 * HOUR + 10 * MINUTE, (8, 1)),
            (HOUR, 8 * HOUR, (7, 1)),
            (HOUR, 8 * HOUR + 30 * MINUTE, (8, 1)),
            (2 * HOUR, 8 * HOUR, (6, 2)),
            (4 * HOUR, 8 * HOUR, (4, 4)),
            (4 * HOUR, 8 * HOUR + 20 * MINUTE, (4, 4)),
            (4 * HOUR, 8 * HOUR + 40 * MINUTE, (5, 4)),
            (24 * HOUR, 48 * HOUR, (24, 24)),
        ] {
            let (begin, span) = hours_of(window, now);
            assert_eq!((begin / HOUR, span / HOUR), expected, "{window} before {now}");
        }
    }
}
