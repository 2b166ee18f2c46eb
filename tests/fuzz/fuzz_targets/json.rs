//! One query receives several bodies. Each must have the value of its text, with everything that is unchanged shared with the
//! body before; an invalid one must be refused and change nothing.
//!
//! The input is a list of steps, separated by the byte 0xff, which no UTF-8 text contains. A step is a text, or after the byte
//! 0xfe a script that edits the last text that was JSON. With 0xfd before either, the body arrives byte by byte, while another
//! body of the same query arrives.
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
