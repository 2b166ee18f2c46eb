//! What has no place among the names or errors that are kept: how often it was seen, so that it can get one.
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::score::{Client, Score};

/// The most candidates whose score is remembered. Whoever makes up more of them in a minute than this drives out those of
/// others that are as rare.
const MAX_CANDIDATES: usize = 4_096;

/// The scores of candidates, by what tells them apart. The least recently seen is forgotten first.
pub struct Candidates<K> {
    scores: HashMap<K, (Score, u64)>,
    /// In the order in which they were seen. An entry whose number is not the candidate's is out of date.
    order: VecDeque<(K, u64)>,
    /// How many sightings there were, which numbers them.
    sightings: u64,
}

impl<K> Default for Candidates<K> {
    fn default() -> Self {
        Self { scores: HashMap::new(), order: VecDeque::new(), sightings: 0 }
    }
}

impl<K: Clone + Eq + Hash> Candidates<K> {
    /// Counts a sighting. Returns the candidate's score.
    pub fn see(&mut self, key: K, client: Client, now: i64) -> Score {
        self.sightings += 1;
        let (score, number) = self.scores.entry(key.clone()).or_default();
        score.add(client, now);
        *number = self.sightings;
        let score = *score;
        self.order.push_back((key, self.sightings));
        // At most as many out-of-date entries as candidates.
        while self.scores.len() > MAX_CANDIDATES || self.order.len() > 2 * MAX_CANDIDATES {
            let Some((key, number)) = self.order.pop_front() else { break };
            if self.scores.get(&key).is_some_and(|candidate| candidate.1 == number) {
                self.scores.remove(&key);
            }
        }
        score
    }

    /// The score of one that was seen.
    pub fn score(&self, key: &K) -> Option<Score> {
        self.scores.get(key).map(|candidate| candidate.0)
    }

    /// Removes one that got a place.
    pub fn remove(&mut self, key: &K) {
        self.scores.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_the_recently_seen_stays() {
        let client = Client { network: 1, local: false, browser: crate::Browser::Unknown };
        let mut candidates = Candidates::default();
        for name in 0..3 * MAX_CANDIDATES {
            candidates.see(name.to_string(), client, 0);
            candidates.see("steady".to_owned(), client, 0);
            assert!(candidates.scores.len() <= MAX_CANDIDATES);
            assert!(candidates.order.len() <= 2 * MAX_CANDIDATES);
        }
        assert!(candidates.scores.contains_key("steady"));
    }
}
