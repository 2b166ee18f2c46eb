//! A histogram with buckets of its own, as backends have it: counts by upper bound.
//!
//! Counts of a bucket are exact, and what is within one is not known. So histograms whose buckets differ, as those of two
//! releases may, are added up and compared on the bounds that both have.

/// How many values there are by upper bound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// Ascending; the last is infinite.
    bounds: Vec<f64>,
    /// Of each bucket alone.
    counts: Vec<f64>,
}

impl Spread {
    /// That of cumulative counts by upper bound. One that falls, as parts of a scrape do, counts as the one before it.
    pub fn cumulative(counts: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut counts: Vec<(f64, f64)> = counts.into_iter().filter(|(bound, _)| !bound.is_nan()).collect();
        counts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let all = counts.iter().fold(0.0, |most: f64, count| most.max(count.1));
        let mut spread = Self::default();
        let mut before = 0.0;
        for (bound, upto) in counts.into_iter().chain([(f64::INFINITY, all)]) {
            let upto = if upto.is_finite() { upto.max(before) } else { before };
            if spread.bounds.last() == Some(&bound) {
                if let Some(last) = spread.counts.last_mut() {
                    *last += upto - before;
                }
            } else {
                spread.bounds.push(bound);
                spread.counts.push(upto - before);
            }
            before = upto;
        }
        spread
    }

    /// How many values there are.
    pub fn count(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// The upper bounds.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// The last bound that is finite.
    pub fn last(&self) -> Option<f64> {
        self.bounds.iter().rev().copied().find(|bound| bound.is_finite())
    }

    /// Each bucket's upper bound, and how many values it has.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, f64)> {
        self.bounds.iter().copied().zip(self.counts.iter().copied())
    }

    /// Adds the values of another one, on the bounds that both have.
    pub fn merge(&mut self, other: &Self) {
        if other.bounds.is_empty() {
            return;
        }
        if self.bounds.is_empty() {
            other.clone_into(self);
            return;
        }
        if self.bounds != other.bounds {
            *self = self.on(&other.bounds);
        }
        let other = other.on(&self.bounds);
        self.counts.iter_mut().zip(&other.counts).for_each(|(held, more)| *held += more);
    }

    /// The same with no more bounds than these. What is above all of them stays above all.
    pub fn on(&self, bounds: &[f64]) -> Self {
        let mut spread = Self::default();
        let mut count = 0.0;
        for (bound, more) in self.buckets() {
            count += more;
            let is_common = bounds.binary_search_by(|other| other.total_cmp(&bound)).is_ok();
            if is_common || bound == f64::INFINITY {
                spread.bounds.push(bound);
                spread.counts.push(std::mem::take(&mut count));
            }
        }
        spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spreads() -> impl Strategy<Value = Spread> {
        let bucket = (prop::sample::select(vec![0.0_f64, 5.0, 10.0, 25.0, 50.0, 100.0]), 0_u32..50);
        proptest::collection::vec(bucket, 1..7).prop_map(|buckets: Vec<(f64, u32)>| {
            let mut upto = 0.0;
            let mut sorted = buckets;
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            Spread::cumulative(sorted.into_iter().map(|(bound, more)| {
                upto += f64::from(more);
                (bound, upto)
            }))
        })
    }

    fn merged(one: &Spread, other: &Spread) -> Spread {
        let mut sum = one.clone();
        sum.merge(other);
        sum
    }

    proptest! {
        #[test]
        fn added_up_in_any_order_no_value_is_lost(a in spreads(), b in spreads(), c in spreads()) {
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            let all = merged(&merged(&a, &b), &c);
            prop_assert_eq!(&all, &merged(&a, &merged(&b, &c)));
            prop_assert_eq!(all.count(), a.count() + b.count() + c.count());
            let has = |bound: &f64| [&a, &b, &c].into_iter().all(|one| one.bounds().contains(bound));
            prop_assert!(all.bounds().iter().all(has));
        }

        #[test]
        fn any_counts_are_a_spread(
            counts in proptest::collection::vec((any::<f64>(), any::<f64>()), 0..20),
        ) {
            let spread = Spread::cumulative(counts);
            prop_assert!(spread.buckets().all(|(_, count)| count >= 0.0));
            prop_assert!(spread.bounds().windows(2).all(|two| two[0] < two[1]));
            prop_assert_eq!(spread.bounds().last(), Some(&f64::INFINITY));
        }
    }

    #[test]
    fn a_bucket_that_only_one_has_is_part_of_the_next() {
        let one = Spread::cumulative([(10.0, 4.0), (20.0, 6.0), (f64::INFINITY, 7.0)]);
        let other = Spread::cumulative([(20.0, 5.0), (30.0, 9.0)]);
        let sum: Vec<(f64, f64)> = merged(&one, &other).buckets().collect();
        assert_eq!(sum, [(20.0, 11.0), (f64::INFINITY, 5.0)]);
    }
}
