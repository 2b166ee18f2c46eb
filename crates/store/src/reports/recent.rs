//! The newest scrapes of a target, which are not packed yet: what they changed, as far as the points of a report need it.
use std::collections::HashMap;

use crate::database::{Database, Result, params};
use crate::series::{Point, read};

/// What changed of one series.
#[derive(Debug, Default)]
struct Changed {
    /// The first value, which may be lower than the last one that is packed.
    first: f64,
    /// For each point at which anything differs from the one before: the point, and what is known.
    points: Vec<(usize, Point)>,
}

/// The changes of all series between the last packed scrape and the end of a window, at some points.
#[derive(Debug, Default)]
pub struct Recent {
    points: usize,
    series: HashMap<i64, Changed>,
}

impl Recent {
    /// Reads what changed after `from`. `points` are sorted times after that.
    pub fn read(db: &dyn Database, target: i64, from: i64, points: &[i64]) -> Result<Self> {
        let mut recent = Self { points: points.len(), series: HashMap::new() };
        let Some(to) = points.last() else { return Ok(recent) };
        db.query(
            "SELECT time, changes FROM scrapes WHERE target = ?1 AND time > ?2 AND time <= ?3 ORDER BY time",
            params![target, from, *to],
            &mut |row| {
                let time: i64 = row.get(0)?;
                let point = points.partition_point(|point| *point < time);
                if read::changes(row.blob(1)?, &mut |series, value| recent.change(series, point, value))
                    .is_none()
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
        Ok(recent)
    }

    fn change(&mut self, series: i64, point: usize, value: f64) {
        let changed =
            self.series.entry(series).or_insert_with(|| Changed { first: f64::NAN, points: Vec::new() });
        if changed.first.is_nan() {
            changed.first = value;
        }
        let mut is = changed.points.last().map_or_else(Point::default, |last| last.1);
        is.next(value, false);
        match changed.points.last_mut().filter(|last| last.0 == point) {
            Some(last) => last.1 = is,
            None => changed.points.push((point, is)),
        }
    }

    /// Hands what is known at each point to `each`. `before`: what was known at the last packed scrape. A counter keeps its value
    /// where it is missing.
    pub fn values(&self, series: i64, before: Point, counter: bool, each: &mut dyn FnMut(usize, Point)) {
        let Some(changed) = self.series.get(&series) else {
            (0..self.points).for_each(|point| each(point, before));
            return;
        };
        // Whether it fell with its first value.
        let mut begun = before;
        begun.next(changed.first, counter);
        let mut changes = changed.points.iter().peekable();
        let mut is = before;
        for point in 0..self.points {
            while let Some((_, now)) = changes.next_if(|change| change.0 <= point) {
                let held = if now.held.is_nan() { before.held } else { now.held };
                let value = if counter { held } else { now.value };
                is = Point { value, held, fallen: begun.fallen + now.fallen };
            }
            each(point, is);
        }
    }
}
