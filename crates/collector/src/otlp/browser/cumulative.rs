//! Sums that a page counts from its start: how much they grew since the last post.
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Mutex;

use super::histogram::{Bounds, Buckets, coarser};

/// The most sums that are remembered. Beyond, new ones are not counted.
const SUMS: usize = 10_000;
/// A sum is forgotten after so long without a post, ms.
const REMEMBERED: i64 = 6 * 60 * 60 * 1000;

/// The last values of pages' sums. In memory alone.
pub struct Cumulative {
    keys: RandomState,
    /// Sums from before have been counted by whoever ran then, ms since the Unix epoch.
    since: i64,
    last: Mutex<HashMap<u64, (Last, i64)>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Last {
    Sum(f64),
    Buckets(Buckets),
}

/// There are too many sums already.
struct NoRoom;

/// What to restore where a post could not be kept.
#[derive(Default)]
pub struct Undo(Vec<(u64, Option<(Last, i64)>)>);

impl Cumulative {
    /// Nothing is known yet; `now` is the collector's clock.
    pub fn new(now: i64) -> Self {
        Self { keys: RandomState::new(), since: now, last: Mutex::default() }
    }

    /// What the sum `identity`, counted since `start`, was before it grew to be `value`. `None` where that cannot be known.
    pub fn sum(&self, identity: impl Hash, start: i64, value: f64, now: i64, undo: &mut Undo) -> Option<f64> {
        let before = self.exchange(&identity, Last::Sum(value), now, undo).ok()?;
        match before {
            Some(Last::Sum(before)) if value >= before => Some(before),
            Some(_) => None,
            None => (start >= self.since).then_some(0.0),
        }
    }

    /// How much buckets have grown.
    pub fn buckets(
        &self,
        identity: impl Hash,
        start: i64,
        value: &Buckets,
        now: i64,
        undo: &mut Undo,
    ) -> Option<Buckets> {
        match self.exchange(&identity, Last::Buckets(value.clone()), now, undo).ok()? {
            Some(Last::Buckets(before)) => difference(value, before),
            Some(Last::Sum(_)) => None,
            None => (start >= self.since).then(|| value.clone()),
        }
    }

    /// Forgets what a post changed that could not be kept: it will be sent again.
    pub fn restore(&self, undo: Undo) {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (key, before) in undo.0.into_iter().rev() {
            match before {
                Some(before) => drop(last.insert(key, before)),
                None => drop(last.remove(&key)),
            }
        }
    }

    /// Remembers `value`, and returns what was remembered before.
    fn exchange(
        &self,
        identity: &impl Hash,
        value: Last,
        now: i64,
        undo: &mut Undo,
    ) -> Result<Option<Last>, NoRoom> {
        let key = self.keys.hash_one(identity);
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.len() >= SUMS && !last.contains_key(&key) {
            last.retain(|_, (_, seen)| *seen > now - REMEMBERED);
            if last.len() >= SUMS {
                return Err(NoRoom);
            }
        }
        let before = last.insert(key, (value, now));
        undo.0.push((key, before.clone()));
        Ok(before.map(|(value, _)| value))
    }
}

/// `now` without `before`; `None` where the one did not grow out of the other.
fn difference(now: &Buckets, before: Buckets) -> Option<Buckets> {
    let (mut now, mut before) = (now.clone(), before);
    match (&mut now.bounds, &mut before.bounds) {
        (Bounds::Explicit(bounds), Bounds::Explicit(others)) if bounds == others => {}
        (Bounds::Exponential(scale, offset), Bounds::Exponential(others, from)) => {
            // The scale falls while values spread.
            while *others > *scale {
                (*others, *from, before.counts) = coarser(*from, &before.counts, *others);
            }
            if others != scale {
                return None;
            }
            let mut counts = now.counts.clone();
            for (place, count) in before.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let at = usize::try_from(i64::from(*from) + place as i64 - i64::from(*offset)).ok()?;
                let known = counts.get_mut(at)?;
                *known = known.checked_sub(*count)?;
            }
            now.counts = counts;
            before.counts = Vec::new();
        }
        _ => return None,
    }
    for (place, count) in before.counts.iter().enumerate() {
        let known = now.counts.get_mut(place)?;
        *known = known.checked_sub(*count)?;
    }
    now.zero = now.zero.checked_sub(before.zero)?;
    now.count = now.count.checked_sub(before.count)?;
    now.sum = now.sum.zip(before.sum).map(|(now, before)| (now - before).max(0.0));
    // The extremes are those of all values since the start.
    (now.min, now.max) = (None, None);
    Some(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: i64 = 1_790_000_000_000;

    #[test]
    fn only_what_is_new_counts() {
        let all = Cumulative::new(T);
        let sum = |start, value| all.sum(("a", start), start, value, T, &mut Undo::default());
        assert_eq!([sum(T + 1, 5.0), sum(T + 1, 5.0), sum(T + 1, 8.0)], [Some(0.0), Some(5.0), Some(5.0)]);
        assert_eq!(sum(T + 1, 2.0), None, "it fell");
        assert_eq!(sum(T - 1000, 7.0), None, "counted while another process ran");
        assert_eq!(sum(T - 1000, 9.0), Some(7.0));
    }

    #[test]
    fn a_post_that_was_not_kept_counts_when_it_comes_again() {
        let all = Cumulative::new(T);
        let mut undo = Undo::default();
        assert_eq!(all.sum("a", T, 5.0, T, &mut undo), Some(0.0));
        assert_eq!(all.sum("a", T, 6.0, T, &mut undo), Some(5.0));
        all.restore(undo);
        assert_eq!(all.sum("a", T, 6.0, T, &mut Undo::default()), Some(0.0));
    }

    #[test]
    fn exponential_buckets_are_compared_at_one_scale() {
        let buckets = |scale, offset, counts: &[u64]| Buckets {
            bounds: Bounds::Exponential(scale, offset),
            counts: counts.to_vec(),
            zero: 0,
            count: counts.iter().sum(),
            sum: Some(10.0),
            min: Some(1.0),
            max: Some(2.0),
        };
        let before = buckets(3, 4, &[1, 2, 0, 1]);
        let now = buckets(2, 2, &[4, 1, 0, 7]);
        let grown = difference(&now, before.clone()).unwrap();
        assert_eq!((grown.counts, grown.count), (vec![1, 0, 0, 7], 8));
        assert_eq!(difference(&before, now), None);
    }

    #[test]
    fn memory_is_bounded() {
        let all = Cumulative::new(T);
        for number in 0..SUMS {
            all.sum(number, T, 1.0, T, &mut Undo::default());
        }
        assert_eq!(all.sum("more", T, 1.0, T, &mut Undo::default()), None);
        assert_eq!(all.sum("more", T, 1.0, T + REMEMBERED, &mut Undo::default()), Some(0.0));
    }
}
