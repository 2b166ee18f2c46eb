//! Flushes what waits: collects, encodes and sends.
use super::super::handle::Rum;
use super::super::view::DeviceState;
use super::super::{browser, visit_storage};
use super::Inner;
use std::rc::Rc;

impl Inner {
    pub(super) fn on_timer(self: &Rc<Self>) {
        self.flush();
        self.schedule_flush();
    }

    pub(super) fn schedule_flush(&self) {
        if let Some(run) = self.run.borrow().as_ref() {
            run.timer.run_after(self.options.flush_interval);
        }
    }

    pub(super) fn flush(self: &Rc<Self>) {
        self.flush_now(false);
    }

    /// Flushes. With `at_unload` the page is hidden and may never be shown again.
    pub(super) fn flush_now(self: &Rc<Self>, at_unload: bool) {
        // A prerendered page may never be shown.
        if self.run.borrow().is_none() || browser::is_prerendering() {
            return;
        }
        // While a tab is closed, Firefox may stop scripts at `pagehide` and dispatch `visibilitychange` after that. A second
        // flush at unload then sends what the first could not.
        if self.flushing.get() > u8::from(at_unload) {
            return;
        }
        self.flushing.set(self.flushing.get() + 1);
        self.take_pending();
        let beacons = self.encode();
        self.unsent.borrow_mut().extend(beacons);
        while let Some(beacon) = self.first_unsent() {
            self.send(beacon, at_unload);
            self.unsent.borrow_mut().pop_front();
        }
        self.flushing.set(0);
    }

    /// Takes what was not delivered yet, and what was counted since it was last called: all of it belongs to the current page
    /// view.
    pub(super) fn take_pending(self: &Rc<Self>) {
        let vitals = self.run.borrow().as_ref().and_then(|run| run.vitals.clone());
        if let Some(vitals) = vitals {
            vitals.drain();
            self.collect();
        }
    }

    pub(super) fn first_unsent(&self) -> Option<String> {
        self.unsent.borrow().front().cloned()
    }

    pub(super) fn encode(&self) -> Vec<String> {
        let (wall_clock, device) = (browser::wall_clock() as i64, DeviceState::new());
        let mut beacons = Vec::new();
        self.with_views(|views| {
            for view in views.each().filter(|view| !view.queue.is_empty()) {
                view.set_device(&device);
                beacons.append(&mut view.queue.flush(wall_clock, &view.context));
            }
            views.drop_oldest();
        });
        if !beacons.is_empty() {
            // A flush counts as activity. If the visit has ended, the next page view starts a new one.
            visit_storage::resume();
        }
        beacons
    }

    pub(super) fn collect(self: &Rc<Self>) {
        if let Some(collect) = &self.options.collect {
            let driver = Rc::clone(self);
            collect(&Rum::new(driver));
        }
    }

    pub(super) fn send(&self, mut text: String, at_unload: bool) {
        if let Some(before_send) = &self.options.before_send {
            match before_send(text) {
                Some(changed) => text = changed,
                None => return,
            }
        }
        // `before_send` may have withdrawn consent. The borrow ends here: what is lost at once is recorded in the views.
        let is_measuring = self.run.borrow().is_some();
        if let (true, Some(sender)) = (is_measuring, self.sender.get()) {
            sender.send(text, self.options.format.as_ref(), at_unload);
        }
    }
}
