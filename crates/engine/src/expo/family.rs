//! What an exposition says.
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

/// A kind of metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only grows, and begins anew with its process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Cumulative counts by upper bound (`le`).
    Histogram,
    /// Quantiles that the backend worked out.
    Summary,
    /// Nobody said.
    #[default]
    Untyped,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Counter, Self::Gauge, Self::Histogram, Self::Summary, Self::Untyped];

    /// Its name in `# TYPE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "untyped",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What the names of its samples may end in, beside the metric's own name.
    pub(super) const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Histogram => &["_bucket", "_sum", "_count"],
            Self::Summary => &["_sum", "_count"],
            _ => &[],
        }
    }
}
