//! Adds up minutes to hours, and hours to days. Each call does one section of one hour or day, or of what is over of it
//! ([`Section::step`]). What arrives later for a time that is added up already is added to the hour and the day too:
//! [`super::Hot`].
use super::hot::Hot;
use super::level::Level;
use super::section::Section;
use super::shelf::Key;
use super::window::Marks;
use crate::database::{Database, Lookup, Param, Result, Type, params};
use crate::time::MINUTE;

/// How long after its end a bucket is added up, ms: the clocks of collectors differ.
const SLACK: i64 = 2 * MINUTE;

/// Adds up the next hour or day of a section, as far as it is before `now`. Returns whether no further one is due.
pub fn roll_up(
    database: &dyn Database,
    hot: &mut Hot,
    (level, section): (Level, Section),
    now: i64,
) -> Result<bool> {
    let Some(finer) = level.finer() else { return Ok(true) };
    hot.begin_alone(database)?;
    let marks = Marks::lock(database)?;
    let due = now.saturating_sub(SLACK).min(marks.complete(finer, section));
    let due = due.saturating_sub(due.rem_euclid(section.step(level)));
    let complete = marks.complete(level, section);
    if due <= complete {
        return Ok(true);
    }
    let sql = format!("SELECT min(time) FROM {} WHERE time >= ?1 AND time < ?2", finer.table());
    let oldest: Option<i64> = database.scalar(&sql, params![complete, due])?;
    let Some(oldest) = oldest else {
        // There is nothing to add up: whole days without data are complete as well.
        if complete != i64::MIN {
            Marks::set_complete(database, level, section, due)?;
        }
        return Ok(true);
    };
    let bucket = level.bucket(oldest);
    let end = due.min(bucket + level.length());
    let lookup = Lookup {
        table: finer.table(),
        keys: &[("time", Type::Integer), ("section", Type::Integer)],
        columns: "app, page, value",
        lock: false,
    };
    let times = (bucket.max(complete)..end).step_by(finer.length() as usize);
    let keys: Vec<Vec<Param<'_>>> =
        times.map(|time| vec![Param::Integer(time), Param::Integer(section as i64)]).collect();
    database.read_rows(&lookup, &keys, &mut |row| {
        let key = Key { level, time: bucket, section, app: row.get(0)?, page: row.get(1)? };
        hot.merge(key, row.blob(2)?);
        Ok(())
    })?;
    hot.flush(database)?;
    Marks::set_complete(database, level, section, end)?;
    Ok(false)
}
