//! Series in memory as a [`Source`]: raw values that were fetched from another server.
use std::collections::BTreeMap;
use std::convert::Infallible;

use whippet_catalogue::{Exposed, Gather};

use super::source::{Counter, Gauge, Grid, Labels, Source, Unreset};
use super::steps::Steps;

/// A series with its raw values.
#[derive(Clone, Debug)]
struct Raw {
    labels: Labels,
    counter: bool,
    values: Vec<Option<f64>>,
}

/// The series of one target over a window, with raw values at the same times.
#[derive(Clone, Debug)]
pub struct Memory {
    times: Vec<i64>,
    /// Whether any series has a value at the time.
    up: Vec<bool>,
    steps: Steps,
    grid: Grid,
    series: BTreeMap<String, Vec<Raw>>,
}

impl Memory {
    /// Without series. `times` are sorted; they may be closer than steps, and should begin a step before the first. A reset
    /// between two times is seen where the value is less than before.
    pub fn new(times: Vec<i64>, steps: &Steps) -> Self {
        let up = vec![false; times.len()];
        Self { times, up, steps: steps.clone(), grid: Grid::default(), series: BTreeMap::new() }
    }

    /// Adds a series with one value per time; NaN is no value.
    pub fn add(&mut self, name: &str, labels: Labels, counter: bool, mut values: Vec<Option<f64>>) {
        values.resize(self.times.len(), None);
        for (value, up) in values.iter_mut().zip(&mut self.up) {
            *value = value.filter(|value| !value.is_nan());
            *up |= value.is_some();
        }
        self.series.entry(name.to_owned()).or_default().push(Raw { labels, counter, values });
    }

    /// Must be called once all series were added: finds when the target was up.
    pub fn finish(&mut self) {
        let up: Vec<i64> =
            self.times.iter().zip(&self.up).filter(|(_, up)| **up).map(|(time, _)| *time).collect();
        let apart = self.times.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(self.steps.step);
        // Values of a server are there at any time, so a rate needs no more than two of them.
        self.grid = Grid::new(&up, &self.steps, (apart / 3).max(1));
    }

    /// What the target exposes.
    pub fn exposed(&self) -> Exposed {
        let mut gather = Gather::default();
        for (name, all) in &self.series {
            for raw in all {
                let labels = raw.labels.iter().map(|(label, value)| (label.as_str(), value.as_str()));
                gather.add(name, labels, raw.counter);
            }
        }
        gather.finish()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Raw> {
        self.series.get(name).into_iter().flatten()
    }

    /// The values at the grid's points, which are some of the times.
    fn at_points(&self, values: &[Option<f64>]) -> Vec<Option<f64>> {
        let place = |point: &i64| self.times.partition_point(|time| time < point);
        self.grid.points.iter().map(|point| values.get(place(point)).copied().flatten()).collect()
    }
}

impl Source for Memory {
    type Error = Infallible;

    fn grid(&self) -> &Grid {
        &self.grid
    }

    fn counters(&self, name: &str) -> Result<Vec<Counter>, Infallible> {
        let counter = |raw: &Raw| {
            let (mut counter, mut last) = (Unreset::default(), None);
            // One that is missing keeps its last value: what it counted did happen.
            let mut next = |value: &Option<f64>| {
                last = value.filter(|value| value.is_finite()).map(|value| counter.next(value)).or(last);
                last
            };
            let values: Vec<Option<f64>> = raw.values.iter().map(&mut next).collect();
            let first = values.iter().find_map(|value| *value)?;
            Some(Counter { labels: raw.labels.clone(), first, values: self.at_points(&values) })
        };
        Ok(self.named(name).filter_map(counter).collect())
    }

    fn gauges(&self, name: &str) -> Result<Vec<Gauge>, Infallible> {
        let gauge = |raw: &Raw| Gauge { labels: raw.labels.clone(), values: self.at_points(&raw.values) };
        let gauges = self.named(name).map(gauge);
        Ok(gauges.filter(|gauge| gauge.values.iter().any(Option::is_some)).collect())
    }
}

#[cfg(test)]
mod tests {
    use whippet_api::Range;

    use super::{Labels, Memory, Source, Steps};

    #[test]
    fn counters_follow_prometheus_and_gaps_stay_gaps() {
        let steps = Steps::new(&Range { from: 60_000, to: 360_000 }, 60_000);
        let mut memory = Memory::new((1..=6).map(|minute| minute * 60_000).collect(), &steps);
        let values = [Some(10.0), Some(16.0), Some(4.0), None, Some(5.0), Some(f64::NAN)];
        memory.add("a_total", Labels::new(), true, values.to_vec());
        memory.add(
            "b",
            Labels::new(),
            false,
            vec![Some(1.0), Some(2.0), Some(3.0), None, Some(4.0), Some(5.0)],
        );
        memory.finish();
        let grid = memory.grid();
        // At the fourth minute nothing was there.
        let known: Vec<bool> = grid.steps.iter().map(Option::is_some).collect();
        assert_eq!(known, [true, true, false, false, true]);
        let counter = &memory.counters("a_total").unwrap()[0];
        let increases: Vec<f64> = grid.steps.iter().flatten().map(|pair| counter.increase(*pair)).collect();
        assert_eq!(increases, [6.0, 4.0, 0.0]);
        assert_eq!(counter.increase(grid.whole.unwrap()), 11.0);
        let gauge = &memory.gauges("b").unwrap()[0];
        assert_eq!(gauge.at(grid.steps[4].unwrap()), Some(5.0));
        assert!(memory.gauges("c").unwrap().is_empty());
        assert_eq!(memory.exposed().metrics.len(), 2);
    }
}
