//! What an exposition says.
use super::error::ParseError;
use alloc::string::String;
use alloc::vec::Vec;

/// All samples of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// The metric's name, for example `http_request_duration_seconds`.
    pub name: String,
    /// What kind of metric it is.
    pub kind: Kind,
    /// What it means, in its author's words. May be empty.
    pub help: String,
    /// The samples, in the order of the text; those of a histogram are named `…_bucket`, `…_sum`, `…_count`.
    pub samples: Vec<Sample>,
}

/// One line of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The full name, with its suffix if it has one.
    pub name: String,
    /// Labels in the order of the text, each at most once.
    pub labels: Vec<(String, String)>,
    /// The value; may be infinite or not a number.
    pub value: f64,
    /// When it was taken, ms since the Unix epoch, where the text says so.
    pub timestamp: Option<i64>,
}

impl Sample {
    /// The value of the label `name`.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|label| label.0 == name).map(|label| label.1.as_str())
    }
}

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' own, version 0.0.4. Timestamps are whole milliseconds.
    #[default]
    Text,
    /// OpenMetrics 1.0. Timestamps are seconds, and the last line is `# EOF`.
    OpenMetrics,
}

impl Format {
    /// The one that a `Content-Type` names; where it names none, the text format, as Prometheus takes it.
    pub fn of(content_type: &str) -> Self {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/openmetrics-text") { Self::OpenMetrics } else { Self::Text }
    }
}

/// What was read of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition {
    /// The metrics: those that the text declares first, each once, in its order; then the others.
    pub families: Vec<Family>,
    /// How many lines could not be read. They are left out.
    pub bad: usize,
    /// The first of them, and what is wrong with it.
    pub first: Option<ParseError>,
}

/// A kind of metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only grows, and begins anew with its process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Cumulative counts by upper bound (`le`).
    Histogram,
    /// The same of a state that goes up and down.
    GaugeHistogram,
    /// Quantiles that the backend worked out.
    Summary,
    /// Labels that say something of the process; the value is 1.
    Info,
    /// 1 for the state that holds, 0 for the others.
    StateSet,
    /// Nobody said.
    #[default]
    Untyped,
}

impl Kind {
    /// All of them.
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

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        // OpenMetrics' word for it.
        let name = if name == "unknown" { "untyped" } else { name };
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What the names of its samples may end in, beside the metric's own name.
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
