//! A sweep deletes old data or makes it coarser. It runs in stages, and each portion of a stage in a transaction of its
//! own: beacons wait for one portion at most, and a stage that fails does not stop the next.
use crate::cells::{self, Hot, Level, Marks, Section};
use crate::database::{Database, Result};
use crate::options::Options;
use crate::{backend_events, partitions, retention, series, size_limit, views, watching, watermark};

/// A stage of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Advancing the watermark.
    Watermark,
    /// Moving the rows of dropped names.
    Evictions,
    /// Counting page views that have ended.
    Fold,
    /// Counting page views that may still report, where there are many.
    Settle,
    /// Adding up minutes to hours, or hours to days.
    RollUp(Level, Section),
    /// Deleting cells of a level.
    Delete(Level),
    /// Deleting counts of what backends list.
    BackendEvents,
    /// Deleting old beacon ids.
    Ids,
    /// Creating what the rows of tomorrow need. By itself: where nothing old can be deleted, it is there all the same.
    Ahead,
    /// Deleting old page views.
    Views,
    /// Packing the scrapes of an hour.
    Pack,
    /// Deleting packed scrapes.
    Samples,
    /// Deleting names without data.
    Names,
    /// Deleting errors without counts.
    Errors,
    /// Deleting series that are no longer scraped.
    Series,
    /// Deleting what is over of alerts.
    Watching,
    /// Freeing space, where the file is near its size limit.
    SizeLimit,
    /// Returning free pages to the file system.
    GiveBack,
}

/// All of them, in their order.
pub fn stages() -> impl Iterator<Item = Stage> {
    let roll_ups = [Level::Hour, Level::Day]
        .into_iter()
        .flat_map(|level| Section::ALL.into_iter().map(move |section| Stage::RollUp(level, section)));
    [Stage::Watermark, Stage::Evictions, Stage::Fold, Stage::Settle]
        .into_iter()
        .chain(roll_ups)
        .chain(Level::ALL.into_iter().map(Stage::Delete))
        .chain([Stage::BackendEvents, Stage::Ids, Stage::Ahead, Stage::Views, Stage::Pack, Stage::Samples])
        .chain([Stage::Names, Stage::Errors, Stage::Series, Stage::Watching])
        .chain([Stage::SizeLimit, Stage::GiveBack])
}

/// Runs one portion of a stage. Returns whether the stage is done. `first`: this is the first sweep since the start.
pub fn portion(
    database: &dyn Database,
    hot: &mut Hot,
    stage: Stage,
    now: i64,
    options: &Options,
    first: bool,
) -> Result<bool> {
    match stage {
        Stage::Watermark => return watermark::advance(database, now, options, first).map(|()| true),
        Stage::Fold => {
            hot.begin(database)?;
            return views::fold(database, hot, now);
        }
        Stage::Settle => {
            hot.begin(database)?;
            hot.write_views(database)?;
            return views::settle(database, hot, cells::view_rows::FEW);
        }
        Stage::RollUp(level, section) => return cells::roll_up(database, hot, (level, section), now),
        Stage::GiveBack => return size_limit::give_back(database),
        _ => {}
    }
    // Without data nothing is old.
    let Some(watermark) = watermark::read(database, now)? else { return Ok(true) };
    let cutoff = watermark.reached - options.retention;
    match stage {
        Stage::Watermark
        | Stage::Evictions
        | Stage::Fold
        | Stage::Settle
        | Stage::RollUp(..)
        | Stage::SizeLimit
        | Stage::GiveBack => Ok(true),
        Stage::Delete(level) => {
            let coarse = retention::coarse_cutoff(&Marks::load(database)?, level, watermark.detail, options);
            retention::cells(database, hot, level, coarse.max(cutoff))
        }
        Stage::BackendEvents => retention::delete(database, "backend_event_counts", cutoff),
        Stage::Ids => retention::ids(database, watermark.reached, options),
        Stage::Ahead => partitions::create_ahead(database, now).map(|()| true),
        Stage::Views => retention::views(database, watermark.reached, options),
        Stage::Pack => series::pack(database, now),
        Stage::Samples => {
            let detail = |kept: i64| watermark.detail - kept;
            series::expire(database, (detail(options.detail), detail(options.hours), cutoff)).map(|()| true)
        }
        Stage::Names => retention::names(database, cutoff).map(|()| true),
        Stage::Errors => {
            backend_events::expire(database, cutoff)?;
            retention::errors(database, cutoff).map(|()| true)
        }
        Stage::Series => series::forget_unseen(database, cutoff).map(|()| true),
        Stage::Watching => watching::expire(database, watermark.reached, cutoff).map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::testing::{TestSchema, each_engine};
    use crate::database::{Access, Engine, ErrorKind, Waits, migrate, params};
    use crate::time::DAY;

    const HEARD: &str = "INSERT INTO collectors (id, last_beacon) VALUES (?1, ?2)
                         ON CONFLICT (id) DO UPDATE SET last_beacon = excluded.last_beacon";

    #[test]
    fn what_tomorrow_needs_is_created_while_a_dump_keeps_what_is_old() {
        let Some(place) = TestSchema::new() else { return };
        let (sweeper, dump) = (place.session(Waits::WRITER), place.session(Waits::PATIENT));
        migrate(&dump).unwrap();
        let (sweeper, dump): (&dyn Database, &dyn Database) = (&sweeper, &dump);
        let (mut hot, options) = (Hot::new(0), Options::new(""));
        let now = 20_000 * DAY;
        dump.execute(HEARD, params![0_i64, now]).unwrap();
        partitions::ensure_partitions(dump, "views", &[vec![3]]).unwrap();
        let mut failed = Vec::new();
        dump.transaction(Access::Read, |database| {
            database.scalar::<i64>("SELECT count(*) FROM views", &[])?;
            for stage in stages() {
                let done = sweeper.transaction(Access::Write, |database| {
                    portion(database, &mut hot, stage, now, &options, true)
                });
                failed.extend(done.err().map(|error| (stage, error.kind())));
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(failed, [(Stage::Views, ErrorKind::Busy)]);
        let sql = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('views_p20001')";
        assert_eq!(sweeper.scalar::<i64>(sql, &[]), Ok(1));
    }

    #[test]
    fn ids_without_a_day_go_while_a_dump_keeps_what_is_old() {
        let Some(place) = TestSchema::new() else { return };
        let (sweeper, dump) = (place.session(Waits::WRITER), place.session(Waits::PATIENT));
        migrate(&dump).unwrap();
        let (sweeper, dump): (&dyn Database, &dyn Database) = (&sweeper, &dump);
        let (mut hot, options) = (Hot::new(0), Options::new(""));
        let now = 20_000 * DAY;
        dump.execute(HEARD, params![0_i64, now]).unwrap();
        partitions::ensure_partitions(dump, "beacons", &[vec![-1], vec![3]]).unwrap();
        let insert = "INSERT INTO beacons (day, id, received) VALUES (?1, 'a', ?2)";
        dump.execute(insert, params![-1_i64, now - 100 * DAY]).unwrap();
        let mut run = |stage: Stage| {
            let done = sweeper.transaction(Access::Write, |database| {
                portion(database, &mut hot, stage, now, &options, true)
            });
            done.map_err(|error| error.kind())
        };
        assert_eq!(run(Stage::Watermark), Ok(true));
        dump.transaction(Access::Read, |database| {
            database.scalar::<i64>("SELECT count(*) FROM beacons", &[])?;
            assert_eq!([run(Stage::Ids), run(Stage::Ids)], [Ok(false), Err(ErrorKind::Busy)]);
            Ok(())
        })
        .unwrap();
        assert_eq!(dump.scalar::<i64>("SELECT count(*) FROM beacons", &[]), Ok(0));
        assert_eq!([run(Stage::Ids), run(Stage::Ids)], [Ok(true), Ok(true)]);
    }

    #[test]
    fn every_stage_runs_on_every_engine() {
        each_engine(|database| {
            let (mut hot, options) = (Hot::new(0), Options::new(""));
            let now = 20_000 * DAY;
            database.execute(HEARD, params![0_i64, now]).unwrap();
            for first in [true, false] {
                for stage in stages() {
                    let done = database.transaction(Access::Write, |database| {
                        portion(database, &mut hot, stage, now, &options, first)
                    });
                    assert_eq!(done, Ok(true), "{stage:?}");
                }
            }
            if database.engine() == Engine::Postgres {
                let sql = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('views_p20001')";
                assert_eq!(database.scalar::<i64>(sql, &[]), Ok(1), "tomorrow's is there");
            }
        });
    }
}
