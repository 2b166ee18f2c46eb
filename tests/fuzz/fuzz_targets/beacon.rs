//! Any bytes are decoded as a beacon or refused. A decoded beacon can be encoded and decoded again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_engine::beacon::{decode, encode};

fuzz_target!(|bytes: &[u8]| {
    match decode(bytes) {
        Ok(beacon) => {
            // Numbers are written with six decimals, and do not change after that.
            let again = decode(&encode(&beacon)).expect("what was read can be written");
            assert_eq!(again.id, beacon.id);
            assert_eq!(decode(&encode(&again)), Ok(again));
        }
        Err(error) => assert!(!error.code().is_empty()),
    }
});
