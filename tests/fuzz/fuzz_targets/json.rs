//! Body after body of one query: each is the value of its text, made of the one before with all that is the same in it;
//! or it is refused, and the one before lives on.
//!
//! The input is a list of steps, divided by the byte 0xff, which is in no text. A step is a text; or, where it begins
//! with 0xfe, a script that edits the last text that was JSON. 0xfd before either makes it arrive byte by byte, while
//! another body of the same query is on its way.
#![no_main]

#[path = "json/host.rs"]
mod host;
#[path = "json/reference.rs"]
mod reference;
#[path = "json/script.rs"]
mod script;

use host::Host;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut host = Host::default();
    for step in data.split(|byte| *byte == 0xff).take(8) {
        let (slow, step) = match step.strip_prefix(&[0xfd]) {
            Some(step) => (true, step),
            None => (false, step),
        };
        match step.strip_prefix(&[0xfe]) {
            Some(script) => host.take(&script::edited(host.text(), script), slow),
            None => host.take(step, slow),
        }
    }
});
