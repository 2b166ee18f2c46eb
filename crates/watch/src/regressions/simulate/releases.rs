//! Releases of a simulated application: how often a harmless one is called slow, and how soon a slow one is.
use super::world::{Effect, METRICS, Size, World};
use crate::regressions::sequential::Stratum;
use crate::regressions::watch::{Before, Bounds, Hour, ReleaseWatch};

const HOUR: i64 = 3_600_000;

/// How a release comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rollout {
    /// This share of the visitors get it.
    Share(f64),
    /// All new visits get it; old pages stay open for some hours.
    Ramp,
}

impl Rollout {
    fn share(self, hours: f64) -> f64 {
        match self {
            Self::Share(share) => share,
            Self::Ramp => 0.98 * (1.0 - (-(hours + 0.25) / 4.0).exp()),
        }
    }
}

/// From when on something is reported, `threshold` for all metrics.
pub fn bounds(alpha: f64, threshold: f64) -> Bounds {
    Bounds { alpha, thresholds: vec![threshold; METRICS], floors: vec![625.0, 50.0, 0.025, 450.0, 200.0] }
}

/// What became of a release.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// After how many hours each metric was first reported.
    pub reported: Vec<Option<f64>>,
    /// The watch at its end.
    pub watch: Option<ReleaseWatch>,
}

impl Outcome {
    /// After how many hours anything was reported.
    pub fn first(&self) -> Option<f64> {
        self.reported.iter().flatten().copied().min_by(f64::total_cmp)
    }
}

/// Watches a release for some hours, `looks` times an hour.
pub fn watch(
    world: &mut World,
    (before, bounds): (Before, Bounds),
    rollout: Rollout,
    (hours, looks): (usize, usize),
    effect: Effect<'_>,
) -> Outcome {
    let mut watch = ReleaseWatch::new(before.clone(), bounds);
    let mut reported = vec![None; METRICS];
    for hour in 0..hours {
        let mut seen = Hour { strata: vec![Stratum::default(); before.shape.places()], ..Hour::default() };
        for look in 1..=looks {
            let at = hour as f64 + look as f64 / looks as f64;
            world.add_views(&before, &mut seen, 1.0 / looks as f64, rollout.share(at), effect);
            let now = (at * HOUR as f64) as i64;
            if look < looks {
                watch.look(now, &seen)
            } else {
                watch.finish_hour(now, &seen)
            }
            for found in watch.found() {
                reported[found.metric].get_or_insert(at);
            }
        }
        world.skip_hour();
    }
    Outcome { reported, watch: Some(watch) }
}

/// Harmless releases for some weeks, `a_week` of them, each watched for three days. Returns how many metrics were reported.
pub fn harmless(size: Size, seed: u64, (weeks, a_week): (usize, usize), bounds: &Bounds) -> usize {
    let mut world = World::new(size, seed);
    let (mut alarms, mut known) = (0, None);
    let every = 7 * 24 / a_week;
    let begin = world.next_hour();
    let mut releases = 0;
    while world.next_hour() < begin + weeks * 7 * 24 {
        // What is usual is learnt anew each month; what the releases of a month are compared by is the same.
        if releases % (4 * a_week) == 0 {
            known = Some(world.learn());
        }
        releases += 1;
        let Some(before) = &known else { break };
        let watched = every.min(72);
        let same: Effect<'_> = &|_, _, _| 1.0;
        let outcome = watch(&mut world, (before.clone(), bounds.clone()), Rollout::Ramp, (watched, 2), same);
        alarms += outcome.reported.iter().flatten().count();
        (watched..every).for_each(|_| world.skip_hour());
    }
    alarms
}

/// A release that comes in working hours of a working day, watched for a day.
pub fn slow_release(
    size: Size,
    seed: u64,
    (rollout, bounds): (Rollout, Bounds),
    hours: usize,
    effect: Effect<'_>,
) -> Outcome {
    let mut world = World::new(size, seed);
    let before = world.learn();
    let in_working_hours = |hour: usize| hour / 24 % 7 < 5 && (8..17).contains(&(hour % 24));
    let later = seed as usize % 9;
    while !in_working_hours(world.next_hour()) || world.next_hour() % 24 != 8 + later {
        world.skip_hour();
    }
    watch(&mut world, (before, bounds), rollout, (hours, 6), effect)
}
