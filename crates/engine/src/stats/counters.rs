//! Counts by name.
use alloc::string::String;
use alloc::vec::Vec;

/// A handful of named counts, in the order of their first use. It is meant for tens of names, as lookups are linear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    entries: Vec<(String, u64)>,
}

impl Counters {
    /// No counts.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Adds `by` to a count. It saturates at `u64::MAX`.
    pub fn add(&mut self, name: &str, by: u64) {
        match self.entries.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => entry.1 = entry.1.saturating_add(by),
            None => self.entries.push((String::from(name), by)),
        }
    }

    /// The count of a name, or zero for an unknown name.
    pub fn get(&self, name: &str) -> u64 {
        self.entries.iter().find(|entry| entry.0 == name).map_or(0, |entry| entry.1)
    }

    /// Adds all counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in &other.entries {
            self.add(name, *count);
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Names and counts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.entries.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// The names and counts as a list.
    pub fn into_entries(self) -> Vec<(String, u64)> {
        self.entries
    }
}

/// Turns growing totals into differences. A total that fell was reset, as for Prometheus' `rate`: all of it is new.
#[derive(Clone, Debug, Default)]
pub struct Deltas {
    seen: Vec<(String, u64)>,
}

impl Deltas {
    /// No totals yet. The first total of each name is its first difference.
    pub const fn new() -> Self {
        Self { seen: Vec::new() }
    }

    /// The difference of `total` to the last total of `name`.
    pub fn take(&mut self, name: &str, total: u64) -> u64 {
        match self.seen.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => {
                let before = core::mem::replace(&mut entry.1, total);
                if total >= before { total - before } else { total }
            }
            None => {
                self.seen.push((String::from(name), total));
                total
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn counts_add_up_and_merge() {
        let mut counters = Counters::new();
        counters.add("query.hits", 2);
        counters.add("query.misses", 1);
        counters.add("query.hits", 3);
        let mut other = Counters::new();
        other.add("query.hits", u64::MAX);
        counters.merge(&other);
        assert_eq!(counters.get("query.hits"), u64::MAX);
        assert_eq!(counters.get("query.errors"), 0);
        assert_eq!(
            counters.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            vec!["query.hits", "query.misses"]
        );
    }

    #[test]
    fn totals_become_differences_and_may_begin_anew() {
        let mut deltas = Deltas::new();
        let taken: Vec<u64> = [3, 3, 10, 4].into_iter().map(|total| deltas.take("hits", total)).collect();
        assert_eq!(taken, vec![3, 0, 7, 4]);
    }
}
