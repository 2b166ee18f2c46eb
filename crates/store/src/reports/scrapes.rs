//! The store's scraped series as a [`Source`].
use std::collections::{BTreeMap, HashMap, HashSet};

use super::recent::Recent;
use super::source::{Counter, Gauge, Grid, Labels, Source};
use super::steps::Steps;
use crate::database::{Database, Error, Result, params};
use crate::series::{Level, Place, Point, read};
use crate::time::DAY;

/// The scrapes of one target that a window needs.
pub struct Scrapes<'c> {
    db: &'c dyn Database,
    target: i64,
    grid: Grid,
    /// Of which packed values each point of the grid has its own: by chunk, the point and its place in the chunk.
    packed: BTreeMap<(Level, i64), Vec<(usize, usize)>>,
    /// The points from this one on are not packed yet.
    recent_from: usize,
    recent: Recent,
}

impl std::fmt::Debug for Scrapes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrapes").field("target", &self.target).finish_non_exhaustive()
    }
}

/// A series of a name, and its values at all points.
struct Read {
    labels: Labels,
    counter: bool,
    first: Option<f64>,
    values: Vec<Option<f64>>,
}

/// What a series is read as.
#[derive(Clone, Copy)]
enum As {
    Counter,
    Gauge,
}

impl As {
    /// The value at a point. `counter`: whether the series is declared to be one.
    fn value(self, counter: bool, point: Point) -> Option<f64> {
        let value = match self {
            // It is stored as it was, and by Prometheus' rule was reset to zero wherever it fell.
            Self::Counter if !counter => point.held + point.fallen,
            _ => point.value,
        };
        (!value.is_nan()).then_some(value)
    }
}

/// Times at which there are values. `None`: its scrape is not packed yet.
type Times = BTreeMap<i64, Option<Place>>;

impl<'c> Scrapes<'c> {
    /// Reads the scrapes of `target`, which is scraped every `interval` ms; `None` if it never was.
    pub fn new(db: &'c dyn Database, target: &str, steps: &Steps, interval: i64) -> Result<Option<Self>> {
        let Some(target) = Self::id(db, target)? else { return Ok(None) };
        let finding = Finding { db, target, steps, interval };
        finding.scrapes(finding.all()?).map(Some)
    }

    /// The same with the beginning and the end of the window alone, which costs little however long it is.
    pub fn whole(db: &'c dyn Database, target: &str, steps: &Steps, interval: i64) -> Result<Option<Self>> {
        let Some(target) = Self::id(db, target)? else { return Ok(None) };
        let finding = Finding { db, target, steps, interval };
        finding.scrapes(finding.ends()?).map(Some)
    }

    /// Its target's number in the store.
    pub fn target(&self) -> i64 {
        self.target
    }

    /// The number of a target in the store; `None` if it was never scraped.
    pub fn id(db: &dyn Database, target: &str) -> Result<Option<i64>> {
        db.query_optional("SELECT id FROM targets WHERE name = ?1", params![target], |row| row.get(0))
    }

    /// Until when counters may have counted too much, if that is after the window begins.
    pub fn inexact_until(&self, steps: &Steps) -> Result<Option<i64>> {
        let until: Option<i64> = self.db.scalar(
            "SELECT max(inexact) FROM series WHERE target = ?1 AND inexact > ?2",
            params![self.target, steps.from],
        )?;
        Ok(until.map(|until| until.min(steps.to)))
    }

    /// All series of a name with their values.
    fn read(&self, name: &str, what: As) -> Result<Vec<Read>> {
        let count = self.grid.points.len();
        let mut places: HashMap<i64, usize> = HashMap::new();
        let mut all: Vec<Read> = Vec::new();
        // Buckets that a release before had would bound those of today. `seen` is written once a day only.
        let since =
            self.grid.points.first().filter(|_| name.ends_with("_bucket")).map(|first| first - 2 * DAY);
        self.db.query(
            "SELECT id, labels, counter, first FROM series WHERE target = ?1 AND name = ?2 AND seen >= ?3 ORDER BY id",
            params![self.target, name, since.unwrap_or(i64::MIN)],
            &mut |row| {
                places.insert(row.get(0)?, all.len());
                all.push(Read {
                    labels: serde_json::from_str(row.text(1)?).unwrap_or_default(),
                    counter: row.get(2)?,
                    first: row.get(3)?,
                    values: vec![None; count],
                });
                Ok(())
            },
        )?;
        // What each had at the last packed scrape stands behind the last point.
        let mut before = vec![Point::default(); all.len()];
        let wanted: Vec<(Level, i64)> = self.packed.keys().copied().collect();
        read::chunks(self.db, (self.target, name), &wanted, &mut |chunk, track| {
            let (Some(place), Some(points)) = (places.get(&track.series), self.packed.get(&chunk)) else {
                return;
            };
            let one = &mut all[*place];
            for (point, index) in points {
                match one.values.get_mut(*point) {
                    Some(value) => *value = what.value(one.counter, track.at(*index)),
                    None => before[*place] = track.at(*index),
                }
            }
        })?;
        for (id, place) in places {
            let one = &mut all[place];
            self.recent.values(id, before[place], one.counter, &mut |point, known| {
                one.values[self.recent_from + point] = what.value(one.counter, known);
            });
        }
        Ok(all)
    }
}

impl Source for Scrapes<'_> {
    type Error = Error;

    fn grid(&self) -> &Grid {
        &self.grid
    }

    fn counters(&self, name: &str) -> Result<Vec<Counter>> {
        let counter = |read: Read| {
            let known = read.values.iter().find_map(|value| *value)?;
            // What begins within the window is counted from its first value.
            let first = match read.values.first() {
                Some(None) => read.first.unwrap_or(known),
                _ => known,
            };
            Some(Counter { labels: read.labels, first, values: read.values })
        };
        Ok(self.read(name, As::Counter)?.into_iter().filter_map(counter).collect())
    }

    fn gauges(&self, name: &str) -> Result<Vec<Gauge>> {
        let gauge = |Read { labels, values, .. }: Read| {
            values.iter().any(Option::is_some).then_some(Gauge { labels, values })
        };
        Ok(self.read(name, As::Gauge)?.into_iter().filter_map(gauge).collect())
    }
}

pub use between::Points;

/// Finds the times that a window needs, and where their values are.
struct Finding<'a, 'c> {
    db: &'c dyn Database,
    target: i64,
    steps: &'a Steps,
    interval: i64,
}

/// What was found.
#[derive(Default)]
struct Found {
    times: Times,
    /// Up to when kept scrapes are how far apart, ms; the oldest first.
    spacings: Vec<(i64, i64)>,
    /// The last packed scrape up to the window's end.
    packed: Option<Place>,
}

impl<'c> Finding<'_, 'c> {
    /// The coarsest level that has a scrape for each step.
    fn level(&self) -> Level {
        let fits = |level: &&Level| level.spacing() <= self.steps.step;
        Level::ALL.iter().rev().find(fits).copied().unwrap_or(Level::All)
    }

    /// All times of the window.
    fn all(&self) -> Result<Found> {
        let Steps { from, to, .. } = *self.steps;
        let window = Grid::window(self.steps, self.interval);
        let mut found = Found { packed: read::before(self.db, self.target, to)?, ..Found::default() };
        let mut end = to;
        // Of what is older than a level keeps, the next coarser one has some.
        for level in Level::ALL.into_iter().filter(|level| *level >= self.level()) {
            let begin = from - 2 * window.max(level.spacing());
            if begin >= end {
                break;
            }
            let places = self.times(level, (begin, end))?;
            if level > self.level() && !places.is_empty() {
                found.spacings.insert(0, (end.saturating_add(level.spacing()), level.spacing()));
            }
            let since = read::since(self.db, self.target, level)?;
            end = since.map_or(end, |since| end.min(since));
            found.times.extend(places.into_iter().map(|place| (place.time, Some(place))));
        }
        // Where the window or its last step begins and ends between two times of a coarse level, a finer one knows more.
        for time in [from, to - window] {
            let anchor = read::before(self.db, self.target, time)?.filter(|place| place.time > time - window);
            // The target was down then: what counts is the first scrape after that.
            let anchor = match anchor {
                None => read::after(self.db, self.target, (time, to))?,
                anchor => anchor,
            };
            found.times.extend(anchor.map(|place| (place.time, Some(place))));
        }
        found.times.extend(
            found.packed.filter(|last| last.time > from - 2 * window).map(|last| (last.time, Some(last))),
        );
        let since = found.packed.map_or(from - 2 * window, |last| last.time.max(from - 2 * window));
        self.db.query(
            "SELECT time FROM scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3",
            params![self.target, since, to],
            &mut |row| {
                found.times.insert(row.get(0)?, None);
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// The times of a level. Where scrapes are a minute apart or more, those of minutes are all.
    fn times(&self, level: Level, window: (i64, i64)) -> Result<Vec<Place>> {
        let mut places = read::times(self.db, self.target, level, window)?;
        if level == Level::Minutes {
            let chunks: HashSet<i64> = places.iter().map(|place| place.chunk).collect();
            let all = read::times(self.db, self.target, Level::All, window)?;
            places.extend(all.into_iter().filter(|place| !chunks.contains(&place.chunk)));
            places.sort_unstable_by_key(|place| place.time);
        }
        Ok(places)
    }

    /// The last time before the window, or where the target was down, the first in it; and the last in it.
    fn ends(&self) -> Result<Found> {
        let Steps { from, to, .. } = *self.steps;
        let packed = read::before(self.db, self.target, to)?;
        let since = packed.map_or(i64::MIN, |last| last.time);
        let mut found = Found { packed, ..Found::default() };
        let recent = |question: &str, (after, upto): (i64, i64)| -> Result<Option<(i64, Option<Place>)>> {
            let sql = format!(
                "SELECT {question}(time) FROM scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3"
            );
            let time: Option<i64> = self.db.scalar(&sql, params![self.target, after.max(since), upto])?;
            Ok(time.map(|time| (time, None)))
        };
        let window = Grid::window(self.steps, self.interval);
        let mut before = recent("max", (from - window, from))?;
        if before.is_none()
            && let Some(place) = read::before(self.db, self.target, from)?
        {
            let spacing = read::spacing(self.db, self.target, place.time)?;
            if place.time > from - window.max(spacing) {
                before = Some((place.time, Some(place)));
                found.spacings.push((from, spacing));
            }
        }
        if before.is_none() {
            let place = read::after(self.db, self.target, (from, to))?;
            before = match place {
                Some(place) => Some((place.time, Some(place))),
                None => recent("min", (from, to))?,
            };
        }
        let last = recent("max", (from, to))?.or(packed.map(|last| (last.time, Some(last))));
        found.times.extend(before.into_iter().chain(last));
        Ok(found)
    }

    fn scrapes(&self, found: Found) -> Result<Scrapes<'c>> {
        let all: Vec<i64> = found.times.keys().copied().collect();
        let spacing =
            |time: i64| found.spacings.iter().find(|(until, _)| time <= *until).map_or(0, |found| found.1);
        let grid = Grid::kept(&all, spacing, self.steps, self.interval);
        self.on(found, grid)
    }

    /// What was found, with the points of `grid`, which are some of its times.
    fn on(&self, found: Found, grid: Grid) -> Result<Scrapes<'c>> {
        let Found { times, packed, .. } = found;
        let mut chunks: BTreeMap<(Level, i64), Vec<(usize, usize)>> = BTreeMap::new();
        let mut recent_from = grid.points.len();
        for (point, time) in grid.points.iter().enumerate() {
            match times.get(time).copied().flatten() {
                Some(place) => {
                    chunks.entry((place.level, place.chunk)).or_default().push((point, place.index))
                }
                None => recent_from = recent_from.min(point),
            }
        }
        let mut recent = Recent::default();
        if recent_from < grid.points.len() {
            if let Some(place) = packed {
                let behind = (grid.points.len(), place.index);
                chunks.entry((place.level, place.chunk)).or_default().push(behind);
            }
            let since = packed.map_or(i64::MIN, |place| place.time);
            recent = Recent::read(self.db, self.target, since, &grid.points[recent_from..])?;
        }
        Ok(Scrapes { db: self.db, target: self.target, grid, packed: chunks, recent_from, recent })
    }
}

mod between;
#[cfg(test)]
mod history;
#[cfg(test)]
mod tests;
