//! Any bytes are a histogram or are refused; those that are can be merged, asked and written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_engine::stats::Histogram;

fuzz_target!(|bytes: &[u8]| {
    let Ok(histogram) = Histogram::from_bytes(bytes) else { return };
    assert_eq!(Histogram::from_bytes(&histogram.to_bytes()).as_ref(), Ok(&histogram));
    if histogram.count() < u64::MAX / 2 {
        let mut merged = histogram.clone();
        merged.merge(&histogram);
        let median = merged.quantile(0.5);
        assert!(median >= merged.min() && median <= merged.max());
    }
});
