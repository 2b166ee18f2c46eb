//! Any bytes are read as a stored histogram or refused. A histogram that was read can be merged, recorded to, written, and read
//! again, and has quantiles.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_engine::stats::StoredHistogram;

fuzz_target!(|bytes: &[u8]| {
    let Ok(histogram) = StoredHistogram::from_bytes(bytes) else { return };
    assert_eq!(StoredHistogram::from_bytes(&histogram.to_bytes()).as_ref(), Ok(&histogram));
    if histogram.count() < u64::MAX / 2 {
        let mut merged = histogram.clone();
        merged.merge(&histogram);
        let median = merged.quantile(0.5);
        assert!(median >= merged.min() && median <= merged.max());
        merged.record(12.0);
        assert_eq!(StoredHistogram::from_bytes(&merged.to_bytes()).as_ref(), Ok(&merged));
    }
});
