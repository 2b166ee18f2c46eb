//! Packs hours that are over, and finishes days that are over.
use std::collections::{BTreeMap, HashMap};

use super::chunk::{MOST, Point, Track, write, write_times};
use super::kept::{Place, before, before_at, each_value, known_times, read_known, times};
use super::level::Level;
use crate::database::{Database, Param, Result, Type, Upsert, params};
use crate::partitions::{self, Partitions};
use crate::series::changes;
use crate::time::{DAY, HOUR};

/// How long after its end an hour is packed, ms: a scrape that is being written then must not come too late.
const LATE: i64 = 120_000;

/// The tracks of a name, by series.
type Tracks = BTreeMap<i64, Track>;

/// What is packed of an hour already, by series: the places of scrapes, and the values there.
type Known = HashMap<i64, Vec<(usize, f64)>>;

/// Packs one hour of one target, if there is one that is over at `now`. Returns whether there is none.
pub fn pack(db: &dyn Database, now: i64) -> Result<bool> {
    let due = now - LATE;
    let targets = db.query_map(
        "SELECT id, (SELECT min(time) FROM scrapes WHERE target = targets.id) FROM targets ORDER BY id",
        &[],
        |row| Ok((row.get::<i64>(0)?, row.get::<Option<i64>>(1)?)),
    )?;
    let is_over = |oldest: Option<i64>| oldest.is_some_and(|oldest| Level::All.chunk(oldest) + HOUR <= due);
    for (target, _) in targets.into_iter().filter(|(_, oldest)| is_over(*oldest)) {
        if pack_target(db, target, due)? {
            return Ok(false);
        }
    }
    partitions::drop_empty_before(db, "scrapes", now - DAY)?;
    Ok(true)
}

/// Packs the oldest hour of a target that was over at `due`, and finishes its days. Returns whether there was anything to do.
fn pack_target(db: &dyn Database, target: i64, due: i64) -> Result<bool> {
    let packed = before_at(db, target, Level::All, due)?.map_or(i64::MIN, |place| place.time);
    let oldest: Option<i64> =
        db.scalar("SELECT min(time) FROM scrapes WHERE target = ?1 AND time > ?2", params![target, packed])?;
    let hour = oldest.map(|time| Level::All.chunk(time)).filter(|hour| hour + HOUR <= due);
    // A day must be finished before an hour of a later one is packed.
    finish(db, target, Level::Hours.chunk(hour.map_or(due, |hour| hour + HOUR)))?;
    let Some(hour) = hour else { return Ok(false) };
    let mut scraped = Hour::new(target, hour);
    db.query(
        "SELECT time, changes FROM scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3 ORDER BY time",
        params![target, hour, hour + HOUR],
        &mut |row| {
            let time = row.get(0)?;
            if scraped.add(time)
                && changes::read(row.blob(1)?, &mut |series, value| scraped.change(series, value)).is_none()
            {
                tracing::warn!(
                    target_number = target,
                    time,
                    "what a scrape changed is damaged, and left out"
                );
            }
            Ok(())
        },
    )?;
    scraped.write(db, &Level::ALL[..3])?;
    // The newest stays: it says when the target was last scraped.
    db.execute(
        "DELETE FROM scrapes WHERE target = ?1 AND time <= ?2 AND time < (SELECT max(time) FROM scrapes WHERE target = ?1)",
        params![target, hour + HOUR],
    )?;
    Ok(true)
}

/// Adds the last scrape of the newest day up to `day` to the days, unless it is there.
pub fn finish(db: &dyn Database, target: i64, day: i64) -> Result<()> {
    let Some(last) = before_at(db, target, Level::Hours, day)? else { return Ok(()) };
    let known = before_at(db, target, Level::Days, day)?.map_or(i64::MIN, |place| place.time);
    if known >= last.time {
        return Ok(());
    }
    let mut places = vec![last];
    if known == i64::MIN {
        // The very first scrape stays: increases are counted from there.
        let day = times(db, target, Level::Hours, (last.chunk, last.time - 1))?;
        places.splice(0..0, day.into_iter().take(1));
    }
    for place in places {
        let mut names: BTreeMap<String, Tracks> = BTreeMap::new();
        db.query(
            "SELECT name, value FROM packed WHERE level = ?1 AND target = ?2 AND time = ?3",
            params![Level::Hours.number(), target, place.chunk],
            &mut |row| {
                let tracks = names.entry(row.get(0)?).or_default();
                read_known(row.blob(1)?, target, &mut |track| {
                    tracks.insert(track.series, single(track, place.index));
                });
                Ok(())
            },
        )?;
        append(db, target, Level::Days, place.time, names)?;
    }
    Ok(())
}

/// A track of one time alone.
fn single(track: &Track, index: usize) -> Track {
    let mut single = Track::new(track.series);
    single.push(track.at(index));
    single
}

/// The scrapes of one hour of one target, before they are packed.
pub struct Hour {
    target: i64,
    hour: i64,
    times: Vec<i64>,
    /// By series: which scrape, and the value since then.
    changes: HashMap<i64, Vec<(u16, f64)>>,
}

impl Hour {
    /// Without scrapes yet.
    pub fn new(target: i64, hour: i64) -> Self {
        Self { target, hour, times: Vec::new(), changes: HashMap::new() }
    }

    /// Adds the next scrape. Returns `false` where there are too many.
    pub fn add(&mut self, time: i64) -> bool {
        let has_room = self.times.len() < MOST;
        if has_room {
            self.times.push(time);
        }
        has_room
    }

    /// Notes what the last scrape changed.
    pub fn change(&mut self, series: i64, value: f64) {
        let place = self.times.len().saturating_sub(1) as u16;
        self.changes.entry(series).or_default().push((place, value));
    }

    /// Writes the hour to these levels.
    pub fn write(mut self, db: &dyn Database, levels: &[Level]) -> Result<()> {
        if self.times.is_empty() {
            return Ok(());
        }
        let known = self.known(db)?;
        let mut opening: HashMap<i64, Point> = HashMap::new();
        let earlier = before(db, self.target, self.hour)?;
        if let Some(place) = earlier {
            each_value(db, self.target, &place, &mut |series, point| {
                opening.insert(series, point);
            })?;
        }
        let names = db.query_map(
            "SELECT DISTINCT name FROM series WHERE target = ?1 ORDER BY name",
            params![self.target],
            |row| row.get::<String>(0),
        )?;
        let mut series: BTreeMap<String, Vec<(i64, bool)>> =
            names.into_iter().map(|name| (name, Vec::new())).collect();
        db.query(
            "SELECT name, id, counter FROM series WHERE target = ?1 ORDER BY id",
            params![self.target],
            &mut |row| {
                if let Some(all) = series.get_mut(row.text(0)?) {
                    all.push((row.get(1)?, row.get(2)?));
                }
                Ok(())
            },
        )?;
        let minutes = last_of_each(&self.times, Level::Minutes);
        // Where scrapes are a minute apart, one level is enough.
        let has_minutes = minutes.len() < self.times.len() && levels.contains(&Level::Minutes);
        let minute_times: Vec<i64> = minutes.iter().map(|place| self.times[*place]).collect();
        let mut rows: Vec<(Level, String, Vec<u8>)> = Vec::new();
        let (mut begins, mut ends): (BTreeMap<String, Tracks>, BTreeMap<String, Tracks>) = Default::default();
        for (name, all) in series {
            let tracks: Vec<Track> =
                all.into_iter().filter_map(|one| self.track(one, &opening, known.as_ref())).collect();
            if tracks.is_empty() {
                continue;
            }
            let all_at = |index: usize| -> Tracks {
                tracks.iter().map(|track| (track.series, single(track, index))).collect()
            };
            if earlier.is_none() {
                begins.insert(name.clone(), all_at(0));
            }
            ends.insert(name.clone(), all_at(self.times.len() - 1));
            if has_minutes {
                let coarse = |track: &Track| {
                    let mut coarse = Track::new(track.series);
                    minutes.iter().for_each(|place| coarse.push(track.at(*place)));
                    coarse
                };
                let coarse: Vec<Track> = tracks.iter().map(coarse).collect();
                rows.push((Level::Minutes, name.clone(), write(minutes.len(), &coarse)));
            }
            if levels.contains(&Level::All) {
                rows.push((Level::All, name, write(self.times.len(), &tracks)));
            }
        }
        write_chunks(db, self.target, self.hour, &rows)?;
        if levels.contains(&Level::All) {
            put_times(db, self.target, Level::All, self.hour, &self.times)?;
        }
        if has_minutes {
            put_times(db, self.target, Level::Minutes, self.hour, &minute_times)?;
        }
        let (first, last) = (self.times[0], self.times[self.times.len() - 1]);
        if earlier.is_none() && first < last {
            append(db, self.target, Level::Hours, first, begins)?;
        }
        append(db, self.target, Level::Hours, last, ends)
    }

    /// What is packed of this hour already: scrapes that came late are added to it.
    fn known(&mut self, db: &dyn Database) -> Result<Option<Known>> {
        let packed: Vec<Place> = times(db, self.target, Level::All, (self.hour, self.hour + HOUR))?;
        if packed.is_empty() {
            return Ok(None);
        }
        let mut merged: Vec<i64> =
            packed.iter().map(|place| place.time).chain(self.times.iter().copied()).collect();
        merged.sort_unstable();
        merged.dedup();
        merged.truncate(MOST);
        let place = |time: i64| merged.partition_point(|other| *other < time);
        let late: Vec<u16> = self.times.iter().map(|time| place(*time) as u16).collect();
        for changes in self.changes.values_mut() {
            changes.iter_mut().for_each(|(at, _)| *at = late.get(usize::from(*at)).copied().unwrap_or(*at));
        }
        let places: Vec<usize> = packed.iter().map(|packed| place(packed.time)).collect();
        let mut known = Known::new();
        db.query(
            "SELECT value FROM packed WHERE level = ?1 AND target = ?2 AND time = ?3",
            params![Level::All.number(), self.target, self.hour],
            &mut |row| {
                read_known(row.blob(0)?, self.target, &mut |track| {
                    known.insert(
                        track.series,
                        places.iter().copied().zip(track.values.iter().copied()).collect(),
                    );
                });
                Ok(())
            },
        )?;
        self.times = merged;
        Ok(Some(known))
    }

    /// The values of a series at all scrapes of the hour; `None` where it has none.
    fn track(
        &self,
        (series, counter): (i64, bool),
        opening: &HashMap<i64, Point>,
        known: Option<&Known>,
    ) -> Option<Track> {
        let count = self.times.len();
        let mut point = opening.get(&series).copied().unwrap_or_default();
        let mut steps: Vec<(usize, f64)> =
            known.and_then(|known| known.get(&series)).cloned().unwrap_or_default();
        if let Some(changes) = self.changes.get(&series) {
            let late = changes.iter().map(|(at, value)| (usize::from(*at), *value));
            steps.extend(late);
            steps.sort_by_key(|(at, _)| *at);
        }
        if steps.is_empty() && point.held.is_nan() {
            return None;
        }
        let mut steps = steps.into_iter().peekable();
        let mut track = Track::new(series);
        for at in 0..count {
            while let Some((_, next)) = steps.next_if(|(when, _)| *when <= at) {
                point.next(next, counter);
            }
            track.push(point);
        }
        Some(track)
    }
}

/// The places of the last time of each span of a level.
fn last_of_each(times: &[i64], level: Level) -> Vec<usize> {
    let is_last = |place: &usize| {
        times.get(place + 1).is_none_or(|next| level.span(*next) != level.span(times[*place]))
    };
    (0..times.len()).filter(is_last).collect()
}

/// Adds the values of one scrape to a coarse level. Of a span's scrapes the last one stays, and the very first of all.
fn append(
    db: &dyn Database,
    target: i64,
    level: Level,
    time: i64,
    mut names: BTreeMap<String, Tracks>,
) -> Result<()> {
    let chunk = level.chunk(time);
    let kept: Option<Vec<i64>> = db.query_optional(
        "SELECT times FROM packed_times WHERE level = ?1 AND target = ?2 AND time = ?3",
        params![level.number(), target, chunk],
        |row| Ok(known_times(row.blob(0)?, target)),
    )?;
    let mut kept = kept.unwrap_or_default();
    let has_earlier: i64 = db.scalar(
        "SELECT count(*) FROM (SELECT 1 FROM packed_times WHERE level = ?1 AND target = ?2 AND time < ?3 LIMIT 1) AS earlier",
        params![level.number(), target, chunk],
    )?;
    let anchored = usize::from(has_earlier == 0 && kept.first().is_some_and(|first| *first < time));
    let count = kept.iter().take_while(|other| level.span(**other) < level.span(time)).count().max(anchored);
    if kept.len() > count + 1 || kept.get(count).is_some_and(|other| *other > time) {
        // It came too late: the span has a later one.
        return Ok(());
    }
    kept.truncate(count);
    kept.push(time);
    let all = kept.len();
    db.query(
        "SELECT name, value FROM packed WHERE level = ?1 AND target = ?2 AND time = ?3",
        params![level.number(), target, chunk],
        &mut |row| {
            let tracks = names.entry(row.get(0)?).or_default();
            read_known(row.blob(1)?, target, &mut |before| {
                let mut longer = Track::new(before.series);
                (0..count).for_each(|index| longer.push(before.at(index)));
                let now = tracks.get(&before.series).map_or_else(Point::default, |track| track.at(0));
                longer.push(now);
                tracks.insert(before.series, longer);
            });
            Ok(())
        },
    )?;
    let mut rows = Vec::with_capacity(names.len());
    for (name, tracks) in names {
        let whole = |track: Track| {
            // One that is new had no value before.
            let mut whole = Track::new(track.series);
            (track.values.len()..all).for_each(|_| whole.push(Point::default()));
            (0..track.values.len()).for_each(|index| whole.push(track.at(index)));
            whole
        };
        let tracks: Vec<Track> = tracks.into_values().map(whole).filter(|track| !track.is_empty()).collect();
        if !tracks.is_empty() {
            rows.push((level, name, write(all, &tracks)));
        }
    }
    write_chunks(db, target, chunk, &rows)?;
    put_times(db, target, level, chunk, &kept)
}

pub fn write_chunks(
    db: &dyn Database,
    target: i64,
    chunk: i64,
    rows: &[(Level, String, Vec<u8>)],
) -> Result<()> {
    const PACKED: Upsert = Upsert {
        table: "packed",
        columns: &[
            ("level", Type::Integer),
            ("target", Type::Integer),
            ("time", Type::Integer),
            ("name", Type::Text),
            ("value", Type::Blob),
        ],
        conflict: "ON CONFLICT (level, target, time, name) DO UPDATE SET value = excluded.value",
    };
    let levels = rows.iter().map(|(level, ..)| (level.number(), chunk));
    Partitions::default().ensure_levels(db, "packed", levels)?;
    let rows: Vec<Vec<Param<'_>>> = rows
        .iter()
        .map(|(level, name, value)| {
            vec![level.number().into(), target.into(), chunk.into(), name.into(), value.into()]
        })
        .collect();
    db.write_rows(&PACKED, &rows)
}

pub fn put_times(db: &dyn Database, target: i64, level: Level, chunk: i64, times: &[i64]) -> Result<()> {
    Partitions::default().ensure_levels(db, "packed_times", [(level.number(), chunk)])?;
    db.execute(
        "INSERT INTO packed_times (level, target, time, times) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (level, target, time) DO UPDATE SET times = excluded.times",
        params![level.number(), target, chunk, &write_times(times)],
    )
    .map(drop)
}
