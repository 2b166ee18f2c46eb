//! What pages measured, for a Prometheus that is there: counters and histograms in memory, from the start of the process.
mod label_sets;
mod open_views;
mod page_histogram;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use whippet_engine::beacon::Beacon;
use whippet_engine::expo::Kind;
use whippet_engine::vitals::Metric;
use whippet_store::{OTHER, tells_of_view, weight};

pub use label_sets::{LabelSet, Labels};
pub use page_histogram::PageHistogram;

use label_sets::LabelSets;
use open_views::{OpenViews, Settled};

/// More views of one route than any page shows between two beacons.
const MOST_VIEWS: u64 = 1_000_000;

/// How figures of pages are counted.
#[derive(Clone, Debug)]
pub struct PageOptions {
    /// The labels that they have.
    pub labels: Labels,
    /// The most label sets. Of timings there are at most twice, of counters at most four times as many series.
    pub limit: usize,
    /// How long a page view must be quiet until a vital that may grow is counted, ms.
    pub quiet: i64,
    /// The lowest sample rate that counts.
    pub min_sample_rate: f64,
    /// Applications that are told apart in any case.
    pub known_apps: Vec<String>,
}

/// The figures of one label set.
struct Figures {
    /// When it was counted first, ms since the epoch.
    created: i64,
    views: u64,
    errors: u64,
    vitals: [Option<Box<PageHistogram>>; Metric::ALL.len()],
    timings: BTreeMap<String, PageHistogram>,
    counters: BTreeMap<String, u64>,
}

impl Figures {
    fn new(created: i64) -> Self {
        let vitals = [const { None }; Metric::ALL.len()];
        Self { created, views: 0, errors: 0, vitals, timings: BTreeMap::new(), counters: BTreeMap::new() }
    }
}

/// Counts what pages measured. Everything is bounded: what does not fit counts as `(other)`.
pub struct PageFigures {
    options: PageOptions,
    state: Mutex<State>,
}

struct State {
    sets: LabelSets<Figures>,
    open: OpenViews,
    folded: u64,
    late: [u64; Metric::ALL.len()],
}

/// Something that metrics are written to: one family after the other, with all of its series.
pub trait Sink {
    /// Begins a family.
    fn family(&mut self, name: &str, kind: Kind, help: &str);
    /// A series of a counter or a gauge; `created` is when it began, ms since the epoch.
    fn number(&mut self, labels: &[(&str, &str)], value: f64, created: Option<i64>);
    /// A series of a histogram.
    fn histogram(&mut self, labels: &[(&str, &str)], histogram: &PageHistogram, created: i64);
}

impl PageFigures {
    /// Nothing counted yet.
    pub fn new(options: PageOptions) -> Self {
        let state = State {
            sets: LabelSets::new(options.limit, options.known_apps.iter().cloned()),
            open: OpenViews::new(options.quiet),
            folded: 0,
            late: Default::default(),
        };
        Self { options, state: Mutex::new(state) }
    }

    /// Counts a beacon that was kept, and was not counted before.
    pub fn count(&self, beacon: &Beacon, now: i64) {
        let weight = weight(&beacon.view, beacon.sample_rate, self.options.min_sample_rate);
        let mut wanted = LabelSet::of(beacon, self.options.labels);
        let mut state = self.state();
        state.settle(now);
        if tells_of_view(beacon) {
            let told = state.open.add(beacon, || wanted.clone(), weight, now);
            for metric in told.late {
                state.late[metric as usize] += 1;
            }
            state.record(told.settled, now);
            if told.first {
                let views = &mut state.figures(&wanted, now).views;
                *views = views.saturating_add(weight);
            }
        }
        state.add_named(&wanted, beacon, weight, &self.options, now);
        if self.options.labels.page {
            for (path, count) in &beacon.routes {
                path.clone_into(&mut wanted.page);
                let views = &mut state.figures(&wanted, now).views;
                *views = views.saturating_add(count.min(&MOST_VIEWS).saturating_mul(weight));
            }
        } else {
            let count: u64 = beacon.routes.iter().map(|(_, count)| count.min(&MOST_VIEWS)).sum();
            let views = &mut state.figures(&wanted, now).views;
            *views = views.saturating_add(count.saturating_mul(weight));
        }
    }

    /// Writes all figures, as of `now`.
    pub fn write(&self, sink: &mut impl Sink, now: i64) {
        let mut state = self.state();
        state.settle(now);
        state.write(sink);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Numbers are never half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn figures(&mut self, wanted: &LabelSet, now: i64) -> &mut Figures {
        let (figures, folded) = self.sets.get(wanted, now, || Figures::new(now));
        self.folded += u64::from(folded);
        figures
    }

    fn settle(&mut self, now: i64) {
        let settled = self.open.settle(now);
        self.record(settled, now);
    }

    fn record(&mut self, settled: Vec<Settled>, now: i64) {
        for Settled { place, metric, value, weight } in settled {
            let (figures, _) = self.sets.get(&place, now, || Figures::new(now));
            let vital = &mut figures.vitals[metric as usize];
            vital.get_or_insert_with(|| Box::new(PageHistogram::of(metric))).record(value, weight);
        }
    }

    fn add_named(
        &mut self,
        wanted: &LabelSet,
        beacon: &Beacon,
        weight: u64,
        options: &PageOptions,
        now: i64,
    ) {
        let (timings, counters) = self.sets.iter().fold((0, 0), |sum, (_, figures)| {
            (sum.0 + figures.timings.len(), sum.1 + figures.counters.len())
        });
        let figures = self.figures(wanted, now);
        let errors: u64 = beacon.errors.iter().fold(0, |sum, error| sum.saturating_add(error.count));
        figures.errors = figures.errors.saturating_add(errors.saturating_mul(weight));
        let mut room = (2 * options.limit).saturating_sub(timings);
        for (name, values) in &beacon.timings {
            let timing = named(&mut figures.timings, name, &mut room, PageHistogram::of_timings);
            values.iter().for_each(|value| timing.record(*value, weight));
        }
        for (name, histogram) in &beacon.histograms {
            let timing = named(&mut figures.timings, name, &mut room, PageHistogram::of_timings);
            timing.merge(&whippet_store::scaled(histogram, weight));
        }
        let mut room = (4 * options.limit).saturating_sub(counters);
        for (name, count) in &beacon.counters {
            let total = named(&mut figures.counters, name, &mut room, || 0);
            *total = total.saturating_add(count.saturating_mul(weight));
        }
    }

    fn write(&self, sink: &mut impl Sink) {
        let sets = || self.sets.iter().map(|(set, figures)| (set.pairs(), figures));
        sink.family("whippet_page_views_total", Kind::Counter, "Page views");
        for (labels, figures) in sets() {
            sink.number(&labels, figures.views as f64, Some(figures.created));
        }
        sink.family("whippet_page_errors_total", Kind::Counter, "JavaScript errors and unhandled rejections");
        for (labels, figures) in sets() {
            sink.number(&labels, figures.errors as f64, Some(figures.created));
        }
        for metric in Metric::ALL {
            let (name, help) = vital(metric);
            sink.family(name, Kind::Histogram, help);
            for (labels, figures) in sets() {
                if let Some(values) = &figures.vitals[metric as usize] {
                    sink.histogram(&labels, values, figures.created);
                }
            }
        }
        sink.family("whippet_page_timing_seconds", Kind::Histogram, "Timings that pages measured, by name");
        for (mut labels, figures) in sets() {
            for (name, values) in &figures.timings {
                labels.push(("name", name));
                sink.histogram(&labels, values, figures.created);
                labels.pop();
            }
        }
        sink.family("whippet_page_counts_total", Kind::Counter, "What pages counted, by name");
        for (mut labels, figures) in sets() {
            for (name, count) in &figures.counters {
                labels.push(("name", name));
                sink.number(&labels, *count as f64, Some(figures.created));
                labels.pop();
            }
        }
        self.write_own(sink);
    }

    fn write_own(&self, sink: &mut impl Sink) {
        let help = "Page views whose LCP, INP or CLS is not counted yet, as it may still grow";
        sink.family("whippet_page_views_open", Kind::Gauge, help);
        sink.number(&[], self.open.waiting() as f64, None);
        let help = "Vitals that changed after they had been counted, and are not counted again";
        sink.family("whippet_page_vitals_late_total", Kind::Counter, help);
        for metric in [Metric::Lcp, Metric::Inp, Metric::Cls] {
            sink.number(&[("vital", metric.as_str())], self.late[metric as usize] as f64, None);
        }
        let help = "Beacons that count as (other), as there are too many label sets";
        sink.family("whippet_page_label_sets_folded_total", Kind::Counter, help);
        sink.number(&[], self.folded as f64, None);
    }
}

/// The entry of `name`, or of `(other)` where there is no room for a new one.
fn named<'a, T>(
    entries: &'a mut BTreeMap<String, T>,
    name: &str,
    room: &mut usize,
    new: impl FnOnce() -> T,
) -> &'a mut T {
    let name = match entries.contains_key(name) || *room > 0 {
        true => name,
        false => OTHER,
    };
    if !entries.contains_key(name) {
        *room = room.saturating_sub(1);
    }
    entries.entry(name.to_owned()).or_insert_with(new)
}

/// What a vital is called, and what it is.
fn vital(metric: Metric) -> (&'static str, &'static str) {
    match metric {
        Metric::Lcp => ("whippet_page_lcp_seconds", "Largest Contentful Paint, by page view"),
        Metric::Inp => ("whippet_page_inp_seconds", "Interaction to Next Paint, by page view"),
        Metric::Cls => ("whippet_page_cls", "Cumulative Layout Shift, by page view"),
        Metric::Fcp => ("whippet_page_fcp_seconds", "First Contentful Paint, by page view"),
        Metric::Ttfb => ("whippet_page_ttfb_seconds", "Time to First Byte, by page view"),
    }
}
