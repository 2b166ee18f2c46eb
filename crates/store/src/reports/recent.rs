//! The newest scrapes of a target, which are not packed yet: what they changed, as far as the points of a report need it.
use std::collections::HashMap;

use crate::database::{Database, Result, params};
use crate::series::read;

/// What changed of one series.
#[derive(Debug, Default)]
struct Changed {
    /// The first value, which may be lower than the last one that is packed.
    first: f64,
    last: f64,
    /// What it fell from since the first value.
    fallen: f64,
    /// For each point at which anything differs from the one before: the point, the value, what it fell from.
    points: Vec<(usize, f64, f64)>,
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
                if read::changes(row.blob(1)?, &mut |series, value| recent.change(series, point, value)).is_none() {
                    tracing::warn!(target_number = target, time, "what a scrape changed is damaged, and left out");
                }
                Ok(())
            },
        )?;
        Ok(recent)
    }

    fn change(&mut self, series: i64, point: usize, value: f64) {
        let changed =
            self.series.entry(series).or_insert_with(|| Changed { first: f64::NAN, last: f64::NAN, ..Changed::default() });
        if changed.first.is_nan() {
            changed.first = value;
        }
        if value < changed.last {
            changed.fallen += changed.last;
        }
        if !value.is_nan() {
            changed.last = value;
        }
        let is = (point, value, changed.fallen);
        match changed.points.last_mut().filter(|last| last.0 == point) {
            Some(last) => *last = is,
            None => changed.points.push(is),
        }
    }

    /// Hands each point's value and what the series fell from to `each`. `before`: both at the last packed scrape. A counter keeps
    /// its value where it is missing.
    pub fn values(
        &self,
        series: i64,
        (value, fallen): (f64, f64),
        counter: bool,
        each: &mut dyn FnMut(usize, f64, f64),
    ) {
        let Some(changed) = self.series.get(&series) else {
            (0..self.points).for_each(|point| each(point, value, fallen));
            return;
        };
        let begun = if changed.first < value { fallen + value } else { fallen };
        let mut changes = changed.points.iter().peekable();
        let mut is = (value, fallen);
        for point in 0..self.points {
            while let Some((_, value, since)) = changes.next_if(|change| change.0 <= point) {
                is = (if counter && value.is_nan() { is.0 } else { *value }, begun + since);
            }
            each(point, is.0, is.1);
        }
    }
}
