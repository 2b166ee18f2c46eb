//! Page views while they last: the newest value of each vital counts, in place of those before it, whichever collector hears it.
//!
//! Beacons write rows. A sweep counts them in cells: those that have ended, and before that those that are too many for reports to
//! read one by one; many that are new are counted as they are written. What a page view reports after it was counted is counted as a
//! difference, by the next sweep.
use whippet_engine::beacon::{Attribution, Beacon, Vital, limits};
use whippet_engine::vitals::Metric;

use crate::cells::{Hot, Measure, OpenView, Origin, Place, State, view_rows};
use crate::context::Context;
use crate::database::{Database, Result, params};
use crate::kind::Kind;
use crate::time::{DAY, HOUR, MINUTE};
use crate::{beacon_ids, partitions, phases};

/// How long a page view may go on reporting, counted from its first beacon.
pub const OPEN: i64 = 6 * HOUR;

/// The most page views counted in one portion.
const PORTION: usize = 5_000;

/// For how many days a page view is remembered that has ended: as long as the ids of beacons.
pub const DAYS: i64 = beacon_ids::DAYS;

/// Notes what a beacon says of its page view, which belongs to the minute and the page of its first beacon.
pub fn report(
    context: &mut Context<'_>,
    place: Place,
    (origin, weight): (&Origin, u64),
    beacon: &Beacon,
    received: i64,
) -> Result<()> {
    let mut measures = Vec::with_capacity(beacon.vitals.len());
    for vital in &beacon.vitals {
        measures.push(measure(context, place.app, vital, beacon.sent_at, received)?);
    }
    let view = context.hot.view(place, &beacon.view, (origin, weight));
    for measure in measures {
        view.report(measure);
    }
    Ok(())
}

fn measure(context: &mut Context<'_>, app: i64, vital: &Vital, sent: i64, received: i64) -> Result<Measure> {
    let mut cause = |kind, text: &str, bytes| match text {
        "" => Ok(0),
        text => context.name(kind, app, &limits::line(text, bytes), received),
    };
    let Attribution { target, url, state, phases } = &vital.attribution;
    Ok(Measure {
        metric: place(vital.name) as u8,
        value: vital.value,
        sent,
        causes: [
            cause(Kind::Element, target, limits::TARGET)?,
            cause(Kind::Url, url, limits::URL)?,
            cause(Kind::State, state, limits::WORD)?,
        ],
        parts: phases::in_order(vital.name, phases),
    })
}

/// What the database calls a metric: its place among all of them. New ones go last.
pub fn place(metric: Metric) -> i64 {
    Metric::ALL.iter().position(|candidate| *candidate == metric).unwrap_or_default() as i64
}

/// Counts one portion of the page views that have ended in cells. Returns whether that was all.
pub fn fold(database: &dyn Database, hot: &mut Hot, now: i64) -> Result<bool> {
    for state in [State::New, State::Changed, State::Counted] {
        let ended = database.query_map(
            "SELECT app, view, day FROM views WHERE folded = ?1 AND minute < ?2 ORDER BY minute LIMIT ?3",
            params![state as i64, now - OPEN, PORTION as i64],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        if !ended.is_empty() {
            let is_all = ended.len() < PORTION && state == State::Counted;
            return count(database, hot, ended, true).map(|()| is_all);
        }
    }
    Ok(true)
}

/// Counts one portion of the page views that wait, the oldest first, where more than `few` of a state do. Returns whether that was
/// all.
pub fn settle(database: &dyn Database, hot: &mut Hot, few: usize) -> Result<bool> {
    for state in State::WAITING {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM views WHERE folded = ?1 LIMIT ?2) AS waiting";
        let waiting: usize = database.scalar(sql, params![state as i64, (few + PORTION) as i64])?;
        let Some(most) = waiting.checked_sub(few).filter(|most| *most > 0) else { continue };
        let oldest = database.query_map(
            "SELECT app, view, day FROM views WHERE folded = ?1 ORDER BY minute LIMIT ?2",
            params![state as i64, most as i64],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        return count(database, hot, oldest, false).map(|()| false);
    }
    Ok(true)
}

/// Counts page views in cells. Those that have ended take no more.
fn count(
    database: &dyn Database,
    hot: &mut Hot,
    mut views: Vec<(i64, String, i64)>,
    ended: bool,
) -> Result<()> {
    views.sort_unstable();
    let mut counted: Vec<(String, OpenView)> = Vec::with_capacity(views.len());
    // What was read without a lock may have changed since.
    view_rows::read_locked(database, &views, &mut |name, view| {
        if view.state != State::Ended {
            counted.push((name.to_owned(), view));
        }
    })?;
    for (_, view) in &mut counted {
        if view.state != State::Counted {
            hot.count(view);
        }
        view.count();
        if ended {
            view.state = State::Ended;
            view.measures.clear();
        }
    }
    // Cells are written once for all portions, and for the beacons meanwhile.
    hot.keep(database)?;
    view_rows::put(database, &counted)
}

/// Forgets one portion of the page views that have ended and began before `remembered`, and of all that began before `retention`. Returns whether that was all.
pub fn expire(database: &dyn Database, retention: i64, remembered: i64, portion: usize) -> Result<bool> {
    let cutoff = (retention.max(remembered) - MINUTE).div_euclid(DAY);
    if partitions::drop_before(database, "views", cutoff)?.is_some() {
        return Ok(true);
    }
    let mut expired = 0;
    for (folded, cutoff) in [(0, retention), (1, retention.max(remembered)), (2, retention), (3, retention)] {
        expired += database.execute(
            "DELETE FROM views WHERE (app, view) IN
             (SELECT app, view FROM views WHERE folded = ?1 AND minute < ?2 LIMIT ?3)",
            params![folded, cutoff - MINUTE, portion as i64],
        )?;
    }
    Ok(expired < portion)
}

#[cfg(test)]
mod tests;
