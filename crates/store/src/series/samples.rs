//! All that is kept of series, one sample after the other, for whoever copies or looks at all of it.
use std::collections::HashMap;

use super::changes;
use super::packed::{Level, Place, chunks, times};
use crate::database::{Database, Result, params};

/// A value that a series had from a time on.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The target's name.
    pub target: String,
    /// The series' name.
    pub name: String,
    /// Its labels, as a JSON object.
    pub labels: String,
    /// When it was scraped, ms since the epoch.
    pub time: i64,
    /// The value; of a counter without its resets. `None`: it was gone.
    pub value: Option<f64>,
}

/// Hands every kept value that differs from the one before to `each`: target by target and name by name, and of a name in the
/// order of time.
pub fn samples(db: &dyn Database, each: &mut dyn FnMut(Kept)) -> Result<()> {
    let targets = db.query_map("SELECT id, name FROM targets ORDER BY id", &[], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
    })?;
    for (target, target_name) in targets {
        let places = all_places(db, target)?;
        let recent = db.query_map(
            "SELECT time, changes FROM scrapes WHERE target = ?1 AND time > ?2 ORDER BY time",
            params![target, places.last().map_or(i64::MIN, |last| last.time)],
            |row| {
                let mut all = Vec::new();
                changes::read(row.blob(1)?, &mut |series, value| all.push((series, value)));
                Ok((row.get::<i64>(0)?, all))
            },
        )?;
        let names = db.query_map(
            "SELECT DISTINCT name FROM series WHERE target = ?1 ORDER BY name",
            params![target],
            |row| row.get::<String>(0),
        )?;
        for name in names {
            let mut labels: HashMap<i64, (String, f64)> = HashMap::new();
            db.query(
                "SELECT id, labels FROM series WHERE target = ?1 AND name = ?2",
                params![target, &name],
                &mut |row| {
                    labels.insert(row.get(0)?, (row.get(1)?, f64::NAN));
                    Ok(())
                },
            )?;
            let mut tell = |series: i64, time: i64, value: f64| {
                let Some((labels, before)) = labels.get_mut(&series) else { return };
                if value != *before && !(value.is_nan() && before.is_nan()) {
                    *before = value;
                    each(Kept {
                        target: target_name.clone(),
                        name: name.clone(),
                        labels: labels.clone(),
                        time,
                        value: (!value.is_nan()).then_some(value),
                    });
                }
            };
            // One chunk at a time, so that little is in memory.
            for chunk in places.chunk_by(|a, b| (a.level, a.chunk) == (b.level, b.chunk)) {
                let wanted = [(chunk[0].level, chunk[0].chunk)];
                chunks(db, (target, &name), &wanted, &mut |_, track| {
                    for place in chunk {
                        tell(track.series, place.time, track.at(place.index).value);
                    }
                })?;
            }
            for (time, all) in &recent {
                all.iter().for_each(|(series, value)| tell(*series, *time, *value));
            }
        }
    }
    Ok(())
}

/// Every kept time once, at the finest level that has it.
fn all_places(db: &dyn Database, target: i64) -> Result<Vec<Place>> {
    let mut places: Vec<Place> = Vec::new();
    for level in [Level::All, Level::Hours, Level::Days] {
        let before = places.first().map_or(i64::MAX, |first| first.time);
        let mut coarser = times(db, target, level, (i64::MIN / 2, before.saturating_sub(1)))?;
        coarser.append(&mut places);
        places = coarser;
    }
    Ok(places)
}
