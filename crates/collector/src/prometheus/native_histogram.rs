//! The buckets of a native histogram as Prometheus writes them: spans of buckets, and how each count differs from the one
//! before.
use whippet_engine::stats::StoredHistogram;

/// Up to so many empty buckets are written as zeros, as a new span would take as many bytes.
const GAP: usize = 2;

/// The buckets of a histogram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    /// Of each span how far it begins behind the one before (the first: its index), and how many buckets it has.
    pub spans: Vec<(i32, u32)>,
    /// Of each bucket by how much its count differs from the one before.
    pub deltas: Vec<i64>,
}

impl Spans {
    /// Those of `histogram`, at its own scale: both have the same bucket bounds, and no value changes its bucket.
    pub fn of(histogram: &StoredHistogram) -> Self {
        let parts = histogram.parts();
        let mut found = Self::default();
        // Ours is named by its lower bound, Prometheus' by its upper one: 2^(index / 2^schema).
        let mut next = 0;
        let mut last = 0;
        let mut index = parts.offset + 1;
        let mut counts = parts.counts;
        while let Some(begin) = counts.iter().position(|count| *count > 0) {
            index += begin as i32;
            counts = &counts[begin..];
            let length = run(counts);
            found.spans.push((index - next, length as u32));
            for count in &counts[..length] {
                // A histogram has at most 2^62 values.
                let count = i64::try_from(*count).unwrap_or(i64::MAX);
                found.deltas.push(count - last);
                last = count;
            }
            index += length as i32;
            next = index;
            counts = &counts[length..];
        }
        found
    }
}

/// The length of the first span of `counts`, which begin with one that is not 0.
fn run(counts: &[u64]) -> usize {
    let mut end = 1;
    while let Some(more) = counts[end..].iter().take(GAP + 1).position(|count| *count > 0) {
        end += more + 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::Spans;
    use proptest::prelude::*;
    use whippet_engine::stats::StoredHistogram;

    fn check(values: &[f64], spans: &[(i32, u32)], deltas: &[i64]) {
        let mut histogram = StoredHistogram::new();
        for value in values {
            histogram.record(*value);
        }
        assert_eq!(Spans::of(&histogram), Spans { spans: spans.to_vec(), deltas: deltas.to_vec() });
    }

    #[test]
    fn a_bucket_is_named_by_its_upper_bound() {
        check(&[], &[], &[]);
        check(&[0.0], &[], &[]);
        // At scale 5, 1 is the upper bound of bucket 0, 2 that of bucket 32.
        check(&[1.0, 1.0], &[(0, 1)], &[2]);
        check(&[2.0], &[(32, 1)], &[1]);
        check(&[1.0, 2.0, 2.0], &[(0, 1), (31, 1)], &[1, 1]);
        check(&[0.5], &[(-32, 1)], &[1]);
    }

    proptest! {
        #[test]
        fn all_counts_come_back(values in prop::collection::vec(0.0..1e4f64, 0..200)) {
            let mut histogram = StoredHistogram::new();
            values.iter().for_each(|value| { histogram.record(*value); });
            let Spans { spans, deltas } = Spans::of(&histogram);
            let base = 2f64.powf(2f64.powi(-i32::from(histogram.scale())));
            let (mut at, mut count, mut read, mut deltas) = (0, 0, Vec::new(), deltas.into_iter());
            for (offset, length) in spans {
                at += offset;
                for _ in 0..length {
                    count += deltas.next().unwrap();
                    if count > 0 {
                        read.push((base.powi(at), count as u64));
                    }
                    at += 1;
                }
            }
            prop_assert_eq!(deltas.next(), None);
            let buckets: Vec<_> = histogram.buckets().collect();
            prop_assert_eq!(read.len(), buckets.len());
            for ((upper, count), bucket) in read.into_iter().zip(buckets) {
                prop_assert!((upper / bucket.upper - 1.0).abs() < 1e-9 && count == bucket.count);
            }
        }
    }
}
