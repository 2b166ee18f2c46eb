//! The points of metrics as samples, named and labelled as in Prometheus' exposition.
use std::collections::HashMap;

use whippet_store::Sample;

use super::grid::{Exponential, Grid};
use super::known::Key;
use super::names::{self, Kind};
use crate::otlp::answer::Rejected;
use crate::otlp::model::{
    DELTA, ExponentialPoint, KeyValue, Metric, Resource, Scope, display, is_without_value, text,
};

/// The most attributes of a point that become labels.
const LABELS: usize = 64;
/// The most buckets of one histogram.
const BUCKETS: usize = 512;

/// A sample, and whether it counts only what came since the last one.
pub struct Pushed {
    /// The sample.
    pub sample: Sample,
    /// Whether it is to be added to what was counted before.
    pub is_delta: bool,
}

/// Reads the metrics of one library.
pub struct Reader<'a> {
    /// Labels that all series have.
    pub shared: Vec<(String, String)>,
    /// The bounds of exponential histograms, by the metric's name.
    pub grids: &'a mut HashMap<String, Grid>,
    /// What has no value any more.
    pub gone: Vec<Key>,
    /// What was read.
    pub samples: Vec<Pushed>,
    /// What could not be read.
    pub rejected: Rejected,
}

/// What a point says beside its values.
#[derive(Clone, Copy)]
struct Point<'a> {
    attributes: &'a [KeyValue],
    start: u64,
    is_delta: bool,
}

impl Reader<'_> {
    /// The resource's attributes, as the gauge that says them.
    pub fn target_info(&mut self, resource: &Resource) {
        let told_elsewhere = ["service.name", "service.instance.id"];
        let pairs =
            resource.attributes.iter().filter(|attribute| !told_elsewhere.contains(&attribute.key.as_str()));
        let mut labels = pairs_of(pairs);
        labels.extend(self.shared.iter().filter(|label| label.0 == "instance").cloned());
        let sample = Sample {
            name: "target_info".to_owned(),
            labels: names::labels(labels),
            value: 1.0,
            counter: false,
            created: None,
        };
        self.samples.push(Pushed { sample, is_delta: false });
    }

    /// Reads a metric of `scope`.
    pub fn metric(&mut self, metric: &Metric, scope: Option<&Scope>) {
        if metric.name.is_empty() {
            self.rejected.add(metric.points() as u64, "metrics must have names");
            return;
        }
        let unit = metric.unit.as_deref().unwrap_or_default();
        let of = |kind| names::metric(&metric.name, unit, kind);
        let scoped = scope_labels(scope);
        if let Some(gauge) = &metric.gauge {
            for point in &gauge.data_points {
                let said = Point { attributes: &point.attributes, start: 0, is_delta: false };
                self.number(of(Kind::Gauge), point.value(), false, said, &scoped);
            }
        }
        if let Some(sum) = &metric.sum {
            let kind = if sum.is_monotonic { Kind::Counter } else { Kind::UpDown };
            let is_delta = sum.aggregation_temporality == DELTA;
            for point in &sum.data_points {
                let said =
                    Point { attributes: &point.attributes, start: point.start_time_unix_nano, is_delta };
                self.number(of(kind), point.value(), sum.is_monotonic, said, &scoped);
            }
        }
        if let Some(histogram) = &metric.histogram {
            let is_delta = histogram.aggregation_temporality == DELTA;
            for point in histogram.data_points.iter().filter(|point| !is_without_value(point.flags)) {
                let said =
                    Point { attributes: &point.attributes, start: point.start_time_unix_nano, is_delta };
                let fits = point.bucket_counts.len() == point.explicit_bounds.len() + 1
                    || point.bucket_counts.is_empty();
                if !fits || point.bucket_counts.len() > BUCKETS {
                    self.rejected.add(1, "histograms must have one bucket more than bounds, and 512 at most");
                    continue;
                }
                let mut sum = 0_u64;
                let counts = point.explicit_bounds.iter().zip(&point.bucket_counts).map(|(bound, count)| {
                    sum = sum.saturating_add(*count);
                    (*bound, sum)
                });
                let counts: Vec<(f64, u64)> = counts.collect();
                self.histogram(&of(Kind::Distribution), &counts, (point.count, point.sum), said, &scoped);
            }
        }
        if let Some(histogram) = &metric.exponential_histogram {
            let is_delta = histogram.aggregation_temporality == DELTA;
            for point in histogram.data_points.iter().filter(|point| !is_without_value(point.flags)) {
                self.exponential(of(Kind::Distribution), point, is_delta, &scoped);
            }
        }
        if let Some(summary) = &metric.summary {
            for point in summary.data_points.iter().filter(|point| !is_without_value(point.flags)) {
                let said = Point {
                    attributes: &point.attributes,
                    start: point.start_time_unix_nano,
                    is_delta: false,
                };
                let name = of(Kind::Distribution);
                for value in point.quantile_values.iter().take(LABELS) {
                    let quantile = value.quantile.unwrap_or(0.0).to_string();
                    let labels = self.labels(said.attributes, &scoped, Some(("quantile", quantile)));
                    let value = value.value.unwrap_or(f64::NAN);
                    self.push(name.clone(), labels, value, false, said);
                }
                self.totals(&name, (point.count, point.sum), said, &scoped);
            }
        }
    }

    fn number(
        &mut self,
        name: String,
        value: Option<f64>,
        is_counter: bool,
        said: Point<'_>,
        scoped: &[(String, String)],
    ) {
        let labels = self.labels(said.attributes, scoped, None);
        let Some(value) = value.filter(|value| !is_counter || value.is_finite() && *value >= 0.0) else {
            // A point without a value says that there is none now. What is added up keeps what it had: nothing was counted meanwhile.
            if !is_counter && !said.is_delta {
                self.gone.push((name, labels));
            }
            return;
        };
        self.push(name, labels, value, is_counter, said);
    }

    fn exponential(
        &mut self,
        name: String,
        point: &ExponentialPoint,
        is_delta: bool,
        scoped: &[(String, String)],
    ) {
        let said = Point { attributes: &point.attributes, start: point.start_time_unix_nano, is_delta };
        let none = Vec::new();
        let (offset, counts) =
            point.positive.as_ref().map_or((0, &none), |positive| (positive.offset, &positive.bucket_counts));
        let positive = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let sent =
            Exponential { scale: point.scale, offset, counts, below: point.count.saturating_sub(positive) };
        let fits =
            counts.len() <= BUCKETS && (-10..=20).contains(&point.scale) && offset.unsigned_abs() < 1 << 30;
        let grid = if fits { Grid::holding(self.grids.get(&name), sent) } else { None };
        let counts = match &grid {
            Some(grid) => grid.cumulate(sent),
            // Nothing but zeros yet.
            None if positive == 0 => Vec::new(),
            None => {
                self.rejected.add(
                    1,
                    "exponential histograms must have scales from -10 to 20, and 512 buckets at most",
                );
                return;
            }
        };
        self.histogram(&name, &counts, (point.count, point.sum), said, scoped);
        if let Some(grid) = grid {
            self.grids.insert(name, grid);
        }
    }

    fn histogram(
        &mut self,
        name: &str,
        counts: &[(f64, u64)],
        totals: (u64, Option<f64>),
        said: Point<'_>,
        scoped: &[(String, String)],
    ) {
        let ends = counts.iter().map(|(bound, count)| (bound.to_string(), *count));
        for (bound, count) in ends.chain([("+Inf".to_owned(), totals.0)]) {
            let labels = self.labels(said.attributes, scoped, Some(("le", bound)));
            self.push(format!("{name}_bucket"), labels, count as f64, true, said);
        }
        self.totals(name, totals, said, scoped);
    }

    fn totals(
        &mut self,
        name: &str,
        (count, sum): (u64, Option<f64>),
        said: Point<'_>,
        scoped: &[(String, String)],
    ) {
        let labels = self.labels(said.attributes, scoped, None);
        if let Some(sum) = sum.filter(|sum| sum.is_finite()) {
            self.push(format!("{name}_sum"), labels.clone(), sum, true, said);
        }
        self.push(format!("{name}_count"), labels, count as f64, true, said);
    }

    fn labels(
        &self,
        attributes: &[KeyValue],
        scoped: &[(String, String)],
        own: Option<(&str, String)>,
    ) -> Vec<(String, String)> {
        let mut pairs = pairs_of(attributes.iter());
        pairs.extend(self.shared.iter().chain(scoped).cloned());
        pairs.extend(own.map(|(name, value)| (name.to_owned(), value)));
        names::labels(pairs)
    }

    fn push(
        &mut self,
        name: String,
        labels: Vec<(String, String)>,
        value: f64,
        counter: bool,
        said: Point<'_>,
    ) {
        if name.is_empty() {
            self.rejected.add(1, "metrics must have names");
            return;
        }
        let created = (counter && said.start > 0).then_some(said.start as f64 / 1e9);
        self.samples.push(Pushed {
            sample: Sample { name, labels, value, counter, created },
            is_delta: said.is_delta,
        });
    }
}

fn pairs_of<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> Vec<(String, String)> {
    let pair = |attribute: &KeyValue| {
        (attribute.key.clone(), attribute.value.as_ref().map(display).unwrap_or_default())
    };
    attributes.take(LABELS).map(pair).collect()
}

fn scope_labels(scope: Option<&Scope>) -> Vec<(String, String)> {
    let Some(scope) = scope else { return Vec::new() };
    let pairs = [("otel_scope_name", &scope.name), ("otel_scope_version", &scope.version)];
    pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
}

/// When the points were read, ms since the Unix epoch by the service's clock: the posts of one export say the same, however
/// far apart they arrive. `None` where no point says it.
pub fn exported<'a>(metrics: impl Iterator<Item = &'a Metric>) -> Option<i64> {
    let newest = metrics.filter_map(|metric| {
        let numbers = metric.gauge.iter().flat_map(|gauge| &gauge.data_points);
        let numbers = numbers.chain(metric.sum.iter().flat_map(|sum| &sum.data_points));
        let numbers = numbers.map(|point| point.time_unix_nano);
        let histograms = metric.histogram.iter().flat_map(|histogram| &histogram.data_points);
        let histograms = histograms.map(|point| point.time_unix_nano);
        let exponential = metric.exponential_histogram.iter().flat_map(|histogram| &histogram.data_points);
        numbers.chain(histograms).chain(exponential.map(|point| point.time_unix_nano)).max()
    });
    newest.max().filter(|time| *time > 0).map(|time| (time / 1_000_000) as i64)
}

/// The instance of a service: its id, or what else tells it from others; empty where nothing does.
pub fn instance(attributes: &[KeyValue]) -> &str {
    text(attributes, &["service.instance.id", "k8s.pod.name", "container.id", "host.name"])
}
