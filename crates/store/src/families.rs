//! Counters and histograms by labels, and how a single metric is written.
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use whippet_engine::expo::{Kind, Writer};

/// The value of a label.
pub type Value = Cow<'static, str>;

/// A metric with `N` labels. Callers must only use values of which there are few.
pub struct Family<T, const N: usize> {
    labels: [&'static str; N],
    series: Mutex<BTreeMap<[Value; N], T>>,
}

impl<T: Default, const N: usize> Family<T, N> {
    /// A metric without series, with labels of these names.
    pub fn new(labels: [&'static str; N]) -> Self {
        Self { labels, series: Mutex::default() }
    }

    fn change(&self, values: [Value; N], change: impl FnOnce(&mut T)) {
        change(self.series().entry(values).or_default());
    }

    fn series(&self) -> MutexGuard<'_, BTreeMap<[Value; N], T>> {
        // Numbers are never half changed.
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn each(&self, mut write: impl FnMut(&[(&str, &str)], &T)) {
        for (values, series) in self.series().iter() {
            let labels: Vec<(&str, &str)> =
                self.labels.into_iter().zip(values.iter().map(|value| &**value)).collect();
            write(&labels, series);
        }
    }
}

/// Counters by labels.
pub type Counters<const N: usize> = Family<u64, N>;

impl<const N: usize> Counters<N> {
    /// Counts `by` more.
    pub fn add(&self, values: [Value; N], by: u64) {
        self.change(values, |count| *count = count.saturating_add(by));
    }

    /// Writes them as the metric `name`.
    pub fn write(&self, writer: &mut Writer, name: &str, help: &str) {
        writer.family(name, Kind::Counter, help);
        self.each(|labels, count| writer.sample(labels, *count as f64));
    }
}

/// Upper bounds in seconds: half a millisecond to ten seconds, what a request, a query or a scrape may take.
const BOUNDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Durations, in the buckets of a classic histogram.
#[derive(Default)]
pub struct Classic {
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

/// Durations by labels.
pub type Durations<const N: usize> = Family<Classic, N>;

impl<const N: usize> Durations<N> {
    /// Records one.
    pub fn record(&self, values: [Value; N], took: Duration) {
        let seconds = took.as_secs_f64();
        self.change(values, |histogram| {
            if let Some(bucket) = histogram.counts.get_mut(BOUNDS.partition_point(|bound| *bound < seconds)) {
                *bucket += 1;
            }
            histogram.count += 1;
            histogram.sum += seconds;
        });
    }

    /// Writes them as the metric `name`.
    pub fn write(&self, writer: &mut Writer, name: &str, help: &str) {
        writer.family(name, Kind::Histogram, help);
        self.each(|labels, histogram| {
            let counts: Vec<(f64, u64)> = BOUNDS.into_iter().zip(histogram.counts).collect();
            writer.histogram(labels, &counts, histogram.sum, histogram.count);
        });
    }
}

/// Writes a metric of one sample, without labels.
pub fn single(writer: &mut Writer, name: &str, kind: Kind, help: &str, value: f64) {
    writer.family(name, kind, help);
    writer.sample(&[], value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn counters_are_written_by_labels() {
        let counters = Counters::new(["method", "route"]);
        counters.add(["GET".into(), "/b".into()], 1);
        counters.add(["GET".into(), "/a\"\n".into()], 2);
        counters.add(["GET".into(), "/b".into()], u64::MAX);
        let mut writer = Writer::new();
        counters.write(&mut writer, "requests_total", "Requests");
        expect![[r#"
            # HELP requests_total Requests
            # TYPE requests_total counter
            requests_total{method="GET",route="/a\"\n"} 2
            requests_total{method="GET",route="/b"} 18446744073709552000
        "#]]
        .assert_eq(&writer.finish());
    }

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let durations = Durations::new([]);
        for ms in [1, 2, 10_000, 60_000] {
            durations.record([], Duration::from_millis(ms));
        }
        let mut writer = Writer::new();
        durations.write(&mut writer, "d", "");
        let text = writer.finish();
        let wanted =
            ["d_bucket{le=\"0.001\"} 1", "d_bucket{le=\"0.0025\"} 2", "d_bucket{le=\"10\"} 3", "d_count 4"];
        for line in wanted {
            assert!(text.lines().any(|candidate| candidate == line), "{line} in {text}");
        }
    }
}
