//! Packs hours that are over, and finishes days that are over.
use std::collections::{BTreeMap, HashMap};

use super::chunk::{MOST, Track, write, write_times};
use super::kept::{Place, before, before_at, each_value, known_times, read_known, times};
use super::level::Level;
use crate::database::{Database, Param, Result, Type, Upsert, params};
use crate::series::changes;
use crate::time::HOUR;

/// How long after its end an hour is packed, ms: a scrape that is being written then must not come too late.
const LATE: i64 = 120_000;

/// The tracks of a name, by series.
type Tracks = BTreeMap<i64, Track>;

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
    Ok(true)
}

/// Packs the oldest hour of a target that was over at `due`, and finishes its days. Returns whether there was anything to do.
fn pack_target(db: &dyn Database, target: i64, due: i64) -> Result<bool> {
    let packed = before_at(db, target, Level::All, due)?.map_or(i64::MIN, |place| place.time);
    let oldest: Option<i64> = db.scalar(
        "SELECT min(time) FROM scrapes WHERE target = ?1 AND time > ?2",
        params![target, packed],
    )?;
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
            if scraped.add(time) && changes::read(row.blob(1)?, &mut |series, value| scraped.change(series, value)).is_none() {
                tracing::warn!(target_number = target, time, "what a scrape changed is damaged, and left out");
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
                read_known(row.blob(1)?, target, &mut |series, values, fallen| {
                    tracks.insert(series, at(series, values, fallen, place.index));
                });
                Ok(())
            },
        )?;
        append(db, target, Level::Days, place.time, names)?;
    }
    Ok(())
}

/// A track of one value alone.
fn at(series: i64, values: &[f64], fallen: &[f64], index: usize) -> Track {
    let one = |values: &[f64]| values.get(index).copied().into_iter().collect();
    Track { series, values: one(values), fallen: one(fallen) }
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
        let mut opening: HashMap<i64, (f64, f64)> = HashMap::new();
        let earlier = before(db, self.target, self.hour)?;
        if let Some(place) = earlier {
            each_value(db, self.target, &place, &mut |series, value, fallen| {
                opening.insert(series, (value, fallen));
            })?;
        }
        let names = db.query_map(
            "SELECT DISTINCT name FROM series WHERE target = ?1 ORDER BY name",
            params![self.target],
            |row| row.get::<String>(0),
        )?;
        let mut series: BTreeMap<String, Vec<(i64, bool)>> = names.into_iter().map(|name| (name, Vec::new())).collect();
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
            let single = |index: usize| -> Tracks {
                let one = |track: &Track| (track.series, at(track.series, &track.values, &track.fallen, index));
                tracks.iter().map(one).collect()
            };
            if earlier.is_none() {
                begins.insert(name.clone(), single(0));
            }
            ends.insert(name.clone(), single(self.times.len() - 1));
            if has_minutes {
                let some = |values: &Vec<f64>| {
                    minutes.iter().filter_map(|place| values.get(*place).copied()).collect::<Vec<f64>>()
                };
                let coarse: Vec<Track> = tracks
                    .iter()
                    .map(|track| Track { series: track.series, values: some(&track.values), fallen: some(&track.fallen) })
                    .collect();
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
    fn known(&mut self, db: &dyn Database) -> Result<Option<HashMap<i64, Vec<(usize, f64)>>>> {
        let packed: Vec<Place> = times(db, self.target, Level::All, (self.hour, self.hour + HOUR))?;
        if packed.is_empty() {
            return Ok(None);
        }
        let mut merged: Vec<i64> = packed.iter().map(|place| place.time).chain(self.times.iter().copied()).collect();
        merged.sort_unstable();
        merged.dedup();
        merged.truncate(MOST);
        let place = |time: i64| merged.partition_point(|other| *other < time);
        let late: Vec<u16> = self.times.iter().map(|time| place(*time) as u16).collect();
        for changes in self.changes.values_mut() {
            changes.iter_mut().for_each(|(at, _)| *at = late.get(usize::from(*at)).copied().unwrap_or(*at));
        }
        let places: Vec<usize> = packed.iter().map(|packed| place(packed.time)).collect();
        let mut known: HashMap<i64, Vec<(usize, f64)>> = HashMap::new();
        db.query(
            "SELECT value FROM packed WHERE level = ?1 AND target = ?2 AND time = ?3",
            params![Level::All.number(), self.target, self.hour],
            &mut |row| {
                read_known(row.blob(0)?, self.target, &mut |series, values, _| {
                    known.insert(series, places.iter().copied().zip(values.iter().copied()).collect());
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
        opening: &HashMap<i64, (f64, f64)>,
        known: Option<&HashMap<i64, Vec<(usize, f64)>>>,
    ) -> Option<Track> {
        let count = self.times.len();
        let (mut value, mut fell) = opening.get(&series).copied().unwrap_or((f64::NAN, 0.0));
        let mut steps: Vec<(usize, f64)> = known.and_then(|known| known.get(&series)).cloned().unwrap_or_default();
        if let Some(changes) = self.changes.get(&series) {
            let late = changes.iter().map(|(at, value)| (usize::from(*at), *value));
            steps.extend(late);
            steps.sort_by_key(|(at, _)| *at);
        }
        if steps.is_empty() && value.is_nan() && fell == 0.0 {
            return None;
        }
        let mut steps = steps.into_iter().peekable();
        // What it had before a gap.
        let mut last = value;
        let (mut values, mut fallen) = (Vec::with_capacity(count), Vec::new());
        for at in 0..count {
            while let Some((_, next)) = steps.next_if(|(when, _)| *when <= at) {
                if next < last {
                    fell += last;
                }
                if !next.is_nan() {
                    last = next;
                }
                // A counter that is missing keeps its last value: what it counted did happen.
                if !counter || !next.is_nan() {
                    value = next;
                }
            }
            values.push(value);
            if !counter {
                fallen.push(fell);
            }
        }
        Some(Track { series, values, fallen })
    }
}

/// The places of the last time of each span of a level.
fn last_of_each(times: &[i64], level: Level) -> Vec<usize> {
    let is_last =
        |place: &usize| times.get(place + 1).is_none_or(|next| level.span(*next) != level.span(times[*place]));
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
            read_known(row.blob(1)?, target, &mut |series, values, fallen| {
                let track = tracks.entry(series).or_insert_with(|| Track { series, ..Track::default() });
                let longer = |before: &[f64], now: &[f64], none: f64| {
                    let mut joined = before.to_vec();
                    joined.resize(count, none);
                    joined.push(now.last().copied().unwrap_or(none));
                    joined
                };
                track.fallen = longer(fallen, &track.fallen, 0.0);
                track.values = longer(values, &track.values, f64::NAN);
            });
            Ok(())
        },
    )?;
    let mut rows = Vec::with_capacity(names.len());
    for (name, mut tracks) in names {
        // Those that are new had no value before.
        for track in tracks.values_mut() {
            let before = |values: &mut Vec<f64>, none: f64| {
                let missing = all.saturating_sub(values.len());
                values.splice(0..0, std::iter::repeat_n(none, missing));
            };
            before(&mut track.values, f64::NAN);
            before(&mut track.fallen, 0.0);
        }
        let tracks: Vec<Track> = tracks
            .into_values()
            .filter(|track| track.values.iter().any(|value| !value.is_nan()) || track.fallen.iter().any(|fell| *fell != 0.0))
            .collect();
        if !tracks.is_empty() {
            rows.push((level, name, write(all, &tracks)));
        }
    }
    write_chunks(db, target, chunk, &rows)?;
    put_times(db, target, level, chunk, &kept)
}

fn write_chunks(db: &dyn Database, target: i64, chunk: i64, rows: &[(Level, String, Vec<u8>)]) -> Result<()> {
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
    let rows: Vec<Vec<Param<'_>>> = rows
        .iter()
        .map(|(level, name, value)| {
            vec![level.number().into(), target.into(), chunk.into(), name.into(), value.into()]
        })
        .collect();
    db.write_rows(&PACKED, &rows)
}

fn put_times(db: &dyn Database, target: i64, level: Level, chunk: i64, times: &[i64]) -> Result<()> {
    db.execute(
        "INSERT INTO packed_times (level, target, time, times) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (level, target, time) DO UPDATE SET times = excluded.times",
        params![level.number(), target, chunk, &write_times(times)],
    )
    .map(drop)
}
