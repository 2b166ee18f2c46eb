//! What is known of a service that pushes.
use std::collections::{BTreeMap, HashMap, VecDeque};

use whippet_store::Sample;

use super::grid::Grid;

/// What tells a series of an instance from another: its name and labels.
pub type Key = (String, Vec<(String, String)>);

/// The last sample of each series, and when it was pushed. In order: where there is no room for all, chance is not to choose.
pub type Series = BTreeMap<Key, (Sample, i64)>;

/// What is known of a service.
#[derive(Clone, Default)]
pub struct Target {
    pub instances: Vec<Instance>,
    pub grids: HashMap<String, Grid>,
    pub last: i64,
    pub interval: Option<i64>,
    /// The digests of its last posts, where collectors share a database.
    pub posts: VecDeque<String>,
    /// Of which shared state it is a copy.
    pub version: i64,
}

/// One process of a service.
#[derive(Clone)]
pub struct Instance {
    pub key: String,
    /// The value of the label `instance`; empty for none.
    pub label: String,
    /// When its first and its last export were made, by its own clock where it says so; 0 for never.
    pub first: i64,
    pub last: i64,
    /// When it pushed last; 0 for never.
    pub seen: i64,
    pub series: Series,
    /// Counters that it has not told for as long as series are remembered. Where one is told again, it goes on from there.
    pub silent: Series,
}
