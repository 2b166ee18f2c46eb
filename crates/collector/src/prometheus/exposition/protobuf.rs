//! Metrics as length-delimited protobuf messages, one per family.
use std::collections::HashMap;

use prost::Message;
use whippet_engine::expo::{self, Family, Format, Kind};

use super::client_model::{
    Bucket, Counter, Histogram, LabelPair, Metric, MetricFamily, MetricType, Number, Span, Timestamp,
};
use crate::prometheus::native_histogram::Spans;
use crate::prometheus::pages::{PageHistogram, Sink};

/// Writes the protobuf format.
#[derive(Default)]
pub struct ProtobufSink {
    out: Vec<u8>,
    family: MetricFamily,
}

impl ProtobufSink {
    /// Writes all metrics of a text of our own.
    pub fn text(&mut self, text: &str) {
        match expo::parse(text.as_bytes(), Format::Text) {
            Ok(exposition) => exposition.families.iter().for_each(|family| self.copy(family)),
            Err(error) => tracing::error!(%error, "the collector's own metrics cannot be read"),
        }
    }

    /// The messages.
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }

    fn flush(&mut self) {
        // A family without series says nothing.
        if !self.family.metrics.is_empty() {
            // Writing to a `Vec` cannot fail.
            let _ = self.family.encode_length_delimited(&mut self.out);
        }
        self.family = MetricFamily::default();
    }

    fn begin(&mut self, name: &str, kind: MetricType, help: &str) {
        self.flush();
        self.family = MetricFamily {
            name: name.to_owned(),
            help: help.to_owned(),
            kind: kind.into(),
            ..Default::default()
        };
    }

    fn copy(&mut self, family: &Family) {
        if family.kind == Kind::Histogram {
            return self.copy_histogram(family);
        }
        self.begin(&family.name, kind(family.kind), &family.help);
        for sample in &family.samples {
            let labels: Vec<(&str, &str)> =
                sample.labels.iter().map(|label| (label.0.as_str(), label.1.as_str())).collect();
            self.number(&labels, sample.value, None);
        }
    }

    /// A classic histogram is one message per label set, however many lines it has.
    fn copy_histogram(&mut self, family: &Family) {
        self.begin(&family.name, MetricType::Histogram, &family.help);
        let mut places: HashMap<Vec<&(String, String)>, usize> = HashMap::new();
        for sample in &family.samples {
            let labels: Vec<_> = sample.labels.iter().filter(|label| label.0 != "le").collect();
            let metrics = &mut self.family.metrics;
            let place = *places.entry(labels).or_insert_with_key(|labels| {
                let labels = labels.iter().map(|label| pair(&label.0, &label.1)).collect();
                metrics.push(Metric { labels, histogram: Some(Histogram::default()), ..Metric::default() });
                metrics.len() - 1
            });
            let Some(histogram) = &mut metrics[place].histogram else { continue };
            let suffix = sample.name.strip_prefix(family.name.as_str()).unwrap_or_default();
            match (suffix, sample.label("le")) {
                ("_sum", _) => histogram.sum = sample.value,
                ("_count", _) => histogram.count = sample.value as u64,
                ("_bucket", Some(bound)) => histogram.buckets.push(Bucket {
                    cumulative_count: sample.value as u64,
                    upper_bound: bound.parse().unwrap_or(f64::INFINITY),
                }),
                _ => {}
            }
        }
    }
}

impl Sink for ProtobufSink {
    fn family(&mut self, name: &str, family: Kind, help: &str) {
        self.begin(name, kind(family), help);
    }

    fn number(&mut self, labels: &[(&str, &str)], value: f64, created: Option<i64>) {
        let mut metric = Metric { labels: pairs(labels), ..Metric::default() };
        if self.family.kind == MetricType::Counter as i32 {
            metric.counter = Some(Counter { value, created: created.map(timestamp) });
        } else if self.family.kind == MetricType::Gauge as i32 {
            metric.gauge = Some(Number { value });
        } else {
            metric.untyped = Some(Number { value });
        }
        self.family.metrics.push(metric);
    }

    fn histogram(&mut self, labels: &[(&str, &str)], histogram: &PageHistogram, created: i64) {
        let mut below = 0;
        let classic = histogram.classic().into_iter().map(|(upper_bound, count)| {
            below += count;
            Bucket { cumulative_count: below, upper_bound }
        });
        let native = histogram.native();
        let Spans { spans, deltas } = Spans::of(native);
        let message = Histogram {
            count: histogram.count(),
            sum: histogram.sum(),
            buckets: classic.collect(),
            schema: native.scale().into(),
            zero_threshold: whippet_engine::stats::StoredHistogram::ZERO_THRESHOLD,
            zero_count: native.zero_count(),
            positive_spans: spans.into_iter().map(|(offset, length)| Span { offset, length }).collect(),
            positive_deltas: deltas,
            created: Some(timestamp(created)),
        };
        let metric = Metric { labels: pairs(labels), histogram: Some(message), ..Metric::default() };
        self.family.metrics.push(metric);
    }
}

/// Those that protobuf has no type for have none in Prometheus either.
fn kind(kind: Kind) -> MetricType {
    match kind {
        Kind::Counter => MetricType::Counter,
        Kind::Gauge | Kind::Info | Kind::StateSet => MetricType::Gauge,
        Kind::Histogram => MetricType::Histogram,
        Kind::Summary | Kind::GaugeHistogram | Kind::Untyped => MetricType::Untyped,
    }
}

fn pair(name: &str, value: &str) -> LabelPair {
    LabelPair { name: name.to_owned(), value: value.to_owned() }
}

fn pairs(labels: &[(&str, &str)]) -> Vec<LabelPair> {
    labels.iter().map(|(name, value)| pair(name, value)).collect()
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp { seconds: ms.div_euclid(1000), nanos: ms.rem_euclid(1000) as i32 * 1_000_000 }
}
