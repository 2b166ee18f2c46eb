//! A name or an error that has a place, with the score that ranks it among its like.
use crate::score::{Client, Score};
use crate::time::HOUR;

/// Stores a score `?3` as of `?2`, in a statement that updates names or errors. Another process may have stored a higher one,
/// which decays meanwhile, nearly as in score.rs: both databases can divide, and not all can raise to a power.
pub const STORE: &str =
    "score = greatest(?3, score / (1.0 + greatest(?2 - scored, 0) / 604800000.0)), scored = ?2";

/// What is known of one name or error in memory.
#[derive(Clone, Copy, Debug)]
pub struct Ranked {
    /// Its number in the database.
    pub id: i64,
    score: Score,
    /// The score as it was stored last, and when.
    stored: (f64, i64),
}

impl Ranked {
    /// One that was stored with this score as of `now`.
    pub fn new(id: i64, score: Score, now: i64) -> Self {
        Self { id, score, stored: (score.value(now), now) }
    }

    /// One as it is in the database.
    pub fn stored(id: i64, score: f64, scored: i64) -> Self {
        Self { id, score: Score::stored(score, scored), stored: (score, scored) }
    }

    /// Its score as of `now`.
    pub fn score(&self, now: i64) -> f64 {
        self.score.value(now)
    }

    /// Counts a sighting. Returns the score where it is due to be stored: once an hour, and when it has doubled.
    pub fn see(&mut self, client: Client, now: i64) -> Option<f64> {
        self.score.add(client, now);
        let score = self.score.value(now);
        let due = score >= 2.0 * self.stored.0 || now - now.rem_euclid(HOUR) > self.stored.1;
        due.then(|| {
            self.stored = (score, now);
            score
        })
    }

    /// Takes over the score that another process stored, if that is higher.
    pub fn adopt(&mut self, score: f64, scored: i64) {
        self.score.raise(score, scored);
    }

    /// When it was last seen, as far as this process knows.
    pub fn last_seen(&self) -> i64 {
        self.score.last()
    }

    /// Keeps the sightings that `before` counted and the database does not know yet, if both are the same thing.
    pub fn keep_score_of(&mut self, before: &Self) {
        if before.id == self.id {
            self.score = before.score;
        }
    }
}

/// The one with the lowest score, if that is below `score`.
pub fn rarest<'a, K: Ord + 'a>(
    all: impl Iterator<Item = (K, &'a Ranked)>,
    score: Score,
    now: i64,
) -> Option<K> {
    let lowest = all
        .map(|(key, ranked)| (ranked.score(now), key))
        .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    lowest.filter(|(lowest, _)| *lowest < score.value(now)).map(|(_, key)| key)
}
