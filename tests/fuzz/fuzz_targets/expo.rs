//! Any bytes are parsed as an exposition, or refused with the number of an existing line. Each line is a sample, invalid, or
//! neither.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_engine::expo::{Format, parse};

fuzz_target!(|text: &[u8]| {
    let lines = text.split(|byte| *byte == b'\n').count();
    for format in [Format::Text, Format::OpenMetrics] {
        match parse(text, format) {
            Err(error) => assert!((1..=lines).contains(&error.line)),
            Ok(read) => {
                let samples: usize = read.families.iter().map(|family| family.samples.len()).sum();
                assert!(samples + read.bad <= lines);
                assert_eq!(read.bad > 0, read.first.is_some_and(|first| (1..=lines).contains(&first.line)));
            }
        }
    }
});
