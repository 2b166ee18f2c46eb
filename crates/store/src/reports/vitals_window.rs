//! The vitals of a window: those in cells, and what page views have reported that cells do not have yet.
use std::collections::HashMap;

use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;

use super::filter::{Filter, NavigationFilter, names};
use super::split_by::SplitFilter;
use super::steps::Steps;
use super::window::Window;
use crate::cells::{self, Attribution, Cell, Measured, OpenView, Section, Values, Vitals};
use crate::database::{Database, Result};
use crate::kind::Kind;
use crate::phases;

/// How many metrics there are.
pub const METRICS: usize = Metric::ALL.len();

/// A metric of a window.
pub struct OneMetric {
    /// Its values.
    pub whole: Values,
    /// The same by step.
    pub steps: Vec<Values>,
    /// The same by the number of the name that they are attributed to.
    pub causes: HashMap<(u8, i64), StoredHistogram>,
    /// The phases, in the order of [`phases::names`].
    pub parts: Vec<StoredHistogram>,
}

/// The vitals of a page.
#[derive(Default)]
pub struct OnePage {
    /// Page views.
    pub views: u64,
    /// The values of each metric.
    pub values: [Values; METRICS],
}

impl OnePage {
    /// Adds another page.
    pub fn merge(&mut self, other: &Self) {
        self.views += other.views;
        for (values, other) in self.values.iter_mut().zip(&other.values) {
            values.merge(other);
        }
    }
}

/// Whether a page view that began this way counts. A soft navigation waits for no server and paints no document: without a
/// filter it counts for INP and CLS only, as its loading times, which are near 0, would make documents look fast.
pub fn wanted(filter: &Filter, measured: Measured) -> bool {
    match filter.navigation {
        Some(NavigationFilter::Soft) => measured.soft,
        Some(NavigationFilter::Document) => !measured.soft,
        None => !measured.soft || matches!(measured.metric, Metric::Inp | Metric::Cls),
    }
}

/// The values of each metric that count.
pub fn values(vitals: &Vitals, filter: &Filter) -> [Values; METRICS] {
    let mut all: [Values; METRICS] = Default::default();
    for (measured, values) in vitals.metrics().filter(|found| wanted(filter, found.0)) {
        all[measured.metric as usize].merge(&values);
    }
    all
}

/// How many page views count. Ended ones are not counted by how they began: where only some are wanted, those with the most
/// frequent vital stand for all.
pub fn views(views: u64, values: &[Values; METRICS], filter: &Filter) -> u64 {
    match filter.navigation {
        None => views,
        Some(_) => values.iter().map(|values| values.histogram.count()).max().unwrap_or(0),
    }
}

/// All vitals of a window, by metric and by page.
pub struct WindowVitals {
    /// By metric.
    pub metrics: [OneMetric; METRICS],
    /// By the page's number.
    pub pages: HashMap<i64, OnePage>,
}

impl WindowVitals {
    /// Reads them.
    pub fn read(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<Self> {
        let window = Window::new(db, steps, filter)?;
        let picker = Picker::new(db, filter)?;
        let section = picker.section();
        let mut sums = vec![Vitals::default(); steps.ends.len()];
        let mut pages: HashMap<i64, Vitals> = HashMap::new();
        let mut details = Attribution::default();
        window.each(section, Some(steps), &mut |bucket, value| {
            let any = picker.add(&mut sums[steps.place(bucket.time)], value);
            // A page of which nothing was selected is no row of the report.
            if any && window.has_page() {
                picker.add(pages.entry(bucket.page).or_default(), value);
            }
        })?;
        if !window.has_page() {
            window.each_page(section, &mut |bucket, value| {
                picker.add(pages.entry(bucket.page).or_default(), value);
            })?;
        }
        window.each_waiting(&mut |view| {
            if picker.selects(view) {
                view.add_vitals(&mut sums[steps.place(view.minute)]);
                view.add_vitals(pages.entry(view.page).or_default());
                if filter.split.is_none() {
                    view.add_attribution(&mut details);
                }
            }
        })?;
        if filter.split.is_none() {
            // What vitals are attributed to is not split.
            details.merge(&window.total(Section::Attribution)?);
            details.settle();
        }
        Ok(Self::of(&sums, &pages, &details, filter))
    }

    fn of(sums: &[Vitals], pages: &HashMap<i64, Vitals>, details: &Attribution, filter: &Filter) -> Self {
        let empty = |place: usize| OneMetric {
            whole: Values::default(),
            steps: vec![Values::default(); sums.len()],
            causes: HashMap::new(),
            parts: vec![StoredHistogram::new(); phases::names(Metric::ALL[place]).len()],
        };
        let mut metrics: [OneMetric; METRICS] = std::array::from_fn(empty);
        for (step, vitals) in sums.iter().enumerate() {
            for (found, values) in metrics.iter_mut().zip(values(vitals, filter)) {
                found.whole.merge(&values);
                found.steps[step] = values;
            }
        }
        let counts = |number: u8| Measured::from_number(number).filter(|measured| wanted(filter, *measured));
        for ((number, kind, cause), spread) in &details.causes {
            if let Some(measured) = counts(*number) {
                let held = metrics[measured.metric as usize].causes.entry((*kind, *cause)).or_default();
                cells::merge_histogram(held, &spread.0);
            }
        }
        for ((number, part), spread) in &details.parts {
            let held = counts(*number)
                .and_then(|measured| metrics[measured.metric as usize].parts.get_mut(usize::from(*part)));
            if let Some(held) = held {
                cells::merge_histogram(held, &spread.0);
            }
        }
        let page = |(number, vitals): (&i64, &Vitals)| {
            let values = values(vitals, filter);
            let views = views(vitals.views, &values, filter);
            (*number, OnePage { views, values })
        };
        let are_all = filter.navigation.is_none() && filter.split.is_none();
        let pages = pages.iter().map(page).filter(|(_, page)| are_all || page.views > 0);
        Self { metrics, pages: pages.collect() }
    }
}

/// Page views and their vitals over the whole window, and nothing else.
pub fn whole(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<Vitals> {
    let window = Window::new(db, steps, filter)?;
    let picker = Picker::new(db, filter)?;
    let section = picker.section();
    let mut sum = Vitals::default();
    window.each(section, None, &mut |_, value| {
        picker.add(&mut sum, value);
    })?;
    window.each_waiting(&mut |view| {
        if picker.selects(view) {
            view.add_vitals(&mut sum);
        }
    })?;
    Ok(sum)
}

/// Takes the vitals out of cells: all of them, or those of page views with one value.
struct Picker<'f> {
    split: Option<&'f SplitFilter>,
    releases: HashMap<i64, String>,
}

impl<'f> Picker<'f> {
    fn new(db: &dyn Database, filter: &'f Filter) -> Result<Self> {
        let split = filter.split.as_ref();
        let releases = if split.is_some() { names(db, Kind::Release)? } else { HashMap::new() };
        Ok(Self { split, releases })
    }

    fn section(&self) -> Section {
        self.split.map_or(Section::Vitals, |split| split.by.section())
    }

    /// Adds those of a cell, and returns whether it has any.
    fn add(&self, sum: &mut Vitals, value: &[u8]) -> bool {
        match self.split {
            Some(split) => cells::add_split(sum, value, &mut |key| split.selects(key, &self.releases)),
            None => cells::add_vitals(sum, value),
        }
    }

    fn selects(&self, view: &OpenView) -> bool {
        self.split.is_none_or(|split| split.selects(split.by.key(&view.origin), &self.releases))
    }
}
