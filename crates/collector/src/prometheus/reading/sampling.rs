//! At which times a report's series are read, and whether counters come as they are.
use whippet_store::reports::steps::Steps;

/// The most values that one report reads.
const VALUES: i64 = 600_000;
/// The most points of a series that is read as it is.
const RAW_POINTS: i64 = 2_000;

/// How series are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// The first time, ms since the epoch: a multiple of `every`.
    pub from: i64,
    /// The last.
    pub to: i64,
    /// The time between two, ms. The report's step is a multiple of it, so that each step ends at one of them.
    pub every: i64,
    /// Counters are asked for as Prometheus' `increase` between two times: it sees every scrape, and so every reset. Otherwise
    /// the times are as dense as scrapes.
    pub by_increase: bool,
}

impl Sampling {
    /// For `series` series that were scraped every `interval` ms. `None` if there are too many.
    pub fn new(steps: &Steps, interval: i64, series: usize) -> Option<Self> {
        let series = series.max(1) as i64;
        let dense = Self::at(steps, part_of(steps.step, interval), false);
        if dense.points() <= RAW_POINTS && dense.points() * series <= VALUES {
            return Some(dense);
        }
        // Between two of them there are at least four scrapes.
        let parts = [4, 3, 2, 1].into_iter().filter(|part| *part == 1 || steps.step / part >= 4 * interval);
        parts
            .map(|part| Self::at(steps, part_of(steps.step, steps.step / part), true))
            .find(|sampling| sampling.points() * series <= VALUES)
    }

    fn at(steps: &Steps, every: i64, by_increase: bool) -> Self {
        let multiple = |time: i64| time - time.rem_euclid(every);
        Self { from: multiple(steps.from - 2 * steps.step), to: multiple(steps.to), every, by_increase }
    }

    fn points(&self) -> i64 {
        (self.to - self.from) / self.every + 1
    }

    /// All times.
    pub fn times(&self) -> Vec<i64> {
        (0..self.points()).map(|point| self.from + point * self.every).collect()
    }

    /// The place of a time among all, where it is one of them. `seconds` since the epoch.
    pub fn place(&self, seconds: f64) -> Option<usize> {
        let ms = (seconds * 1000.0).round() as i64;
        // Any number may come.
        let place = ms.checked_sub(self.from)?.checked_add(self.every / 2)?.div_euclid(self.every);
        (0..self.points()).contains(&place).then_some(place as usize)
    }
}

/// The smallest part of `step` that divides it and is at least `least`.
fn part_of(step: i64, least: i64) -> i64 {
    let most = (step / least.max(1)).clamp(1, 1000);
    (1..=most).rev().find(|parts| step % parts == 0).map_or(step, |parts| step / parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::Range;

    const SECOND: i64 = 1000;
    const HOUR: i64 = 3_600_000;
    const NOW: i64 = 1_700_000_007_123;

    fn sampling(window: i64, interval: i64, series: usize) -> Option<(i64, bool, i64)> {
        let steps = Steps::new(&Range { from: NOW - window, to: NOW }, 2 * interval);
        let sampling = Sampling::new(&steps, interval, series)?;
        let times = sampling.times();
        // Every step ends at one of the times; the last one early.
        for end in &steps.ends[..steps.ends.len() - 1] {
            assert!(times.binary_search(end).is_ok());
        }
        assert!(*times.last().unwrap() > NOW - sampling.every && times[0] <= NOW - window - steps.step);
        assert_eq!(sampling.place(times[3] as f64 / 1000.0), Some(3));
        assert_eq!(sampling.place(0.0), None);
        Some((sampling.every / SECOND, sampling.by_increase, sampling.points()))
    }

    #[test]
    fn short_windows_are_read_as_scraped_and_long_ones_by_increase() {
        assert_eq!(sampling(HOUR, 15 * SECOND, 500), Some((15, false, 245)));
        assert_eq!(sampling(HOUR, 7 * SECOND, 500), Some((7, false, 489)));
        assert_eq!(sampling(6 * HOUR, 15 * SECOND, 100), Some((15, false, 1457)));
        assert_eq!(sampling(24 * HOUR, 15 * SECOND, 100), Some((150, true, 585)));
        assert_eq!(sampling(24 * HOUR, 15 * SECOND, 2000), Some((300, true, 293)));
        assert_eq!(sampling(24 * HOUR, 15 * SECOND, 4000), Some((600, true, 147)));
        assert_eq!(sampling(24 * HOUR, 15 * SECOND, 5000), None);
        assert_eq!(sampling(30 * 24 * HOUR, 60 * SECOND, 100), Some((3600, true, 729)));
    }
}
