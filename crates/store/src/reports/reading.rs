//! Signals of one target, read from a [`Source`].
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use whippet_catalogue::{Choice, Form, Shape, Signal, Tags, Told};

use super::buckets::Buckets;
use super::source::{Counter, Gauge, Grid, Pair, Source};
use super::tagged::{Counted, Measured, Set};

/// Reads signals. Each series is read once.
#[derive(Debug)]
pub struct Reading<'a, S> {
    source: &'a S,
    told: &'a Told,
    counters: RefCell<HashMap<String, Rc<Vec<Counter>>>>,
    gauges: RefCell<HashMap<String, Rc<Vec<Gauge>>>>,
}

/// What tells durations.
#[derive(Clone, Debug, Default)]
pub struct Durations {
    /// The metrics.
    pub metrics: BTreeSet<String>,
    /// Histograms.
    pub buckets: Buckets,
    /// Figures that the backend computed: quantiles, averages, greatest values.
    pub own: Vec<Measured>,
    /// Sums of durations.
    pub sums: Vec<Counted>,
    /// How many there were.
    pub counts: Vec<Counted>,
}

impl Durations {
    /// Whether nothing tells any.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.own.is_empty() && self.counts.is_empty()
    }

    /// Whether the figures are the backend's own.
    pub fn is_own(&self) -> bool {
        self.buckets.is_empty() && !self.own.is_empty()
    }

    /// How many there were.
    pub fn count(&self, pair: Pair) -> f64 {
        if self.buckets.is_empty() { total(&self.counts, pair) } else { self.buckets.observed(pair).count() }
    }

    /// Their mean, ms; `None` where there were none, or nothing tells their sum.
    pub fn average(&self, pair: Pair) -> Option<f64> {
        let count = total(&self.counts, pair);
        let sum = self.sums.iter().fold(0.0, |sum, counted| sum + counted.increase(pair));
        (count > 0.0 && !self.sums.is_empty()).then(|| sum / count)
    }

    /// The same for each key apart.
    pub fn split(&self, key: impl Fn(&Tags) -> String) -> BTreeMap<String, Self> {
        let mut buckets: BTreeMap<String, Vec<Counted>> = BTreeMap::new();
        for counted in self.buckets.series() {
            buckets.entry(key(&counted.tags)).or_default().push(counted.clone());
        }
        let mut parts: BTreeMap<String, Self> = BTreeMap::new();
        for (name, series) in buckets {
            parts.entry(name).or_default().buckets.add(series);
        }
        for measured in &self.own {
            parts.entry(key(&measured.tags)).or_default().own.push(measured.clone());
        }
        for counted in &self.sums {
            parts.entry(key(&counted.tags)).or_default().sums.push(counted.clone());
        }
        for counted in &self.counts {
            parts.entry(key(&counted.tags)).or_default().counts.push(counted.clone());
        }
        parts
    }

    /// The tags of all series.
    pub fn tags(&self) -> impl Iterator<Item = &Tags> {
        let counted = self.buckets.series().chain(&self.counts).map(|counted| &counted.tags);
        counted.chain(self.own.iter().map(|measured| &measured.tags))
    }
}

/// Metrics that are read together: one, or parts of one whole.
struct Group<'t> {
    exporter: &'t str,
    choices: Vec<&'t Choice>,
}

impl<'a, S: Source> Reading<'a, S> {
    /// Reads from `source` what `told` says.
    pub fn new(source: &'a S, told: &'a Told) -> Self {
        Self { source, told, counters: RefCell::default(), gauges: RefCell::default() }
    }

    /// The points in time.
    pub fn grid(&self) -> &Grid {
        self.source.grid()
    }

    /// Whether the target tells the signal at all.
    pub fn has(&self, signal: Signal) -> bool {
        !self.told.choices(signal).is_empty()
    }

    /// The best set that counts `signal` and in which a series fulfils `need`; empty where there is none. A metric that did
    /// not grow in the window gives way to one that did: its exporter may have renamed it.
    pub fn counted(&self, signal: Signal, need: impl Fn(&Tags) -> bool) -> Result<Set<Counted>, S::Error> {
        let mut spare = None;
        for group in self.groups(signal) {
            let set = self.read_counted(&group)?;
            if !set.any(&need) {
                continue;
            }
            if set.grew(self.grid().whole) {
                return Ok(set);
            }
            spare.get_or_insert(set);
        }
        Ok(spare.unwrap_or_default())
    }

    /// All sets that count `signal`: of each exporter the best, without groups that one before has.
    pub fn counted_by_group(&self, signal: Signal) -> Result<Set<Counted>, S::Error> {
        let read = |group: &Group| {
            let set = self.read_counted(group)?;
            let has_grown = set.grew(self.grid().whole);
            Ok((set, has_grown))
        };
        self.by_group(signal, read, |counted| &counted.tags.group)
    }

    /// All levels of `signal`: of each exporter the best, without groups that one before has.
    pub fn levels(&self, signal: Signal) -> Result<Set<Measured>, S::Error> {
        let read = |group: &Group| {
            let mut set = Set::default();
            for choice in &group.choices {
                set.add(&choice.metric, self.measured(&choice.metric, choice)?);
            }
            Ok((set, true))
        };
        self.by_group(signal, read, |measured| &measured.tags.group)
    }

    /// What tells durations, if any series fulfils `need`.
    pub fn durations(&self, signal: Signal, need: impl Fn(&Tags) -> bool) -> Result<Durations, S::Error> {
        let mut spare: Option<Durations> = None;
        for group in self.groups(signal) {
            let mut found = Durations::default();
            for choice in &group.choices {
                self.read_durations(choice, &mut found)?;
            }
            if found.is_empty() || !found.tags().any(&need) {
                continue;
            }
            let whole = self.grid().whole;
            let has_grown = whole.is_some_and(|whole| found.count(whole) > 0.0);
            if has_grown || found.is_own() && found.counts.is_empty() {
                return Ok(found);
            }
            spare.get_or_insert(found);
        }
        Ok(spare.unwrap_or_default())
    }

    fn read_durations(&self, choice: &Choice, found: &mut Durations) -> Result<(), S::Error> {
        let name = &choice.metric;
        match choice.form {
            Form::Buckets => found.buckets.add(self.counters_of(&format!("{name}_bucket"), choice)?),
            Form::Average => {}
            _ => found.own.extend(self.measured(name, choice)?),
        }
        // Where there are buckets, sums are needed for nothing that is shown.
        if choice.has_sum && matches!(choice.form, Form::Quantiles | Form::Average) {
            let (sum, count) = choice.sum_and_count();
            found.sums.extend(self.counters_of(&sum, choice)?);
            found.counts.extend(self.counters_of(&count, choice)?);
        }
        if !found.is_empty() {
            found.metrics.insert(name.clone());
        }
        Ok(())
    }

    fn by_group<T>(
        &self,
        signal: Signal,
        read: impl Fn(&Group) -> Result<(Set<T>, bool), S::Error>,
        name: impl Fn(&T) -> &String,
    ) -> Result<Set<T>, S::Error> {
        let mut all = Set::default();
        let mut exporters: BTreeSet<&str> = BTreeSet::new();
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut spare: Vec<(&str, Set<T>)> = Vec::new();
        let mut take = |exporter, mut set: Set<T>, all: &mut Set<T>, exporters: &mut BTreeSet<_>| {
            // A metric without groups is of the whole, which is known once any group is.
            let whole_is_known = !known.is_empty();
            let is_told = |name: &String| known.contains(name) || whole_is_known && name.is_empty();
            set.series.retain(|one| !is_told(name(one)));
            if !set.series.is_empty() {
                known.extend(set.series.iter().map(|one| name(one).clone()));
                exporters.insert(exporter);
                all.merge(set);
            }
        };
        for group in self.groups(signal) {
            if exporters.contains(group.exporter) {
                continue;
            }
            let (set, has_grown) = read(&group)?;
            if has_grown {
                take(group.exporter, set, &mut all, &mut exporters);
            } else if !set.series.is_empty() {
                spare.push((group.exporter, set));
            }
        }
        for (exporter, set) in spare {
            if !exporters.contains(exporter) {
                take(exporter, set, &mut all, &mut exporters);
            }
        }
        Ok(all)
    }

    /// The metrics of a signal, the best first, each with those that it is to be added up with.
    fn groups(&self, signal: Signal) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for choice in self.told.choices(signal) {
            let exporter = choice.exporter();
            let together = |other: &Group| {
                let first = other.choices[0];
                let is_part =
                    first.sum().is_some() && first.sum() == choice.sum() && other.exporter == exporter;
                let is_own = signal.shape() == Shape::Spread && other.exporter == exporter;
                let are_gauges = is_own && first.form == Form::Gauge && choice.form == Form::Gauge;
                is_part || are_gauges || first.is_one_star_with(choice)
            };
            match groups.iter_mut().find(|group| together(group)) {
                Some(group) => group.choices.push(choice),
                None => groups.push(Group { exporter, choices: vec![choice] }),
            }
        }
        groups
    }

    fn read_counted(&self, group: &Group) -> Result<Set<Counted>, S::Error> {
        let mut set = Set::default();
        for choice in &group.choices {
            let name = &choice.metric;
            let mut series = match choice.form {
                Form::Counter => self.counters_of(name, choice)?,
                Form::Sum => self.counters_of(&format!("{name}_sum"), choice)?,
                Form::Count => self.counters_of(&format!("{name}_count"), choice)?,
                Form::Gauge => {
                    set.own = true;
                    self.integrated(name, choice)?
                }
                Form::Buckets | Form::Quantiles | Form::Average => Vec::new(),
            };
            if choice.form == Form::Count {
                // The unit is that of the observations.
                series.iter_mut().for_each(|counted| counted.tags.factor = 1.0);
            }
            set.add(name, series);
        }
        Ok(set)
    }

    /// All series called `name` as counters.
    pub fn counters(&self, name: &str) -> Result<Rc<Vec<Counter>>, S::Error> {
        if let Some(all) = self.counters.borrow().get(name) {
            return Ok(Rc::clone(all));
        }
        let all = Rc::new(self.source.counters(name)?);
        self.counters.borrow_mut().insert(name.to_owned(), Rc::clone(&all));
        Ok(all)
    }

    /// All gauges called `name`.
    pub fn gauges(&self, name: &str) -> Result<Rc<Vec<Gauge>>, S::Error> {
        if let Some(all) = self.gauges.borrow().get(name) {
            return Ok(Rc::clone(all));
        }
        let all = Rc::new(self.source.gauges(name)?);
        self.gauges.borrow_mut().insert(name.to_owned(), Rc::clone(&all));
        Ok(all)
    }

    fn counters_of(&self, name: &str, choice: &Choice) -> Result<Vec<Counted>, S::Error> {
        Ok(tagged(&self.counters(name)?, choice))
    }

    fn measured(&self, name: &str, choice: &Choice) -> Result<Vec<Measured>, S::Error> {
        let all = self.gauges(name)?;
        let one = |(place, gauge): (usize, &Gauge)| {
            let mut tags = choice.tags(&gauge.labels)?;
            if let Some(quantile) = gauge.labels.get("quantile") {
                tags.stat.clone_from(quantile);
            }
            Some(Measured::new(tags, &all, place))
        };
        Ok(all.iter().enumerate().filter_map(one).collect())
    }

    /// Rates that a backend computed, as counters: each holds until the next point.
    fn integrated(&self, name: &str, choice: &Choice) -> Result<Vec<Counted>, S::Error> {
        let points = &self.grid().points;
        let counter = |gauge: Gauge| {
            let mut sum = 0.0;
            let value = |place: usize| {
                let before = if place == 0 { points[0] } else { points[place - 1] };
                sum += gauge.values[place].unwrap_or(0.0) * (points[place] - before) as f64 / 1000.0;
                gauge.values[place].map(|_| sum)
            };
            let values = (0..points.len()).map(value).collect();
            Counter { labels: gauge.labels, first: 0.0, values }
        };
        let all: Vec<Counter> = self.source.gauges(name)?.into_iter().map(counter).collect();
        let mut series = tagged(&Rc::new(all), choice);
        if choice
            .patterns
            .iter()
            .any(|pattern| pattern.signal.dimension() == whippet_catalogue::Dimension::Time)
        {
            // Of a core, as a share: seconds per second, in ms.
            series.iter_mut().for_each(|counted| counted.tags.factor *= 1000.0);
        }
        Ok(series)
    }
}

/// How much counters grew, whatever the unit of what they count.
fn total(all: &[Counted], pair: Pair) -> f64 {
    all.iter().fold(0.0, |sum, counted| sum + counted.counter().increase(pair))
}

fn tagged(all: &Rc<Vec<Counter>>, choice: &Choice) -> Vec<Counted> {
    let one =
        |(place, counter): (usize, &Counter)| Some(Counted::new(choice.tags(&counter.labels)?, all, place));
    all.iter().enumerate().filter_map(one).collect()
}
