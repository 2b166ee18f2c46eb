//! The time that retention counts back from. A clock may be wrong by years, above all at start, and deleted data does not
//! come back. So the watermark follows the newest data, and advances by at most a day per day.
use crate::database::{Database, Result};
use crate::options::Options;
use crate::time::DAY;
use crate::{retention, totals};

const WEEK: i64 = 7 * DAY;

/// Two points in time, ms since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// Data older than this by the retention is deleted.
    pub reached: i64,
    /// Data older than this by the time of full detail is made coarser.
    pub detail: i64,
}

const REACHED: &str = "reached";
const DETAIL: &str = "reached_detail";
/// The time of the first data ever stored.
const BEGUN: &str = "begun";
/// When the watermark was last advanced.
const SWEPT: &str = "swept";

/// The current watermark; `None` before there was any data. Detail is never counted back from what is yet to come: a clock that was
/// ahead for a while costs the detail of that while, and not that of all the days until it is reached.
pub fn read(database: &dyn Database, now: i64) -> Result<Option<Watermark>> {
    let reached = totals::get(database, REACHED)?;
    let detail = totals::get(database, DETAIL)?;
    Ok(reached.map(|reached| Watermark { reached, detail: detail.unwrap_or(reached).min(now) }))
}

/// Advances the watermark by the time since it was last advanced, at most a day. The first sweep after a start does not
/// advance it if that was more than a day ago: either the collector was stopped for so long, or its clock is wrong.
pub fn advance(database: &dyn Database, now: i64, options: &Options, first: bool) -> Result<()> {
    let passed = totals::get(database, SWEPT)?.map_or(0, |swept| now.saturating_sub(swept));
    let passed = if first && passed > DAY { 0 } else { passed.clamp(0, DAY) };
    totals::set(database, SWEPT, now)?;
    let Some(newest) = newest(database)? else { return Ok(()) };
    let newest = newest.min(now);
    let (oldest, oldest_detail) = (retention::oldest(database), retention::oldest_detail(database));
    let begun = match totals::get(database, BEGUN)? {
        Some(begun) => begun,
        None => oldest.unwrap_or(newest),
    };
    totals::set(database, BEGUN, begun)?;
    let before = totals::get(database, REACHED)?.unwrap_or(newest);
    let from = from(before, begun, oldest, options.retention);
    totals::set(database, REACHED, before.max(newest.min(from.saturating_add(passed))))?;
    let before = totals::get(database, DETAIL)?.unwrap_or(newest);
    let from = match now.saturating_sub(before) <= WEEK {
        // A collector that was stopped for up to a week catches up at once. If the clock was wrong instead, only detail
        // is lost.
        true => before.max(now),
        false => self::from(before, begun, oldest_detail, options.detail),
    };
    totals::set(database, DETAIL, before.max(now.min(from.saturating_add(passed))))
}

/// Where the watermark advances from. A collector that was stopped for more than a day leaves a gap in the data. Once all
/// data before the gap is deleted, the watermark skips the gap: that deletes nothing.
fn from(before: i64, begun: i64, oldest: Option<i64>, keep: i64) -> i64 {
    let cutoff = before.saturating_sub(keep);
    match oldest {
        Some(oldest) if cutoff > begun && oldest.saturating_sub(cutoff) > DAY => oldest.saturating_add(keep),
        _ => before,
    }
}

/// The time of the newest beacon or scrape.
pub fn newest(database: &dyn Database) -> Result<Option<i64>> {
    database.scalar(
        "SELECT max(newest) FROM (SELECT max(last_beacon) AS newest FROM collectors UNION ALL
           SELECT (SELECT max(time) FROM scrapes WHERE target = targets.id) FROM targets) AS newest_of_each",
        &[],
    )
}
