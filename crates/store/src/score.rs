//! How often a name is seen, so that the rarest can go first.
//!
//! A score is an exponentially decayed count of sightings: it halves in [`HALF_LIFE`]. One client must not raise a score by
//! repeating itself, so what counts is the networks that report a name in an hour; further beacons of an hour count a
//! little, and only a few of them. Networks are keyed hashes that live in memory alone.
use crate::browser::Browser;
use crate::time::{DAY, HOUR};

const HALF_LIFE: f64 = (7 * DAY) as f64;
/// What a beacon adds whose network has reported the name in this hour already.
const REPEATED: f64 = 0.125;
/// The most repeated beacons that count in an hour.
const MOST_REPEATED: u8 = 16;

/// Who sent a beacon, as far as the store needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// A hash of the client's network, with a key that only this process has.
    pub network: u64,
    /// Whether it is this machine or one of a private network: nobody from outside.
    pub local: bool,
    /// The family of the browser.
    pub browser: Browser,
}

/// The score of one name, and what was seen of it in the current hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    value: f64,
    at: i64,
    hour: i64,
    /// The networks of this hour, a bit each by their hash: two networks may share a bit.
    networks: u64,
    repeated: u8,
}

impl Score {
    /// A score that was stored as of `at`.
    pub fn stored(value: f64, at: i64) -> Self {
        Self { value, at, ..Self::default() }
    }

    /// Its value as of `now`.
    pub fn value(&self, now: i64) -> f64 {
        self.value * (-(now.saturating_sub(self.at).max(0) as f64) / HALF_LIFE).exp2()
    }

    /// Raises it to `value` as of `at`, if it is lower.
    pub fn raise(&mut self, value: f64, at: i64) {
        let now = self.at.max(at);
        let other = Self::stored(value, at).value(now);
        if other > self.value(now) {
            (self.value, self.at) = (other, now);
        }
    }

    /// When it was last counted.
    pub fn last(&self) -> i64 {
        self.at
    }

    /// Counts a sighting.
    pub fn add(&mut self, client: Client, now: i64) {
        let hour = now - now.rem_euclid(HOUR);
        if hour != self.hour {
            (self.hour, self.networks, self.repeated) = (hour, 0, 0);
        }
        let bit = 1 << (client.network % 64);
        let more = if self.networks & bit == 0 {
            1.0
        } else if self.repeated < MOST_REPEATED {
            self.repeated += 1;
            REPEATED
        } else {
            0.0
        };
        self.networks |= bit;
        self.value = self.value(now) + more;
        // A clock that was set back raises no score.
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(network: u64) -> Client {
        Client { network, local: false, browser: Browser::Unknown }
    }

    #[test]
    fn one_client_cannot_raise_a_score_by_repeating_itself() {
        let mut score = Score::default();
        for second in 0..1000 {
            score.add(client(1), second * 1000);
        }
        assert!(score.value(0) <= 3.0 + 1e-6, "{score:?}");
        let mut visitors = Score::default();
        for network in 0..10 {
            visitors.add(client(network), 0);
        }
        assert!(visitors.value(0) > score.value(0));
    }

    #[test]
    fn a_score_halves_in_a_week() {
        let mut score = Score::default();
        score.add(client(1), 0);
        assert_eq!((score.value(0), score.value(7 * DAY)), (1.0, 0.5));
    }

    proptest! {
        #[test]
        fn a_score_never_exceeds_the_number_of_sightings(times in prop::collection::vec((0_u64..100, 0_i64..100 * DAY), 1..200)) {
            let mut score = Score::default();
            for (network, time) in &times {
                score.add(client(*network), *time);
                prop_assert!(score.value(*time).is_finite());
            }
            prop_assert!(score.value(0) <= times.len() as f64 + 1e-9);
        }
    }
}
