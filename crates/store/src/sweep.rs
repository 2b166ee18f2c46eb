//! A sweep deletes old data or makes it coarser. It runs in stages, and each portion of a stage in a transaction of its
//! own: beacons wait for one portion at most, and a stage that fails does not stop the next.
use rusqlite::Connection;

use crate::options::Options;
use crate::{backend_events, compact, minute_buckets, retention, series, size_limit, views, watermark};

/// A stage of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Advancing the watermark.
    Watermark,
    /// Moving the rows of dropped names.
    Evictions,
    /// Folding page views that have ended.
    Fold,
    /// Deleting a table's minutes.
    Delete(&'static str),
    /// Deleting old beacon ids.
    Ids,
    /// Deleting old page views.
    Views,
    /// Packing the scrapes of an hour.
    Pack,
    /// Deleting packed scrapes.
    Samples,
    /// Merging a table's minutes into hours.
    RollUp(&'static str),
    /// Deleting names without data.
    Names,
    /// Deleting errors without counts.
    Errors,
    /// Deleting series that are no longer scraped.
    Series,
    /// Freeing space, where the file is near its size limit.
    SizeLimit,
    /// Returning free pages to the file system.
    GiveBack,
}

/// All of them, in their order.
pub fn stages() -> impl Iterator<Item = Stage> {
    let deletions = minute_buckets::TABLES.into_iter().map(Stage::Delete);
    let roll_ups = compact::TABLES.into_iter().map(Stage::RollUp);
    [Stage::Watermark, Stage::Evictions, Stage::Fold]
        .into_iter()
        .chain(deletions)
        .chain([Stage::Ids, Stage::Views, Stage::Pack, Stage::Samples])
        .chain(roll_ups)
        .chain([Stage::Names, Stage::Errors, Stage::Series, Stage::SizeLimit, Stage::GiveBack])
}

/// Runs one portion of a stage. Returns whether the stage is done. `first`: this is the first sweep since the start.
pub fn portion(
    connection: &Connection,
    stage: Stage,
    now: i64,
    options: &Options,
    first: bool,
) -> rusqlite::Result<bool> {
    if stage == Stage::Watermark {
        return watermark::advance(connection, now, options, first).map(|()| true);
    }
    if stage == Stage::Fold {
        return views::fold(connection, now);
    }
    if stage == Stage::GiveBack {
        return size_limit::give_back(connection);
    }
    // Without data nothing is old.
    let Some(watermark) = watermark::read(connection)? else { return Ok(true) };
    let cutoff = watermark.reached - options.retention;
    let detail = watermark.detail - options.detail;
    match stage {
        Stage::Watermark | Stage::Evictions | Stage::Fold | Stage::SizeLimit | Stage::GiveBack => Ok(true),
        Stage::Delete(table) => retention::delete(connection, table, cutoff),
        Stage::Ids => retention::ids(connection, watermark.reached, options),
        Stage::Views => retention::views(connection, watermark.reached, options),
        Stage::Pack => Ok(series::pack(connection, now)?),
        Stage::Samples => {
            series::expire(connection, (detail, watermark.detail - options.hours, cutoff))?;
            Ok(true)
        }
        Stage::RollUp(table) => compact::roll_up(connection, table, detail),
        Stage::Names => retention::names(connection, cutoff).map(|()| true),
        Stage::Errors => {
            backend_events::expire(connection, cutoff)?;
            retention::errors(connection).map(|()| true)
        }
        Stage::Series => {
            series::forget_unseen(connection, cutoff)?;
            Ok(true)
        }
    }
}
