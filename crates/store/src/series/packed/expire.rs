//! Deletes what is too old for its level.
use super::level::Level;
use crate::database::{Database, Result, params};
use crate::options::Options;
use crate::watermark::Watermark;

/// Deletes chunks past their retention. What a level loses, the next has.
pub fn expire(db: &dyn Database, watermark: &Watermark, options: &Options) -> Result<()> {
    let days = watermark.reached - options.retention;
    let hours = (watermark.detail - options.hours).max(days);
    let minutes = (watermark.detail - options.detail).max(days);
    for (level, cutoff) in
        [(Level::All, minutes), (Level::Minutes, minutes), (Level::Hours, hours), (Level::Days, days)]
    {
        delete_level(db, level, cutoff)?;
    }
    db.execute("DELETE FROM scrapes WHERE time < ?1", params![days]).map(drop)
}

/// Deletes everything before `cutoff`, at every level.
pub fn delete(db: &dyn Database, cutoff: i64) -> Result<()> {
    for level in Level::ALL {
        delete_level(db, level, cutoff)?;
    }
    db.execute("DELETE FROM scrapes WHERE time < ?1", params![cutoff]).map(drop)
}

/// Deletes the oldest hour of full detail that ends before `due`. Returns whether there is none.
pub fn coarsen(db: &dyn Database, due: i64) -> Result<bool> {
    let Some(hour) = first(db, Level::All)?.filter(|hour| hour + Level::All.length() <= due) else {
        return Ok(true);
    };
    for level in [Level::All, Level::Minutes] {
        delete_level(db, level, hour + level.length())?;
    }
    Ok(false)
}

/// The time of the oldest scrape of which anything is kept.
pub fn oldest(db: &dyn Database) -> Result<Option<i64>> {
    let mut oldest = oldest_detail(db)?;
    for level in [Level::Hours, Level::Days] {
        oldest = [oldest, first(db, level)?].into_iter().flatten().min();
    }
    Ok(oldest)
}

/// The same of full detail.
pub fn oldest_detail(db: &dyn Database) -> Result<Option<i64>> {
    let scrape =
        db.scalar("SELECT min((SELECT min(time) FROM scrapes WHERE target = targets.id)) FROM targets", &[])?;
    Ok([scrape, first(db, Level::All)?].into_iter().flatten().min())
}

/// The beginning of the first chunk of a level.
fn first(db: &dyn Database, level: Level) -> Result<Option<i64>> {
    db.scalar(
        "SELECT min((SELECT min(time) FROM packed_times WHERE level = ?1 AND target = targets.id)) FROM targets",
        params![level.number()],
    )
}

fn delete_level(db: &dyn Database, level: Level, cutoff: i64) -> Result<()> {
    let before = cutoff - level.length();
    for target in db.query_map("SELECT id FROM targets ORDER BY id", &[], |row| row.get::<i64>(0))? {
        for table in ["packed", "packed_times"] {
            db.execute(
                &format!("DELETE FROM {table} WHERE level = ?1 AND target = ?2 AND time <= ?3"),
                params![level.number(), target, before],
            )?;
        }
    }
    Ok(())
}
