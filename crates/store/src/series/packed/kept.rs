//! Reads what is packed.
use super::chunk::{Point, Track, read, read_times};
use super::level::Level;
use crate::database::{Database, Lookup, Param, Result, Type, params};

/// Where the values of one time are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When its scrape was, ms since the epoch.
    pub time: i64,
    /// The level.
    pub level: Level,
    /// The beginning of its chunk.
    pub chunk: i64,
    /// Its place in the chunk.
    pub index: usize,
}

/// The kept times of a level after `from` and up to `to`.
pub fn times(db: &dyn Database, target: i64, level: Level, (from, to): (i64, i64)) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    db.query(
        "SELECT time, times FROM packed_times WHERE level = ?1 AND target = ?2 AND time >= ?3 AND time <= ?4 ORDER BY time",
        params![level.number(), target, level.chunk(from), to],
        &mut |row| {
            let chunk = row.get(0)?;
            let all = known_times(row.blob(1)?, target);
            let within = all.into_iter().enumerate().filter(|(_, time)| *time > from && *time <= to);
            places.extend(within.map(|(index, time)| Place { time, level, chunk, index }));
            Ok(())
        },
    )?;
    Ok(places)
}

/// The newest kept time of a level up to `time`.
pub fn before_at(db: &dyn Database, target: i64, level: Level, time: i64) -> Result<Option<Place>> {
    // The chunk that `time` is in may begin later.
    let chunks = db.query_map(
        "SELECT time, times FROM packed_times WHERE level = ?1 AND target = ?2 AND time <= ?3 ORDER BY time DESC LIMIT 2",
        params![level.number(), target, time],
        |row| Ok((row.get(0)?, known_times(row.blob(1)?, target))),
    )?;
    let newest = |(chunk, times): &(i64, Vec<i64>)| {
        let index = times.partition_point(|kept| *kept <= time).checked_sub(1)?;
        Some(Place { time: times[index], level, chunk: *chunk, index })
    };
    Ok(chunks.iter().find_map(newest))
}

/// The newest kept time of any level up to `time`; of equal ones that whose chunk is the quickest to read.
pub fn before(db: &dyn Database, target: i64, time: i64) -> Result<Option<Place>> {
    let mut best: Option<Place> = None;
    for level in [Level::Hours, Level::Days, Level::Minutes, Level::All] {
        let found = before_at(db, target, level, time)?;
        best = match (best, found) {
            (Some(best), Some(found)) if found.time <= best.time => Some(best),
            (best, found) => found.or(best),
        };
    }
    Ok(best)
}

/// Since when a level has all that it should have; `None` if it has nothing. Minutes are as old as all scrapes.
pub fn since(db: &dyn Database, target: i64, level: Level) -> Result<Option<i64>> {
    let level = if level == Level::Minutes { Level::All } else { level };
    db.scalar(
        "SELECT min(time) FROM packed_times WHERE level = ?1 AND target = ?2",
        params![level.number(), target],
    )
}

/// How far apart scrapes are kept at a kept time, ms.
pub fn spacing(db: &dyn Database, target: i64, time: i64) -> Result<i64> {
    for level in [Level::All, Level::Hours] {
        if !times(db, target, level, (time - 1, time))?.is_empty() {
            return Ok(level.spacing());
        }
    }
    Ok(Level::Days.spacing())
}

/// The first kept time of any level after `from` and up to `to`.
pub fn after(db: &dyn Database, target: i64, (from, to): (i64, i64)) -> Result<Option<Place>> {
    let mut first: Option<Place> = None;
    for level in Level::ALL {
        let chunks = db.query_map(
            "SELECT time, times FROM packed_times WHERE level = ?1 AND target = ?2 AND time >= ?3 AND time <= ?4
             ORDER BY time LIMIT 2",
            params![level.number(), target, level.chunk(from), to],
            |row| Ok((row.get(0)?, known_times(row.blob(1)?, target))),
        )?;
        let next = |(chunk, times): &(i64, Vec<i64>)| {
            let index = times.partition_point(|kept| *kept <= from);
            let time = *times.get(index).filter(|time| **time <= to)?;
            Some(Place { time, level, chunk: *chunk, index })
        };
        let found = chunks.iter().find_map(next);
        first = match (first, found) {
            (Some(first), Some(found)) if found.time >= first.time => Some(first),
            (first, found) => found.or(first),
        };
    }
    Ok(first)
}

/// Hands to `each` what is known of every series at a place, by its number.
pub fn each_value(
    db: &dyn Database,
    target: i64,
    place: &Place,
    each: &mut dyn FnMut(i64, Point),
) -> Result<()> {
    db.query(
        "SELECT value FROM packed WHERE level = ?1 AND target = ?2 AND time = ?3",
        params![place.level.number(), target, place.chunk],
        &mut |row| {
            read_known(row.blob(0)?, target, &mut |track| each(track.series, track.at(place.index)));
            Ok(())
        },
    )
}

/// Reads chunks of a name: level and beginning, and each series.
pub fn chunks(
    db: &dyn Database,
    (target, name): (i64, &str),
    wanted: &[(Level, i64)],
    each: &mut dyn FnMut((Level, i64), &Track),
) -> Result<()> {
    const CHUNKS: Lookup = Lookup {
        table: "packed",
        keys: &[
            ("level", Type::Integer),
            ("target", Type::Integer),
            ("time", Type::Integer),
            ("name", Type::Text),
        ],
        columns: "level, time, value",
        lock: false,
    };
    let key = |(level, chunk): &(Level, i64)| -> Vec<Param<'_>> {
        vec![level.number().into(), target.into(), (*chunk).into(), name.into()]
    };
    let keys: Vec<Vec<Param<'_>>> = wanted.iter().map(key).collect();
    db.read_rows(&CHUNKS, &keys, &mut |row| {
        let number: i64 = row.get(0)?;
        let Some(level) = Level::ALL.into_iter().find(|level| level.number() == number) else {
            return Ok(());
        };
        let chunk = row.get(1)?;
        read_known(row.blob(2)?, target, &mut |track| each((level, chunk), track));
        Ok(())
    })
}

/// Times that can be read. Damaged ones are left out.
pub fn known_times(bytes: &[u8], target: i64) -> Vec<i64> {
    read_times(bytes).unwrap_or_else(|| {
        tracing::warn!(target_number = target, "the times of packed scrapes are damaged, and left out");
        Vec::new()
    })
}

/// Reads the tracks that can be read.
pub fn read_known(bytes: &[u8], target: i64, each: &mut dyn FnMut(&Track)) {
    if read(bytes, each).is_none() {
        tracing::warn!(target_number = target, "packed values of a target are damaged, and left out");
    }
}
