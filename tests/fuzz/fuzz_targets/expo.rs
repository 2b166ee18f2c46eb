//! Any text is an exposition or is refused, with a line that exists.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_engine::expo::parse;

fuzz_target!(|text: &str| {
    if let Err(error) = parse(text) {
        assert!(error.line >= 1 && error.line <= text.split('\n').count());
    }
});
