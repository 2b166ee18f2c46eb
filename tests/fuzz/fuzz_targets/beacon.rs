//! Any bytes are a beacon or are refused; what is read can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_engine::beacon::{decode, encode};

fuzz_target!(|bytes: &[u8]| {
    match decode(bytes) {
        Ok(beacon) => {
            let again = decode(&encode(&beacon)).expect("what was read can be written");
            assert_eq!(again.id, beacon.id);
        }
        Err(error) => assert!(!error.code().is_empty()),
    }
});
