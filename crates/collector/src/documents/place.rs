//! Where a member of a document stands.
use std::borrow::Cow;

use super::json::Node;

/// The members of an object.
pub type Members<'a> = [(Cow<'a, str>, Node<'a>)];

/// How numbers are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// By their names.
    #[default]
    Named,
    /// As counters.
    Counters,
    /// As gauges.
    Gauges,
    /// As timings.
    Timings,
}

/// Where a member stands.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The words of the names that lead to it.
    pub path: Vec<String>,
    pub labels: Vec<(String, String)>,
    pub mode: Mode,
    pub depth: usize,
}

impl Place {
    /// A place within this one.
    pub fn within(&self, words: &[String]) -> Self {
        let mut place = self.clone();
        place.depth += 1;
        // `cache.cache_hits` says the word once.
        let known = place.path.last().is_some_and(|last| words.first() == Some(last));
        place.path.extend(words.iter().skip(usize::from(known)).cloned());
        place
    }
}
