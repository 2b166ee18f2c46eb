//! Deletes what is too old for its level.
use super::chunk::{Track, write};
use super::kept::{known_times, read_known};
use super::level::Level;
use super::pack::{put_times, write_chunks};
use crate::database::{Database, Result, params};
use crate::partitions;

/// Deletes what is older than its level keeps: scrapes and minutes, hours, days, each from before a time. What a level loses, the
/// next has.
pub fn expire(db: &dyn Database, (minutes, hours, days): (i64, i64, i64)) -> Result<()> {
    let (minutes, hours) = (minutes.max(days), hours.max(days));
    for (level, cutoff) in
        [(Level::All, minutes), (Level::Minutes, minutes), (Level::Hours, hours), (Level::Days, days)]
    {
        delete_level(db, level, cutoff)?;
    }
    trim(db, days)?;
    delete_scrapes(db, days)
}

fn delete_scrapes(db: &dyn Database, cutoff: i64) -> Result<()> {
    if partitions::drop_before(db, "scrapes", cutoff)?.is_some() {
        return Ok(());
    }
    db.execute("DELETE FROM scrapes WHERE time < ?1", params![cutoff]).map(drop)
}

/// Takes days before `cutoff` from chunks that reach beyond it: a chunk of days is longer than some keep anything.
fn trim(db: &dyn Database, cutoff: i64) -> Result<()> {
    let level = Level::Days;
    let chunks = db.query_map(
        "SELECT target, time, times FROM packed_times WHERE level = ?1 AND time < ?2 ORDER BY target, time",
        params![level.number(), cutoff],
        |row| {
            let target = row.get(0)?;
            Ok((target, row.get::<i64>(1)?, known_times(row.blob(2)?, target)))
        },
    )?;
    for (target, chunk, times) in chunks {
        let gone = times.partition_point(|time| *time < cutoff);
        if gone == 0 {
            continue;
        }
        if gone == times.len() {
            for table in ["packed", "packed_times"] {
                db.execute(
                    &format!("DELETE FROM {table} WHERE level = ?1 AND target = ?2 AND time = ?3"),
                    params![level.number(), target, chunk],
                )?;
            }
            continue;
        }
        let mut rows: Vec<(Level, String, Vec<u8>)> = Vec::new();
        db.query(
            "SELECT name, value FROM packed WHERE level = ?1 AND target = ?2 AND time = ?3",
            params![level.number(), target, chunk],
            &mut |row| {
                let mut left: Vec<Track> = Vec::new();
                read_known(row.blob(1)?, target, &mut |track| {
                    let mut shorter = Track::new(track.series);
                    (gone..times.len()).for_each(|index| shorter.push(track.at(index)));
                    left.push(shorter);
                });
                left.retain(|track| !track.is_empty());
                rows.push((level, row.get(0)?, write(times.len() - gone, &left)));
                Ok(())
            },
        )?;
        write_chunks(db, target, chunk, &rows)?;
        put_times(db, target, level, chunk, &times[gone..])?;
    }
    Ok(())
}

/// Deletes everything before `cutoff`, at every level.
pub fn delete(db: &dyn Database, cutoff: i64) -> Result<()> {
    for level in Level::ALL {
        delete_level(db, level, cutoff)?;
    }
    delete_scrapes(db, cutoff)
}

/// Deletes the oldest hour of full detail that ends before `due`, on a server the oldest day. Returns whether there is none.
pub fn coarsen(db: &dyn Database, due: i64) -> Result<bool> {
    let end = |hour| partitions::span_end(db, "packed", hour, Level::All.length());
    let Some(end) = first(db, Level::All)?.map(end).filter(|end| *end <= due) else { return Ok(true) };
    for level in [Level::All, Level::Minutes] {
        delete_level(db, level, end)?;
    }
    Ok(false)
}

/// The time of the oldest scrape of which anything is kept.
pub fn oldest(db: &dyn Database) -> Result<Option<i64>> {
    let mut oldest = oldest_detail(db)?;
    for level in [Level::Hours, Level::Days] {
        oldest = [oldest, first_scrape(db, level)?].into_iter().flatten().min();
    }
    Ok(oldest)
}

/// The same of full detail.
pub fn oldest_detail(db: &dyn Database) -> Result<Option<i64>> {
    let scrape =
        db.scalar("SELECT min((SELECT min(time) FROM scrapes WHERE target = targets.id)) FROM targets", &[])?;
    Ok([scrape, first(db, Level::All)?].into_iter().flatten().min())
}

/// The time of the first scrape of a level: a chunk may begin long before it.
fn first_scrape(db: &dyn Database, level: Level) -> Result<Option<i64>> {
    let chunks = db.query_map(
        "SELECT target, times FROM packed_times WHERE level = ?1
           AND time = (SELECT min(time) FROM packed_times AS other
                       WHERE other.level = ?1 AND other.target = packed_times.target)",
        params![level.number()],
        |row| Ok(known_times(row.blob(1)?, row.get(0)?)),
    )?;
    Ok(chunks.iter().filter_map(|times| times.first().copied()).min())
}

/// The beginning of the first chunk of a level.
fn first(db: &dyn Database, level: Level) -> Result<Option<i64>> {
    db.scalar(
        "SELECT min((SELECT min(time) FROM packed_times WHERE level = ?1 AND target = targets.id)) FROM targets",
        params![level.number()],
    )
}

/// Deletes the chunks of a level that end before `cutoff`. On a server they go by partitions.
fn delete_level(db: &dyn Database, level: Level, cutoff: i64) -> Result<()> {
    let drop = |table| partitions::drop_level_before(db, table, level.number(), cutoff);
    if drop("packed")?.is_some() {
        return drop("packed_times").map(|_| ());
    }
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
