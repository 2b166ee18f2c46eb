//! Makes time series of metrics.
use std::collections::HashMap;

use whippet_engine::expo::{self, Format, Kind};

use super::wire::{Histogram, Label, Metadata, Sample, Span, TimeSeries};
use crate::prometheus::native_histogram::Spans;
use crate::prometheus::pages::{PageHistogram, Sink};

/// The value of a sample that says that a series has ended: a certain NaN (`model/value` of Prometheus).
const STALE: u64 = 0x7ff0_0000_0000_0002;

/// Gathers what `/metrics` shows at one time.
pub struct Gathering {
    time: i64,
    /// The labels that all series have.
    extra: Vec<(String, String)>,
    /// Whether histograms of pages are sent as native ones, too.
    native: bool,
    family: String,
    /// All series.
    pub series: Vec<TimeSeries>,
    /// Type and help of each metric.
    pub metadata: Vec<Metadata>,
}

impl Gathering {
    /// Nothing yet, at `time`, ms since the epoch.
    pub fn new(time: i64, extra: &[(String, String)], native: bool) -> Self {
        let (series, metadata) = (Vec::new(), Vec::new());
        Self { time, extra: extra.to_vec(), native, family: String::new(), series, metadata }
    }

    /// Adds all metrics of a text of our own.
    pub fn text(&mut self, text: &str) {
        match expo::parse(text.as_bytes(), Format::Text) {
            Ok(exposition) => {
                for family in exposition.families {
                    self.family(&family.name, family.kind, &family.help);
                    for sample in family.samples {
                        self.push(&sample.name, &borrowed(&sample.labels), sample.value);
                    }
                }
            }
            Err(error) => tracing::error!(%error, "the collector's own metrics cannot be read"),
        }
    }

    fn push(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels = self.labels(name, labels);
        let samples = vec![Sample { value, timestamp: self.time }];
        self.series.push(TimeSeries { labels, samples, histograms: Vec::new() });
    }

    fn labels(&self, name: &str, labels: &[(&str, &str)]) -> Vec<Label> {
        labelled(name, labels, &self.extra)
    }
}

impl Sink for Gathering {
    fn family(&mut self, name: &str, kind: Kind, help: &str) {
        name.clone_into(&mut self.family);
        let kind = match kind {
            Kind::Untyped => 0,
            Kind::Counter => 1,
            Kind::Gauge => 2,
            Kind::Histogram => 3,
            Kind::GaugeHistogram => 4,
            Kind::Summary => 5,
            Kind::Info => 6,
            Kind::StateSet => 7,
        };
        self.metadata.push(Metadata { kind, family: name.to_owned(), help: help.to_owned() });
    }

    fn number(&mut self, labels: &[(&str, &str)], value: f64, _: Option<i64>) {
        let name = std::mem::take(&mut self.family);
        self.push(&name, labels, value);
        self.family = name;
    }

    fn histogram(&mut self, labels: &[(&str, &str)], histogram: &PageHistogram, _: i64) {
        let (bucket, mut below) = (format!("{}_bucket", self.family), 0);
        for (bound, count) in histogram.classic() {
            below += count;
            let bound = bound.to_string();
            self.push(&bucket, &[labels, &[("le", bound.as_str())]].concat(), below as f64);
        }
        self.push(&bucket, &[labels, &[("le", "+Inf")]].concat(), histogram.count() as f64);
        self.push(&format!("{}_sum", self.family), labels, histogram.sum());
        self.push(&format!("{}_count", self.family), labels, histogram.count() as f64);
        if self.native {
            let labels = self.labels(&self.family, labels);
            let histograms = vec![native(histogram, self.time)];
            self.series.push(TimeSeries { labels, samples: Vec::new(), histograms });
        }
    }
}

fn native(histogram: &PageHistogram, timestamp: i64) -> Histogram {
    let native = histogram.native();
    let Spans { spans, deltas } = Spans::of(native);
    Histogram {
        count: Some(histogram.count()),
        sum: histogram.sum(),
        schema: native.scale().into(),
        zero_threshold: whippet_engine::stats::StoredHistogram::ZERO_THRESHOLD,
        zero_count: Some(native.zero_count()),
        positive_spans: spans.into_iter().map(|(offset, length)| Span { offset, length }).collect(),
        positive_deltas: deltas,
        timestamp,
    }
}

/// The samples of a scrape, with the labels `job` (the target's name) and `instance` (its address), and `up`: 0 where there are
/// none, as the scrape failed.
pub fn scraped(
    (job, instance): (&str, &str),
    samples: Option<&[whippet_store::Sample]>,
    time: i64,
    extra: &[(String, String)],
) -> Vec<TimeSeries> {
    let mut own = vec![("instance".to_owned(), instance.to_owned()), ("job".to_owned(), job.to_owned())];
    own.extend(extra.iter().filter(|label| label.0 != "job" && label.0 != "instance").cloned());
    let series = |name: &str, labels: &[(&str, &str)], value| TimeSeries {
        labels: labelled(name, labels, &own),
        samples: vec![Sample { value, timestamp: time }],
        histograms: Vec::new(),
    };
    let up = series("up", &[], f64::from(u8::from(samples.is_some())));
    let samples = samples.unwrap_or_default().iter();
    samples.map(|sample| series(&sample.name, &borrowed(&sample.labels), sample.value)).chain([up]).collect()
}

fn borrowed(labels: &[(String, String)]) -> Vec<(&str, &str)> {
    labels.iter().map(|label| (label.0.as_str(), label.1.as_str())).collect()
}

/// All labels, sorted. One that has the name of one of `extra` is called `exported_…`, as often as it takes to have a name of its
/// own, the shortest first: as Prometheus does it.
fn labelled(name: &str, labels: &[(&str, &str)], extra: &[(String, String)]) -> Vec<Label> {
    let label = |name: &str, value: &str| Label { name: name.to_owned(), value: value.to_owned() };
    let mut all: Vec<Label> = Vec::with_capacity(labels.len() + extra.len() + 1);
    all.push(label("__name__", name));
    all.extend(extra.iter().map(|(name, value)| label(name, value)));
    // An empty label is none.
    all.retain(|label| !label.value.is_empty());
    let own = all.len();
    let is_taken = |all: &[Label], name: &str| all.iter().any(|label| label.name == name);
    let (mut taken, free): (Vec<_>, Vec<_>) = labels
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .partition(|(name, _)| is_taken(&all[..own], name));
    all.extend(free.iter().map(|(name, value)| label(name, value)));
    taken.sort_by_key(|(name, _)| name.len());
    for (name, value) in taken {
        let mut name = format!("exported_{name}");
        while is_taken(&all, &name) {
            name.insert_str(0, "exported_");
        }
        all.push(Label { name, value: (*value).to_owned() });
    }
    all.sort_unstable();
    all.dedup_by(|a, b| a.name == b.name);
    all
}

/// Which series there were last time, so that the receiver is told which have ended.
#[derive(Default)]
pub struct Ended(HashMap<Vec<Label>, bool>);

impl Ended {
    /// Adds a sample to `series` for each series of the last time that is not among them.
    pub fn mark(&mut self, series: &mut Vec<TimeSeries>, time: i64) {
        let mut last = std::mem::take(&mut self.0);
        for one in series.iter() {
            last.remove(&one.labels);
            self.0.insert(one.labels.clone(), one.samples.is_empty());
        }
        for (labels, is_native) in last {
            let sum = f64::from_bits(STALE);
            let mut ended = TimeSeries { labels, samples: Vec::new(), histograms: Vec::new() };
            if is_native {
                ended.histograms.push(Histogram {
                    sum,
                    timestamp: time,
                    count: Some(0),
                    zero_count: Some(0),
                    ..Histogram::default()
                });
            } else {
                ended.samples.push(Sample { value: sum, timestamp: time });
            }
            series.push(ended);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(series: &[TimeSeries]) -> Vec<String> {
        let label = |label: &Label| format!("{}={}", label.name, label.value);
        series.iter().map(|one| one.labels.iter().map(label).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn labels_are_sorted_and_none_is_empty() {
        let extra = [("instance".to_owned(), "i".to_owned()), ("job".to_owned(), "whippet".to_owned())];
        let mut gathering = Gathering::new(1, &extra, false);
        gathering.text("# TYPE a counter\na_total{z=\"1\",job=\"x\",b=\"\",Z=\"2\"} 5\n");
        assert_eq!(
            names(&gathering.series),
            ["Z=2 __name__=a_total exported_job=x instance=i job=whippet z=1"]
        );
        assert_eq!(gathering.metadata[0].kind, 1);
    }

    #[test]
    fn a_scrape_has_its_target_as_job() {
        let sample = |name: &str| whippet_store::Sample {
            name: name.to_owned(),
            labels: vec![("job".to_owned(), "x".to_owned())],
            value: 2.0,
            counter: false,
            created: None,
        };
        let extra = [("job".to_owned(), "whippet".to_owned()), ("zone".to_owned(), "a".to_owned())];
        let series = scraped(("shop", "h:1"), Some(&[sample("a")]), 5, &extra);
        let expected = [
            "__name__=a exported_job=x instance=h:1 job=shop zone=a",
            "__name__=up instance=h:1 job=shop zone=a",
        ];
        assert_eq!(names(&series), expected);
        assert_eq!(series[1].samples[0], Sample { value: 1.0, timestamp: 5 });
        assert_eq!(scraped(("shop", ""), None, 5, &[])[0].samples[0].value, 0.0);
    }

    #[test]
    fn labels_that_were_exported_before_stay_apart() {
        let sample = |value: &str| whippet_store::Sample {
            name: "a".to_owned(),
            labels: [("exported_job", "x"), ("job", value)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            value: 2.0,
            counter: false,
            created: None,
        };
        let series = scraped(("shop", "h:1"), Some(&[sample("y"), sample("z")]), 5, &[]);
        let expected = [
            "__name__=a exported_exported_job=y exported_job=x instance=h:1 job=shop",
            "__name__=a exported_exported_job=z exported_job=x instance=h:1 job=shop",
            "__name__=up instance=h:1 job=shop",
        ];
        assert_eq!(names(&series), expected, "as Prometheus calls them");
        let cluster = [("exported_job".to_owned(), "c".to_owned())];
        let series = scraped(("shop", "h:1"), Some(&[sample("y")]), 5, &cluster);
        let expected = "__name__=a exported_exported_exported_job=x exported_exported_job=y exported_job=c instance=h:1 job=shop";
        assert_eq!(names(&series)[0], expected, "the shortest first");
    }

    #[test]
    fn a_series_that_ends_is_marked_once() {
        let gather = |text: &str| {
            let mut gathering = Gathering::new(1, &[], false);
            gathering.text(text);
            gathering.series
        };
        let mut ended = Ended::default();
        let mut first = gather("a 1\nb 2\n");
        ended.mark(&mut first, 1);
        assert_eq!(first.len(), 2);
        let mut second = gather("b 2\n");
        ended.mark(&mut second, 2);
        assert_eq!(names(&second), ["__name__=b", "__name__=a"]);
        assert_eq!(second[1].samples[0].value.to_bits(), STALE);
        let mut third = gather("b 2\n");
        ended.mark(&mut third, 3);
        assert_eq!(third.len(), 1);
    }
}
