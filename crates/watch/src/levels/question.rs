//! What is to be read for a level, and what was read.
use super::aggregate::Aggregate;
use super::figure::Figure;
use super::subject::Subject;

/// A figure of a subject over a window that ends now.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Of what.
    pub subject: Subject,
    /// Which figure.
    pub figure: Figure,
    /// What is made of its values.
    pub aggregate: Aggregate,
    /// The length of the window, ms.
    pub window: i64,
    /// Only page views with this value of a dimension: `device:phone`.
    pub split: Option<String>,
}

/// What was read. Without a value nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// The value, in ms, bytes, ones or 0 to 1.
    pub value: Option<f64>,
    /// Whether the true value is only known to be greater.
    pub beyond: bool,
    /// How many page views, requests or values it is of; `None` where nobody counted.
    pub samples: Option<u64>,
    /// Why nothing will ever be known: the metric is of a kind that has no such aggregate.
    pub lack: Option<Lack>,
}

/// A kind of metric, of which not every aggregate can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// `a gauge`.
    pub kind: &'static str,
    /// The aggregates that it has.
    pub has: &'static str,
}

impl Lack {
    /// `a gauge has no p95: it has mean, last, min, max`.
    pub fn words(&self, asked: Aggregate) -> String {
        format!("{} has no {asked}: it has {}", self.kind, self.has)
    }
}
