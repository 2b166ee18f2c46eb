//! The vitals of a window. Open page views, which may still report, are read one by one, and ended ones from cells. Both are added
//! to the same figures.
use std::collections::HashMap;

use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;

use super::filter::{Filter, NavigationFilter, names};
use super::split_by::SplitFilter;
use super::steps::Steps;
use super::window::{Window, merge_into};
use crate::cells::{self, Attribution, Cell, Measured, OpenView, Section, Split, Values, Vitals};
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
        all[measured.metric as usize].merge(values);
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
        let mut picker = Picker::new(db, filter)?;
        let section = picker.section();
        let mut sums = vec![Vitals::default(); steps.ends.len()];
        let mut pages: HashMap<i64, Vitals> = HashMap::new();
        let mut details = Attribution::default();
        window.each(section, Some(steps), &mut |bucket, value| {
            picker.take(value, &mut |vitals| {
                sums[steps.place(bucket.time)].merge(vitals);
                if window.has_page() {
                    merge_into(&mut pages, bucket.page, vitals);
                }
            });
        })?;
        if !window.has_page() {
            window.each_page(section, &mut |bucket, value| {
                let page = pages.entry(bucket.page).or_default();
                picker.take(value, &mut |vitals| page.merge(vitals));
            })?;
        }
        window.each_open(&mut |view| {
            if picker.selects(view) {
                add(&mut sums[steps.place(view.minute)], view);
                add(pages.entry(view.page).or_default(), view);
                if filter.split.is_none() {
                    add_details(&mut details, view);
                }
            }
        })?;
        if filter.split.is_none() {
            // What vitals are attributed to is not split.
            details.merge(&window.total(Section::Attribution)?);
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
        let pages = pages.iter().map(page).filter(|(_, page)| filter.navigation.is_none() || page.views > 0);
        Self { metrics, pages: pages.collect() }
    }
}

/// The values of each metric over the whole window, and nothing else.
pub fn whole(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<[Values; METRICS]> {
    let window = Window::new(db, steps, filter)?;
    let mut picker = Picker::new(db, filter)?;
    let section = picker.section();
    let mut sum = Vitals::default();
    window.each(section, None, &mut |_, value| picker.take(value, &mut |vitals| sum.merge(vitals)))?;
    window.each_open(&mut |view| {
        if picker.selects(view) {
            add(&mut sum, view);
        }
    })?;
    Ok(values(&sum, filter))
}

/// Takes the vitals out of cells: all of them, or those of page views with one value.
struct Picker<'f> {
    split: Option<&'f SplitFilter>,
    releases: HashMap<i64, String>,
    reader: cells::Reader<Vitals>,
}

impl<'f> Picker<'f> {
    fn new(db: &dyn Database, filter: &'f Filter) -> Result<Self> {
        let split = filter.split.as_ref();
        let releases = if split.is_some() { names(db, Kind::Release)? } else { HashMap::new() };
        Ok(Self { split, releases, reader: cells::Reader::default() })
    }

    fn section(&self) -> Section {
        self.split.map_or(Section::Vitals, |split| split.by.section())
    }

    fn take(&mut self, value: &[u8], each: &mut dyn FnMut(&Vitals)) {
        let Some(split) = self.split else {
            if let Some(vitals) = self.reader.read(value) {
                each(vitals);
            }
            return;
        };
        for (key, part) in cells::decode::<Split>(value).unwrap_or_default().0 {
            if split.selects(key, &self.releases) {
                each(&part.vitals);
            }
        }
    }

    fn selects(&self, view: &OpenView) -> bool {
        self.split.is_none_or(|split| split.selects(split.by.key(&view.origin), &self.releases))
    }
}

/// Adds an open page view.
pub fn add(sum: &mut Vitals, view: &OpenView) {
    sum.views = sum.views.saturating_add(view.weight);
    for (measured, measure) in view.measures() {
        sum.record(measured, measure.value, view.weight);
    }
}

fn add_details(details: &mut Attribution, view: &OpenView) {
    for (measured, measure) in view.measures() {
        let number = measured.number();
        for (kind, cause) in (0_u8..).zip(measure.causes).filter(|(_, cause)| *cause != 0) {
            details
                .causes
                .entry((number, kind, cause))
                .or_default()
                .0
                .record_many(measure.value, view.weight);
        }
        for (part, ms) in (0_u8..).zip(&measure.parts) {
            details.parts.entry((number, part)).or_default().0.record_many(*ms, view.weight);
        }
    }
}
