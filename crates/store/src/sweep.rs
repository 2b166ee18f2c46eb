//! Sweeping: what is old goes, or is kept with less detail. Stage by stage, and each portion in a transaction of its own:
//! beacons never wait for the broom, and what one stage cannot do stops no other.
use rusqlite::Connection;

use crate::options::Options;
use crate::{compact, retention, size_limit, views, watermark};

/// A part of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finding out how far time has come.
    Watermark,
    /// Moving the rows of dropped names.
    Evictions,
    /// Folding page views that have ended.
    Fold,
    /// Deleting a table's minutes.
    Delete(&'static str),
    /// Forgetting which beacons there were.
    Ids,
    /// Forgetting page views.
    Views,
    /// Deleting scrapes and their samples.
    Samples,
    /// Keeping fewer samples of each series.
    Thin,
    /// Merging a table's minutes into hours.
    RollUp(&'static str),
    /// Forgetting names that nothing kept refers to.
    Names,
    /// Forgetting errors that nothing kept refers to.
    Errors,
    /// Forgetting series that are no more.
    Series,
    /// Making room, where the file is near its bound.
    SizeLimit,
    /// Giving pages back to the file system.
    GiveBack,
}

/// All of them, in their order.
pub fn stages() -> impl Iterator<Item = Stage> {
    let deletions = retention::TABLES.into_iter().map(Stage::Delete);
    let roll_ups = compact::TABLES.into_iter().map(Stage::RollUp);
    [Stage::Watermark, Stage::Evictions, Stage::Fold]
        .into_iter()
        .chain(deletions)
        .chain([Stage::Ids, Stage::Views, Stage::Samples, Stage::Thin])
        .chain(roll_ups)
        .chain([Stage::Names, Stage::Errors, Stage::Series, Stage::SizeLimit, Stage::GiveBack])
}

/// Does one portion of a stage. Returns whether that was all; `first` is the first sweep since the start.
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
    // Where there is no data, nothing of it is old.
    let Some(watermark) = watermark::read(connection)? else { return Ok(true) };
    let cutoff = watermark.reached - options.retention;
    let detail = watermark.detail - options.detail;
    match stage {
        Stage::Watermark | Stage::Evictions | Stage::Fold | Stage::SizeLimit | Stage::GiveBack => Ok(true),
        Stage::Delete(table) => retention::delete(connection, table, cutoff),
        Stage::Ids => retention::ids(connection, watermark.reached, options),
        Stage::Views => retention::views(connection, watermark.reached, options),
        Stage::Samples => retention::samples(connection, cutoff).map(|()| true),
        Stage::Thin => compact::thin(connection, detail),
        Stage::RollUp(table) => compact::roll_up(connection, table, detail),
        Stage::Names => retention::names(connection, cutoff).map(|()| true),
        Stage::Errors => retention::errors(connection).map(|()| true),
        Stage::Series => retention::series(connection, cutoff).map(|()| true),
    }
}
