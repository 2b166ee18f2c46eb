//! Quantiles of classic histograms.
use alloc::vec::Vec;

/// The `q`-quantile of a classic histogram, from its upper bounds (`le`) and cumulative counts in any order,
/// as PromQL's `histogram_quantile` computes it: linear within a bucket, the lowest of which begins at 0. A quantile
/// beyond the highest finite bound is that bound. Counts of equal bounds, of several series, are added up. Counts may be
/// rates.
///
/// `None` if `q` is not between 0 and 1, if nothing was counted, or if the `+Inf` bucket or every other one is missing.
pub fn quantile(q: f64, cumulative: &[(f64, f64)]) -> Option<f64> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let mut buckets: Vec<(f64, f64)> = Vec::with_capacity(cumulative.len());
    let mut sorted: Vec<(f64, f64)> =
        cumulative.iter().copied().filter(|bucket| !bucket.0.is_nan()).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (bound, count) in sorted {
        match buckets.last_mut() {
            Some(last) if last.0 == bound => last.1 += count,
            _ => buckets.push((bound, count)),
        }
    }
    // A scrape is not a consistent snapshot: a lower bucket may have counted a little more than the next one.
    let mut highest = 0.0;
    for bucket in &mut buckets {
        if bucket.1 > highest {
            highest = bucket.1;
        }
        bucket.1 = highest;
    }
    let (infinite, finite) = buckets.split_last()?;
    let total = infinite.1;
    let last = finite.last()?;
    if infinite.0 != f64::INFINITY || total <= 0.0 {
        return None;
    }
    let rank = q * total;
    let Some(index) = finite.iter().position(|bucket| bucket.1 >= rank) else { return Some(last.0) };
    let (upper, upto) = finite[index];
    let (lower, before) = match index {
        0 if upper <= 0.0 => return Some(upper),
        0 => (0.0, 0.0),
        _ => finite[index - 1],
    };
    let inside = upto - before;
    Some(if inside > 0.0 { lower + (upper - lower) * ((rank - before) / inside) } else { lower })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LATENCY: [(f64, f64); 4] = [(0.1, 10.0), (0.5, 90.0), (1.0, 100.0), (f64::INFINITY, 100.0)];

    #[test]
    fn it_interpolates_linearly_within_a_bucket() {
        assert_eq!(quantile(0.5, &LATENCY), Some(0.1 + 0.4 * 0.5));
        assert_eq!(quantile(0.05, &LATENCY), Some(0.05));
        assert_eq!(quantile(0.95, &LATENCY), Some(0.75));
        assert_eq!(quantile(1.0, &LATENCY), Some(1.0));
    }

    #[test]
    fn a_quantile_beyond_the_last_finite_bound_is_that_bound() {
        assert_eq!(quantile(0.99, &[(0.1, 1.0), (f64::INFINITY, 100.0)]), Some(0.1));
    }

    #[test]
    fn buckets_of_several_series_add_up_in_any_order() {
        let two =
            [(f64::INFINITY, 4.0), (1.0, 1.0), (2.0, 4.0), (1.0, 1.0), (2.0, 0.0), (f64::INFINITY, 0.0)];
        assert_eq!(quantile(0.5, &two), Some(1.0));
    }

    #[test]
    fn a_histogram_without_data_has_no_quantile() {
        assert_eq!(quantile(0.5, &[]), None);
        assert_eq!(quantile(0.5, &[(f64::INFINITY, 5.0)]), None);
        assert_eq!(quantile(0.5, &[(1.0, 5.0), (2.0, 5.0)]), None);
        assert_eq!(quantile(0.5, &[(1.0, 0.0), (f64::INFINITY, 0.0)]), None);
        assert_eq!(quantile(1.5, &LATENCY), None);
        assert_eq!(quantile(0.5, &[(f64::NAN, 1.0), (f64::INFINITY, f64::NAN)]), None);
    }

    #[test]
    fn a_lower_bucket_with_a_larger_count_is_corrected() {
        assert_eq!(quantile(0.5, &[(1.0, 6.0), (2.0, 5.0), (f64::INFINITY, 10.0)]), Some(5.0 / 6.0));
    }

    proptest! {
        #[test]
        fn it_grows_with_q(
            buckets in prop::collection::vec((0.0..100.0f64, 0.0..50.0f64), 1..20),
            (a, b) in (0.0..=1.0f64, 0.0..=1.0f64),
        ) {
            let mut all = buckets.clone();
            all.push((f64::INFINITY, 60.0));
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(quantile(low, &all) <= quantile(high, &all));
        }
    }
}
