//! Any bytes are read as a JSON document or refused. What was read is finite, bounded, and the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_collector::documents::{Options, Unit, is_json, read};

fuzz_target!(|bytes: &[u8]| {
    let options = Options { rules: &[], time_unit: Unit::Seconds, path: "/api/cache/stats" };
    let _ = is_json("", bytes);
    let Ok(first) = read(bytes, &options) else { return };
    let again = read(bytes, &options).expect("it was read before");
    assert_eq!(first.samples, again.samples);
    assert_eq!(first.events, again.events);
    assert!(first.samples.len() <= 20_000 && first.events.len() <= 1000);
    for sample in &first.samples {
        assert!(sample.value.is_finite() && sample.name.len() <= 200);
        assert!(sample.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')));
    }
    for event in &first.events {
        assert!(event.text.len() <= 1000 && event.route.len() <= 512);
    }
});
