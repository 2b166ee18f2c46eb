//! Long animation frames, and the scripts that made them long.
use super::read;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::{Queue, Script, scrub};
use whippet_engine::time::Instant;

/// A long animation frame.
pub(super) struct Frame {
    duration: f64,
    blocking: f64,
    scripts: Vec<Script>,
}

impl Frame {
    /// Reads a `long-animation-frame` entry; `scrub` scrubs URLs.
    pub(super) fn new(entry: &JsValue, scrub: impl Fn(&str) -> String) -> Self {
        let scripts = read::list(entry, "scripts").into_iter().map(|script| {
            let invoker = read::text(&script, "invoker");
            Script {
                source: scrub(&read::text(&script, "sourceURL")),
                // The invoker of a top-level script is the script's URL, which `source` already has.
                invoker: if invoker.contains("://") { String::new() } else { scrub::text(&invoker) },
                count: 1,
                duration: read::number(&script, "duration"),
                forced: read::positive(&script, "forcedStyleAndLayoutDuration"),
            }
        });
        Self {
            scripts: scripts.collect(),
            duration: read::number(entry, "duration"),
            blocking: read::number(entry, "blockingDuration"),
        }
    }

    pub(super) fn record_in(&self, queue: &mut Queue, now: Instant) {
        queue.record(now, "frame.duration", self.duration);
        queue.record(now, "frame.blocking", self.blocking);
        for script in &self.scripts {
            queue.script(now, script);
        }
    }
}
