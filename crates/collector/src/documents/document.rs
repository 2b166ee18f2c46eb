//! How a document is read, and what it holds.
use whippet_store::{BackendEvent, Sample};

use super::rule::Rule;
use super::unit::Unit;

/// How a document is read.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The operator's own rules.
    pub rules: &'a [Rule],
    /// The unit of durations whose names tell none.
    pub time_unit: Unit,
    /// The path of its URL, which may say what all of it is about: `/api/cache/stats`.
    pub path: &'a str,
}

/// What a document holds.
#[derive(Debug, Default)]
pub struct Document {
    /// The values. Labels are sorted.
    pub samples: Vec<Sample>,
    /// The errors and slow queries that it lists.
    pub events: Vec<BackendEvent>,
    /// How many members are not what their names say, or too many.
    pub left_out: usize,
}
