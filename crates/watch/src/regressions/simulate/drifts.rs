//! Applications without releases: what gets slower by itself, and what does not.
use super::releases::bounds;
use super::world::{Effect, METRICS, Size, World};
use crate::regressions::drift::{Above, Baseline, LEARNT, WATCHED};
use crate::regressions::sequential::Stratum;
use crate::regressions::usual::{ABOVE, Usual};
use crate::regressions::watch::{Before, Hour};

/// What becomes slower, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Drifting {
    /// 1.2: by 20 %.
    pub factor: f64,
    /// The metric.
    pub metric: usize,
}

/// The counts of hours, by place.
fn hours(world: &mut World, before: &Before, count: usize, effect: Effect<'_>) -> Vec<Vec<Above>> {
    let places = before.shape.places();
    let mut all: Vec<Vec<Above>> = vec![Vec::with_capacity(count); places];
    for _ in 0..count {
        let mut hour = Hour { strata: vec![Stratum::default(); places], ..Hour::default() };
        // All have the "new" release: what is slower is slower for all.
        world.add_views(before, &mut hour, 1.0, 1.0, effect);
        world.skip_hour();
        for (series, stratum) in all.iter_mut().zip(&hour.strata) {
            series.push((stratum.new[ABOVE..].iter().sum(), stratum.new.iter().sum()));
        }
    }
    all
}

fn learn(first: usize, usual: &[Option<Usual>], before: &Before, past: &[Vec<Above>]) -> Baseline {
    let bounds = bounds(0.001, 0.2);
    Baseline::learn(before.shape, usual.to_vec(), (first as i64, past), bounds.thresholds, bounds.floors)
}

/// How many false alarms there are in a year in which nothing changes. What is usual is learnt anew each week, from the four weeks
/// before.
pub fn quiet_year(size: Size, seed: u64) -> usize {
    let mut world = World::new(size, seed);
    let before = world.learn();
    let same: Effect<'_> = &|_, _, _| 1.0;
    let mut first = world.next_hour();
    let mut past = hours(&mut world, &before, LEARNT, same);
    let mut alarms = 0;
    for _ in 0..52 {
        let baseline = learn(first, &before.usual, &before, &past);
        let week = hours(&mut world, &before, WATCHED, same);
        let mut metrics = [false; METRICS];
        for found in baseline.replay((first + LEARNT) as i64, &week) {
            metrics[found.metric] = true;
        }
        alarms += metrics.into_iter().filter(|alarm| *alarm).count();
        for (past, week) in past.iter_mut().zip(week) {
            past.drain(..WATCHED);
            past.extend(week);
        }
        first += WATCHED;
    }
    alarms
}

/// After how many hours something is found that makes all pages slower from some hour on; `None`: not within five days.
pub fn drifting(size: Size, seed: u64, Drifting { factor, metric }: Drifting) -> Option<f64> {
    let mut world = World::new(size, seed);
    let before = world.learn();
    let first = world.next_hour();
    let past = hours(&mut world, &before, LEARNT, &|_, _, _| 1.0);
    let baseline = learn(first, &before.usual, &before, &past);
    let quiet = 24 + seed as usize % 24;
    let mut week = hours(&mut world, &before, quiet, &|_, _, _| 1.0);
    let slow =
        hours(&mut world, &before, WATCHED - quiet, &|_, one, _| if one == metric { factor } else { 1.0 });
    for (week, slow) in week.iter_mut().zip(slow) {
        week.extend(slow);
    }
    let began = (first + LEARNT + quiet) as i64;
    let found = baseline.replay((first + LEARNT) as i64, &week).into_iter();
    let after =
        found.filter(|found| found.metric == metric && found.at > began).map(|found| found.at - began);
    after.min().map(|hours| hours as f64)
}
