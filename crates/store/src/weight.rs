//! The weight of a sampled page view: how many page views it stands for.
use whippet_engine::stats::{Histogram, Parts};

/// The largest weight: a beacon may claim any rate.
const MOST: f64 = 10_000.0;

/// The weight of a page view with the sample rate `rate`, above 0 and at most 1, or with `min_rate` if that is higher. Where
/// `1 / rate` is no integer, a hash of the page view's name decides whether it is rounded up or down: all beacons of one page
/// view have the same weight, and sums are right on average.
pub fn weight(view: &str, rate: f64, min_rate: f64) -> u64 {
    let exact = (1.0 / rate.max(min_rate)).clamp(1.0, MOST);
    let whole = exact.floor();
    whole as u64 + u64::from(share(view) < exact - whole)
}

/// A number from 0 to below 1 that follows from `text` alone: FNV-1a, its bits mixed as `splitmix64` does.
fn share(text: &str) -> f64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ mixed >> 31) >> 11) as f64 / (1_u64 << 53) as f64
}

/// `histogram` with each value counted `weight` times; unchanged if a count would overflow.
pub fn scaled(histogram: &Histogram, weight: u64) -> Histogram {
    let parts = histogram.parts();
    let counts: Option<Vec<u64>> = parts.counts.iter().map(|count| count.checked_mul(weight)).collect();
    let scaled = counts.zip(parts.zero.checked_mul(weight)).and_then(|(counts, zero)| {
        Histogram::from_parts(&Parts { counts: &counts, zero, sum: parts.sum * weight as f64, ..parts }).ok()
    });
    scaled.unwrap_or_else(|| histogram.clone())
}

#[cfg(test)]
mod tests {
    use super::{scaled, weight};
    use whippet_engine::stats::Histogram;

    #[test]
    fn a_page_view_stands_for_as_many_as_the_rate_says() {
        assert_eq!([1.0, 0.5, 0.25, 0.001].map(|rate| weight("any", rate, 0.0)), [1, 2, 4, 1000]);
        assert_eq!(weight("any", 1e-300, 0.0), 10_000);
        assert_eq!([0.5, 0.01, 0.001, 1e-300].map(|rate| weight("any", rate, 0.01)), [2, 100, 100, 100]);
    }

    #[test]
    fn weights_are_right_on_average_and_always_the_same() {
        for rate in [0.3, 0.7, 0.9, 0.013] {
            let views: Vec<String> = (0..20_000).map(|view| format!("{view:x}")).collect();
            let sum: u64 = views.iter().map(|view| weight(view, rate, 0.0)).sum();
            let mean = sum as f64 / 20_000.0;
            assert!((mean * rate - 1.0).abs() < 0.01, "{mean} for {rate}");
            assert_eq!(weight("one", rate, 0.0), weight("one", rate, 0.0));
        }
    }

    #[test]
    fn scaling_changes_counts_and_sum_and_nothing_else() {
        let mut histogram = Histogram::new();
        let mut three = Histogram::new();
        for value in [0.0, 12.5, 400.0] {
            histogram.record(value);
            three.record_many(value, 3);
        }
        assert_eq!(scaled(&histogram, 3), three);
        histogram.record_many(7.0, 1 << 60);
        assert_eq!(scaled(&histogram, 10_000), histogram, "beyond counting");
    }
}
