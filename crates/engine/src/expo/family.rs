//! Metric families, their samples, and the two formats.
use super::error::ParseError;
use alloc::string::String;
use alloc::vec::Vec;

/// All samples of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// The metric's name, for example `http_request_duration_seconds`.
    pub name: String,
    /// The metric's type.
    pub kind: Kind,
    /// The help text. May be empty.
    pub help: String,
    /// The samples, in the order of the text. Those of a histogram are named `…_bucket`, `…_sum` and `…_count`.
    pub samples: Vec<Sample>,
}

/// A sample: a value with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The full name, with its suffix if it has one.
    pub name: String,
    /// Labels in the order of the text, each at most once.
    pub labels: Vec<(String, String)>,
    /// The value. It may be infinite or NaN.
    pub value: f64,
    /// The sample's timestamp in ms since the Unix epoch, if the text has one.
    pub timestamp: Option<i64>,
}

impl Sample {
    /// The value of the label `name`.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|label| label.0 == name).map(|label| label.1.as_str())
    }
}

/// The format of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format, version 0.0.4. Timestamps are whole milliseconds.
    #[default]
    Text,
    /// OpenMetrics 1.0. Timestamps are seconds, and the last line is `# EOF`.
    OpenMetrics,
}

impl Format {
    /// The format that a `Content-Type` names. It is the text format if it names none, as for Prometheus.
    pub fn of(content_type: &str) -> Self {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/openmetrics-text") { Self::OpenMetrics } else { Self::Text }
    }
}

/// The metrics of a text, and what could not be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition {
    /// The metrics: first those that the text declares, each once and in its order, then the others.
    pub families: Vec<Family>,
    /// How many lines could not be read, and were left out.
    pub bad: usize,
    /// The first of these lines.
    pub first: Option<ParseError>,
}

/// The type of a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only grows, and starts again from zero with its process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Cumulative counts by upper bound (`le`).
    Histogram,
    /// As a histogram, but its counts go up and down.
    GaugeHistogram,
    /// Quantiles that the backend computed.
    Summary,
    /// Labels that describe the process. The value is 1.
    Info,
    /// 1 for the current state, 0 for the others.
    StateSet,
    /// No type was declared.
    #[default]
    Untyped,
}

impl Kind {
    /// All types.
    pub const ALL: [Self; 8] = [
        Self::Counter,
        Self::Gauge,
        Self::Histogram,
        Self::GaugeHistogram,
        Self::Summary,
        Self::Info,
        Self::StateSet,
        Self::Untyped,
    ];

    /// Its name in `# TYPE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
            Self::Untyped => "untyped",
        }
    }

    /// The type with that name in `# TYPE`.
    pub fn from_name(name: &str) -> Option<Self> {
        // OpenMetrics' name for `untyped`.
        let name = if name == "unknown" { "untyped" } else { name };
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The suffixes that sample names may have after the metric's name.
    pub(super) const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total", "_created"],
            Self::Histogram => &["_bucket", "_sum", "_count", "_created"],
            Self::GaugeHistogram => &["_bucket", "_gsum", "_gcount"],
            Self::Summary => &["_sum", "_count", "_created"],
            Self::Info => &["_info"],
            Self::Gauge | Self::StateSet | Self::Untyped => &[],
        }
    }
}
