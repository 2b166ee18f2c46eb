//! What INP is put down to: what was interacted with, and where the time went. Events of one frame belong together,
//! and long frames name their scripts.
use super::super::read;
use super::Seen;
use super::selector::selector;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Event, PageView, Report};

/// How many of the latest are kept, whatever they are: events and frames may come in any order.
const KEPT: usize = 10;
/// Event Timing rounds to 8 ms: what was painted as close together was painted in one frame.
const ROUNDED: f64 = 8.0;

/// The events that were painted together.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    start: f64,
    processing_start: f64,
    processing_end: f64,
    painted: f64,
}

/// The interactions that may still be reported, and the frames around them.
#[derive(Default)]
pub(super) struct Interactions {
    frames: Vec<Rc<Cell<Frame>>>,
    /// Long animation frames.
    long: Vec<JsValue>,
    /// What was interacted with, by interaction: named by its first event.
    targets: Vec<(f64, String)>,
    /// When the last listener ended.
    latest: f64,
}

impl Interactions {
    pub(super) fn add_long(&mut self, frame: &JsValue) {
        self.long.push(frame.clone());
    }

    /// Adds an event to its frame, which is returned.
    pub(super) fn add(&mut self, entry: &JsValue, event: &Event) -> Option<Rc<Cell<Frame>>> {
        if event.duration < PageView::<()>::EVENT_THRESHOLD && !event.is_first {
            return None;
        }
        let new = Frame {
            start: event.start,
            processing_start: read::number(entry, "processingStart"),
            processing_end: read::number(entry, "processingEnd"),
            painted: event.start + event.duration,
        };
        self.latest = self.latest.max(new.processing_end);
        let near = |frame: &&Rc<Cell<Frame>>| (new.painted - frame.get().painted).abs() <= ROUNDED;
        if let Some(frame) = self.frames.iter().rev().find(near) {
            let known = frame.get();
            frame.set(Frame {
                start: known.start.min(new.start),
                processing_start: known.processing_start.min(new.processing_start),
                processing_end: known.processing_end.max(new.processing_end),
                painted: known.painted,
            });
            return Some(Rc::clone(frame));
        }
        let frame = Rc::new(Cell::new(new));
        self.frames.push(Rc::clone(&frame));
        Some(frame)
    }

    /// A new page view begins: an interaction that goes on in it is named anew.
    pub(super) fn begin(&mut self) {
        self.targets.clear();
    }

    /// Whether it is known what the interaction is with.
    pub(super) fn has_name(&self, interaction: f64) -> bool {
        self.targets.iter().any(|known| known.0 == interaction)
    }

    /// Says what an interaction is with. Those that are not one of the slowest any more, as `holds` says, are forgotten.
    pub(super) fn name(&mut self, interaction: f64, target: String, holds: impl Fn(f64) -> bool) {
        if !target.is_empty() {
            self.targets.retain(|known| holds(known.0));
            self.targets.push((interaction, target));
        }
    }

    /// As [`tidy`](Self::tidy), where much came without an interaction.
    pub(super) fn bound(&mut self) {
        if self.long.len() > 4 * KEPT {
            self.tidy();
        }
    }

    /// Lets go what cannot be part of a report any more.
    pub(super) fn tidy(&mut self) {
        let mut newer = self.frames.len();
        self.frames.retain(|frame| {
            newer -= 1;
            // Another owner: an event that may still be reported.
            newer < KEPT || Rc::strong_count(frame) > 1
        });
        let mut newer = self.long.len();
        self.long.retain(|long| {
            newer -= 1;
            let touches =
                |frame: &Rc<Cell<Frame>>| is_between(long, frame.get().start, frame.get().processing_end);
            (newer < KEPT && read::number(long, "startTime") > self.latest) || self.frames.iter().any(touches)
        });
    }

    pub(super) fn attribute(&self, report: &Report<Rc<Seen>>) -> Attribution {
        let part = |name: &str, ms| (name.to_owned(), ms);
        let first = report.entries.first();
        let Some((entry, frame)) = first.and_then(|seen| Some((&seen.entry, seen.frame.as_ref()?.get())))
        else {
            // All interactions of the page view were too short to be told of.
            let parts = vec![part("presentation", report.value)];
            return Attribution { parts, ..Attribution::default() };
        };
        let start = read::number(entry, "startTime");
        // The frame's first listener may have run before this interaction began.
        let processing_start = frame.processing_start.max(start);
        // Durations are rounded, and some processing goes on after the paint: neither may make a part negative.
        let painted = (start + read::number(entry, "duration")).max(processing_start);
        let processing_end = frame.processing_end.min(painted);
        let id = read::number(entry, "interactionId");
        let target = self.targets.iter().find(|known| known.0 == id);
        let state = if read::text(entry, "name").starts_with("key") { "keyboard" } else { "pointer" };
        Attribution {
            target: target.map(|known| known.1.clone()).unwrap_or_default(),
            url: self.longest_script(start, processing_end).unwrap_or_default(),
            state: state.to_owned(),
            parts: vec![
                part("input", processing_start - start),
                part("processing", processing_end - processing_start),
                part("presentation", painted - processing_end),
            ],
        }
    }

    /// The address of the script that ran longest from `start` on, in the long frames until `end`.
    fn longest_script(&self, start: f64, end: f64) -> Option<String> {
        let mut longest = None;
        let mut most = 0.0;
        for frame in self.long.iter().filter(|frame| is_between(frame, start, end)) {
            for script in read::list(frame, "scripts") {
                let began = read::number(&script, "startTime");
                let within = began + read::number(&script, "duration") - began.max(start);
                if within > most {
                    most = within;
                    longest = Some(read::text(&script, "sourceURL"));
                }
            }
        }
        longest
    }
}

/// What an event was dispatched to.
pub(super) fn target(event: &JsValue) -> String {
    match read::member(event, "target") {
        Some(node) => selector(&node),
        None => read::text(event, "targetSelector"),
    }
}

/// Whether a long frame has a part between two moments.
fn is_between(frame: &JsValue, start: f64, end: f64) -> bool {
    let began = read::number(frame, "startTime");
    began + read::number(frame, "duration") >= start && began <= end
}
