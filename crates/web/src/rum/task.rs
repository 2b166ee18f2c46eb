//! Timers, frames and idle callbacks that end with their owner.
use super::browser;
use super::callback::{Callback, callback};
use std::cell::Cell;
use std::rc::Rc;

/// A task that runs its method later, in a timer, a frame or an idle period. It is cancelled when it is dropped.
pub(super) struct Task {
    callback: Callback,
    timer: Cell<f64>,
    frame: Cell<f64>,
    idle: Cell<f64>,
    /// Whether an idle period is awaited.
    is_pending: Rc<Cell<bool>>,
}

impl Task {
    pub(super) fn new<T: 'static>(owner: &Rc<T>, method: fn(&Rc<T>)) -> Self {
        let is_pending = Rc::new(Cell::new(false));
        let pending = Rc::clone(&is_pending);
        let callback = callback(owner, move |owner, _| {
            pending.set(false);
            method(owner);
        });
        Self { callback, timer: Cell::new(0.0), frame: Cell::new(0.0), idle: Cell::new(0.0), is_pending }
    }

    /// Runs after `ms`, instead of at any earlier scheduled time.
    pub(super) fn run_after(&self, ms: f64) {
        self.cancel();
        self.timer.set(browser::set_timeout(self.callback.as_ref(), ms));
    }

    /// Runs before the next frame.
    pub(super) fn run_before_frame(&self) {
        self.frame.set(browser::request_animation_frame(self.callback.as_ref()));
    }

    /// Runs when the browser is idle, at most a second after the first call; in a task if the browser has no
    /// `requestIdleCallback`.
    pub(super) fn run_when_idle(&self) {
        if self.is_pending.replace(true) {
            return;
        }
        match browser::request_idle_callback(self.callback.as_ref(), 1000.0) {
            Some(idle) => self.idle.set(idle),
            None => self.timer.set(browser::set_timeout(self.callback.as_ref(), 0.0)),
        }
    }

    pub(super) fn cancel(&self) {
        browser::clear_timeout(self.timer.get());
        browser::cancel_animation_frame(self.frame.get());
        browser::cancel_idle_callback(self.idle.get());
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel();
    }
}
