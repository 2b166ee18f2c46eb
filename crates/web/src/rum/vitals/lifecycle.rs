//! Handles input, visibility, restores and the load.
use super::super::{browser, read};
use super::Inner;
use super::observed_entry::ObservedEntry;
use super::page_event::PageEvent;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::vitals::PageView;

impl Inner {
    pub(super) fn on_input(&self, event: &JsValue) {
        if read::flag(event, "isTrusted") {
            // Not in the task of the input, which it would delay.
            self.input_in.set(Some(self.view()));
            self.with_tasks(|tasks| tasks.input.run_when_idle());
        }
    }

    /// Makes LCP final: paints after an input may be its effect.
    pub(super) fn after_input(&self) {
        self.drain();
        if self.input_in.take() == Some(self.view()) {
            self.update(PageView::handle_input);
            self.report();
        }
    }

    pub(super) fn on_visibility(&self, event: &JsValue) {
        if browser::is_hidden() {
            self.on_hidden(event);
        } else {
            (self.sink)(PageEvent::Shown);
        }
    }

    pub(super) fn on_hidden(&self, event: &JsValue) {
        // Without this, the last interaction of every page view would be lost: the browser delivers it only after the next
        // frame, and then it would wait for an idle period.
        self.drain();
        self.process_events();
        let at = read::number(event, "timeStamp");
        self.update(|page| page.handle_hidden(at));
        self.report();
        (self.sink)(PageEvent::Hidden);
    }

    pub(super) fn on_show(&self, event: &JsValue) {
        if !read::flag(event, "persisted") {
            return;
        }
        self.restored_at.set(read::number(event, "timeStamp"));
        self.interactions.borrow_mut().begin();
        self.soft_start.set(None);
        let count = browser::interaction_count();
        self.update(|page| page.handle_restored(count));
        (self.sink)(PageEvent::Restored { view: self.view() });
        self.report();
        self.frames.set(2);
        self.with_tasks(|tasks| tasks.painted.run_before_frame());
    }

    pub(super) fn after_frame(&self) {
        // The callback runs before a frame; that frame is painted when the next one begins.
        self.frames.set(self.frames.get().saturating_sub(1));
        if self.frames.get() > 0 {
            self.with_tasks(|tasks| tasks.painted.run_before_frame());
        } else {
            let after = browser::now() - self.restored_at.get();
            self.update(|page| page.handle_restored_paint(after));
            self.report();
        }
    }

    pub(super) fn on_load(&self) {
        // In a separate task: the load event ends after all its listeners.
        self.with_tasks(|tasks| tasks.loaded.run_after(0.0));
    }

    pub(super) fn after_load(&self) {
        if let Some(entry) = browser::navigation_entry() {
            let first_byte = read::number(&entry, "responseStart");
            let observed = Rc::new(ObservedEntry { entry, target: None, frame: None });
            self.update(|page| page.handle_first_byte(first_byte, observed));
            self.report();
        }
        (self.sink)(PageEvent::Loaded);
    }
}
