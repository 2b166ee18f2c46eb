//! Attribution of INP: the element, the phases, and the script that ran longest. Events of one frame belong together; long
//! animation frames name their scripts.
use super::super::read;
use super::observed_entry::{EventFrame, ObservedEntry};
use super::selector::selector;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Event, PageView, Report};

/// How many of the latest frames are always kept: events and long frames may arrive in any order.
const CAPACITY: usize = 10;
/// Event Timing rounds to 8 ms: events that were painted this close together belong to one frame, ms.
const ROUNDING: f64 = 8.0;

/// The interactions that may still be reported, and the frames around them.
#[derive(Default)]
pub(super) struct Interactions {
    frames: Vec<Rc<Cell<EventFrame>>>,
    /// Long animation frames.
    long: Vec<JsValue>,
    /// The targets by interaction, from the first event of each.
    targets: Vec<(f64, String)>,
    /// The latest `processingEnd`.
    latest: f64,
}

impl Interactions {
    pub(super) fn add_long(&mut self, frame: &JsValue) {
        self.long.push(frame.clone());
    }

    /// Adds an event to its frame. Returns the frame.
    pub(super) fn add(&mut self, entry: &JsValue, event: &Event) -> Option<Rc<Cell<EventFrame>>> {
        if event.duration < PageView::<()>::EVENT_THRESHOLD && !event.is_first {
            return None;
        }
        let new = EventFrame {
            start: event.start,
            processing_start: read::number(entry, "processingStart"),
            processing_end: read::number(entry, "processingEnd"),
            painted: event.start + event.duration,
        };
        self.latest = self.latest.max(new.processing_end);
        let near = |frame: &&Rc<Cell<EventFrame>>| (new.painted - frame.get().painted).abs() <= ROUNDING;
        if let Some(frame) = self.frames.iter().rev().find(near) {
            let known = frame.get();
            frame.set(EventFrame {
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

    /// Starts a new page view: an interaction that continues in it gets a new target.
    pub(super) fn begin(&mut self) {
        self.targets.clear();
    }

    /// Whether the interaction's target is known.
    pub(super) fn has_target(&self, interaction: f64) -> bool {
        self.targets.iter().any(|known| known.0 == interaction)
    }

    /// Sets an interaction's target, and forgets those of interactions that are no longer candidates for INP.
    pub(super) fn set_target(
        &mut self,
        interaction: f64,
        target: String,
        is_candidate: impl Fn(f64) -> bool,
    ) {
        if !target.is_empty() {
            self.targets.retain(|known| is_candidate(known.0));
            self.targets.push((interaction, target));
        }
    }

    /// Calls [`drop_unused`](Self::drop_unused) if there are many long frames, as in a page without interactions.
    pub(super) fn drop_unused_if_many(&mut self) {
        if self.long.len() > 4 * CAPACITY {
            self.drop_unused();
        }
    }

    /// Drops the frames that no report can need any more.
    pub(super) fn drop_unused(&mut self) {
        let mut newer = self.frames.len();
        self.frames.retain(|frame| {
            newer -= 1;
            // A frame with another owner belongs to an event that may still be reported.
            newer < CAPACITY || Rc::strong_count(frame) > 1
        });
        let mut newer = self.long.len();
        self.long.retain(|long| {
            newer -= 1;
            let has_events =
                |frame: &Rc<Cell<EventFrame>>| overlaps(long, frame.get().start, frame.get().processing_end);
            (newer < CAPACITY && read::number(long, "startTime") > self.latest)
                || self.frames.iter().any(has_events)
        });
    }

    pub(super) fn attribute(&self, report: &Report<Rc<ObservedEntry>>) -> Attribution {
        let phase = |name: &str, ms| (name.to_owned(), ms);
        let first = report.entries.first();
        let Some((entry, frame)) = first.and_then(|one| Some((&one.entry, one.frame.as_ref()?.get()))) else {
            // All interactions of the page view were too short for an entry.
            let phases = vec![phase("presentation", report.value)];
            return Attribution { phases, ..Attribution::default() };
        };
        let start = read::number(entry, "startTime");
        // The first listener of the frame may have run before this interaction began.
        let processing_start = frame.processing_start.max(start);
        // Durations are rounded, and listeners may run after the paint: neither may make a phase negative.
        let painted = (start + read::number(entry, "duration")).max(processing_start);
        let processing_end = frame.processing_end.min(painted);
        let id = read::number(entry, "interactionId");
        let target = self.targets.iter().find(|known| known.0 == id);
        let state = if read::text(entry, "name").starts_with("key") { "keyboard" } else { "pointer" };
        Attribution {
            target: target.map(|known| known.1.clone()).unwrap_or_default(),
            url: self.longest_script(start, processing_end).unwrap_or_default(),
            state: state.to_owned(),
            phases: vec![
                phase("input", processing_start - start),
                phase("processing", processing_end - processing_start),
                phase("presentation", painted - processing_end),
            ],
        }
    }

    /// The URL of the script that ran longest after `start`, in the long frames up to `end`.
    fn longest_script(&self, start: f64, end: f64) -> Option<String> {
        let mut longest = None;
        let mut most = 0.0;
        for frame in self.long.iter().filter(|frame| overlaps(frame, start, end)) {
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

/// A selector of the event's target.
pub(super) fn target(event: &JsValue) -> String {
    match read::member(event, "target") {
        Some(node) => selector(&node),
        None => read::text(event, "targetSelector"),
    }
}

/// Whether a long frame overlaps the time from `start` to `end`.
fn overlaps(frame: &JsValue, start: f64, end: f64) -> bool {
    let began = read::number(frame, "startTime");
    began + read::number(frame, "duration") >= start && began <= end
}
