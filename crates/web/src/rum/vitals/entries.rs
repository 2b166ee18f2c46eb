//! Passes performance entries to the engine.
use super::super::{browser, read};
use super::observed_entry::ObservedEntry;
use super::page_event::PageEvent;
use super::{Inner, cls, interactions, lcp};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::vitals::{self, InteractionPaint, Shift};

impl Inner {
    pub(super) fn on_entries(&self, entries: Vec<JsValue>) {
        for entry in entries {
            match read::text(&entry, "entryType").as_str() {
                "event" | "first-input" => {
                    self.events.borrow_mut().push(entry);
                    self.with_tasks(|tasks| tasks.events.run_when_idle());
                }
                "soft-navigation" => self.on_soft_navigation(&entry),
                "resource" => {
                    self.resources.borrow_mut().add(&entry);
                    (self.sink)(PageEvent::Resource(entry));
                }
                "long-animation-frame" => {
                    self.interactions.borrow_mut().add_long(&entry);
                    (self.sink)(PageEvent::LongFrame(entry));
                }
                kind => self.on_vital(kind, entry),
            }
        }
        if browser::is_hidden() {
            self.process_events();
        }
        self.report();
        self.interactions.borrow_mut().drop_unused_if_many();
    }

    pub(super) fn on_vital(&self, kind: &str, entry: JsValue) {
        let start = read::number(&entry, "startTime");
        match kind {
            "layout-shift" => {
                let (value, after_input) =
                    (read::number(&entry, "value"), read::flag(&entry, "hadRecentInput"));
                if !after_input && value >= 0.0 {
                    let shift = Shift { start, value, had_recent_input: false };
                    let observed = ObservedEntry { target: cls::target(&entry), entry, frame: None };
                    self.update(|page| page.handle_shift(shift, Rc::new(observed)));
                }
            }
            "largest-contentful-paint" => {
                let observed = ObservedEntry { target: lcp::target(&entry), entry, frame: None };
                self.update(|page| page.handle_largest_paint(start, Rc::new(observed)));
            }
            "interaction-contentful-paint" => self.on_interaction_paint(&entry),
            _ if read::text(&entry, "name") == "first-contentful-paint" => {
                let observed = ObservedEntry { entry, target: None, frame: None };
                self.update(|page| page.handle_paint(start, Rc::new(observed)));
            }
            _ => {}
        }
    }

    pub(super) fn on_interaction_paint(&self, entry: &JsValue) {
        let Some(largest) = read::member(entry, "largestContentfulPaint") else { return };
        let paint = InteractionPaint {
            start: read::number(entry, "startTime"),
            rendered: read::positive(&largest, "renderTime"),
            interaction: read::member(entry, "interactionId").and_then(|id| id.as_f64()),
        };
        let observed = ObservedEntry { target: lcp::target(&largest), entry: largest, frame: None };
        self.update(|page| page.handle_interaction_paint(paint, Rc::new(observed)));
    }

    pub(super) fn on_soft_navigation(&self, entry: &JsValue) {
        if read::positive(entry, "navigationId") == 0.0
            || read::member(entry, "getLargestInteractionContentfulPaint").is_none()
        {
            return;
        }
        // Earlier entries belong to the page view that ends.
        self.process_events();
        self.report();
        let start = read::number(entry, "startTime");
        let painted = match read::positive(entry, "presentationTime") {
            0.0 => read::positive(entry, "paintTime"),
            presented => presented,
        };
        let interaction = read::number(entry, "interactionId");
        let count = browser::interaction_count();
        self.update(|page| {
            page.handle_interaction_count(count);
            page.handle_soft_navigation(vitals::SoftNavigation { start, painted, interaction });
        });
        self.interactions.borrow_mut().begin();
        self.soft_start.set(Some(start));
        let view = self.view();
        (self.sink)(PageEvent::SoftNavigation { view, start, url: read::text(entry, "name") });
        // The largest paint so far happened before the browser reported the navigation.
        if let Some(largest) = read::call(entry, "getLargestInteractionContentfulPaint", &[])
            && largest.is_object()
        {
            self.on_interaction_paint(&largest);
        }
        self.report();
    }

    /// Passes the waiting events to the engine.
    pub(super) fn process_events(&self) {
        for entry in self.events.take() {
            let event = vitals::Event {
                interaction: read::positive(&entry, "interactionId"),
                start: read::number(&entry, "startTime"),
                duration: read::number(&entry, "duration"),
                is_first: read::text(&entry, "entryType") == "first-input",
            };
            let frame = self.interactions.borrow_mut().add(&entry, &event);
            let observed = Rc::new(ObservedEntry { entry, target: None, frame });
            self.update(|page| page.handle_event(event, Rc::clone(&observed)));
            let is_candidate = |id| self.page.borrow().as_ref().is_some_and(|page| page.is_candidate(id));
            let id = event.interaction;
            if is_candidate(id) && !self.interactions.borrow().has_target(id) {
                let target = interactions::target(&observed.entry);
                self.interactions.borrow_mut().set_target(id, target, is_candidate);
            }
        }
        let count = browser::interaction_count();
        self.update(|page| page.handle_interaction_count(count));
    }

    pub(super) fn on_idle(&self) {
        // Attribution needs the long frames that the browser has not delivered yet.
        self.drain();
        self.process_events();
        self.report();
        self.interactions.borrow_mut().drop_unused();
    }
}
