//! Compares histograms with DDSketch, another sketch with bounded relative error.
use super::Histogram;
use proptest::prelude::*;
use sketches_ddsketch::{Config, DDSketch};
use std::vec::Vec;

/// DDSketch's relative error.
const ALPHA: f64 = 0.01;

fn ours(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::new();
    for value in values {
        histogram.record(*value);
    }
    histogram
}

fn theirs(values: &[f64]) -> DDSketch {
    let mut sketch = DDSketch::new(Config::new(ALPHA, 2048, 1e-9));
    for value in values {
        sketch.add(*value);
    }
    sketch
}

/// Asserts that both quantiles agree within their errors. The ranks may differ by one, so a value between the neighbours of
/// ours is right too.
fn agree(
    histogram: &Histogram,
    sketch: &DDSketch,
    mut values: Vec<f64>,
    q: f64,
) -> Result<(), TestCaseError> {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
    let (below, above) = (values[rank.saturating_sub(2)], values[rank.min(last)]);
    let (found, peer) = (histogram.quantile(q).unwrap(), sketch.quantile(q).unwrap().unwrap());
    let error = histogram.max_error() + ALPHA + 1e-9;
    prop_assert!(found >= below * (1.0 - error) && found <= above * (1.0 + error), "{found} at {q}");
    prop_assert!(peer >= below * (1.0 - error) && peer <= above * (1.0 + error), "{peer} at {q}");
    let (low, high) = if found < peer { (found, peer) } else { (peer, found) };
    let between = (above / below) * (1.0 + error) / (1.0 - error);
    prop_assert!(high / low <= between, "{found} and {peer} at {q}, up to {between}");
    Ok(())
}

/// Latencies of many orders.
fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-3.0..15.0f64).prop_map(f64::exp2), 1..400)
}

proptest! {
    #[test]
    fn quantiles_agree(values in values(), q in 0.0..=1.0f64) {
        agree(&ours(&values), &theirs(&values), values.clone(), q)?;
    }

    #[test]
    fn quantiles_of_what_was_merged_agree(parts in prop::collection::vec(values(), 1..6), q in 0.0..=1.0f64) {
        let (mut histogram, mut sketch) = (Histogram::new(), theirs(&[]));
        for part in &parts {
            histogram.merge(&ours(part));
            sketch.merge(&theirs(part)).unwrap();
        }
        let all = parts.concat();
        prop_assert_eq!(histogram.count() as usize, sketch.count());
        prop_assert!((histogram.sum() - sketch.sum().unwrap()).abs() <= 1e-9 * histogram.sum());
        agree(&histogram, &sketch, all, q)?;
    }
}
