//! Scrapes with points of one's own choice, for figures of spans that lie side by side.
use super::{Finding, Scrapes};
use crate::database::{Database, Result};
use crate::reports::source::Grid;
use crate::reports::steps::Steps;
use crate::time::MINUTE;

/// Where the points of a window are.
#[derive(Clone, Copy, Debug)]
pub enum Points<'a> {
    /// The last scrape before the ends of all steps of this length, ms.
    Steps(i64),
    /// Those of each minute, and the last scrapes before these times.
    Fine(i64, &'a [i64]),
    /// All that are kept, one a minute at most where they are packed.
    All,
}

impl<'c> Scrapes<'c> {
    /// The scrapes of the target from `from` to `to`, which lie side by side: each step of the grid is one between two neighbours.
    /// `None` if it never was scraped.
    pub fn between(
        db: &'c dyn Database,
        target: &str,
        (from, to): (i64, i64),
        points: Points<'_>,
        interval: i64,
    ) -> Result<Option<Self>> {
        let Some(target) = Self::id(db, target)? else { return Ok(None) };
        let (step, cuts, level): (i64, &[i64], i64) = match points {
            Points::Steps(step) => (step, &[], step),
            Points::Fine(step, cuts) => (step, cuts, MINUTE),
            Points::All => (to - from, &[], MINUTE),
        };
        let step = step.max(1);
        let steps = Steps { from, to, step: level.max(1), ends: vec![to] };
        let finding = Finding { db, target, steps: &steps, interval };
        let found = finding.all()?;
        let times: Vec<i64> = found.times.keys().copied().filter(|time| *time <= to).collect();
        let last = |end: i64| times.partition_point(|time| *time <= end).checked_sub(1);
        let first = last(from).unwrap_or(0);
        let mut places: Vec<usize> = match points {
            Points::All => (first..times.len()).collect(),
            _ => {
                let begin = from - from.rem_euclid(step) + step;
                let ends = std::iter::successors(Some(begin), |end| end.checked_add(step));
                let ends = ends.take_while(|end| *end < to).chain(cuts.iter().copied()).chain([to]);
                ends.filter_map(last).filter(|place| *place > first).chain([first]).collect()
            }
        };
        places.sort_unstable();
        places.dedup();
        let points: Vec<i64> = places.iter().filter_map(|place| times.get(*place).copied()).collect();
        let pairs = (1..points.len()).map(|last| Some((last - 1, last))).collect();
        let whole = points.len().checked_sub(1).filter(|last| *last > 0).map(|last| (0, last));
        finding.on(found, Grid { points, steps: pairs, whole }).map(Some)
    }
}
