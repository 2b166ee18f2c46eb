//! How far time has come, as retention sees it. A clock may be wrong by years, at the start above all, and what retention
//! deletes does not come back: so it goes by the newest data there is, and moves on by no more than a day per day.
use rusqlite::Connection;

use crate::options::Options;
use crate::time::DAY;
use crate::{compact, retention, totals};

const WEEK: i64 = 7 * DAY;

/// For what is deleted, and for what is kept with less detail; ms since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    pub reached: i64,
    pub detail: i64,
}

const REACHED: &str = "reached";
const DETAIL: &str = "reached_detail";
/// When the first data of all came.
const BEGUN: &str = "begun";
/// When it was moved last.
const SWEPT: &str = "swept";

/// Where it stands; `None` before there was any data.
pub fn read(connection: &Connection) -> rusqlite::Result<Option<Watermark>> {
    let reached = totals::get(connection, REACHED)?;
    let detail = totals::get(connection, DETAIL)?;
    Ok(reached.map(|reached| Watermark { reached, detail: detail.unwrap_or(reached) }))
}

/// Moves it on. What it may move by is what has passed since it was moved last, a day at most; and nothing where the
/// collector just started and that is more than a day: either it stood still for so long, or its clock is wrong.
pub fn advance(connection: &Connection, now: i64, options: &Options, first: bool) -> rusqlite::Result<()> {
    let passed = totals::get(connection, SWEPT)?.map_or(0, |swept| now.saturating_sub(swept));
    let passed = if first && passed > DAY { 0 } else { passed.clamp(0, DAY) };
    totals::set(connection, SWEPT, now)?;
    let Some(newest) = newest(connection)? else { return Ok(()) };
    let newest = newest.min(now);
    let (oldest, oldest_detail) = (retention::oldest(connection), compact::oldest(connection));
    let begun = match totals::get(connection, BEGUN)? {
        Some(begun) => begun,
        None => oldest.unwrap_or(newest),
    };
    totals::set(connection, BEGUN, begun)?;
    let before = totals::get(connection, REACHED)?.unwrap_or(newest);
    let from = from(before, begun, oldest, options.retention);
    totals::set(connection, REACHED, before.max(newest.min(from.saturating_add(passed))))?;
    let before = totals::get(connection, DETAIL)?.unwrap_or(newest);
    let from = match now.saturating_sub(before) <= WEEK {
        // A collector may stand still for a week, and then catches up: what that costs where it is the clock that was
        // wrong is detail alone.
        true => before.max(now),
        false => self::from(before, begun, oldest_detail, options.detail),
    };
    totals::set(connection, DETAIL, before.max(now.min(from.saturating_add(passed))))
}

/// From where it moves on. What stood still for more than a day left a gap in the data: once all before it has gone, that
/// passes at once, and nothing is lost by it.
fn from(before: i64, begun: i64, oldest: Option<i64>, keep: i64) -> i64 {
    let cutoff = before.saturating_sub(keep);
    match oldest {
        Some(oldest) if cutoff > begun && oldest.saturating_sub(cutoff) > DAY => oldest.saturating_add(keep),
        _ => before,
    }
}

/// When the newest data came.
pub fn newest(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection.query_row(
        "SELECT max(newest) FROM (SELECT value AS newest FROM totals WHERE name = 'last_beacon' UNION ALL
           SELECT (SELECT max(time) FROM scrapes WHERE target = targets.id) FROM targets)",
        [],
        |row| row.get(0),
    )
}
