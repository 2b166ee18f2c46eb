//! Records measurements in a page view.
use super::super::browser;
use super::super::errors::ErrorFilter;
use super::super::view::View;
use super::{Inner, ViewSelector};
use std::rc::Rc;
use whippet_engine::beacon::PageError;
use whippet_engine::time::Instant;

impl Inner {
    pub(super) fn total(self: &Rc<Self>, name: &str, total: u64) {
        let by = self.deltas.borrow_mut().take(name, total);
        self.record(|view, now| view.queue.count(now, name, by));
    }

    pub(super) fn mark(self: &Rc<Self>, name: &str) {
        let now = browser::now();
        let Some(start) = self.view_start() else { return };
        self.marks.borrow_mut().set(name, now);
        if !now.is_nan() {
            self.record(|view, at| view.queue.record(at, name, (now - start).max(0.0)));
        }
    }

    pub(super) fn measure(
        self: &Rc<Self>,
        name: &str,
        start: Option<&str>,
        end: Option<&str>,
    ) -> Option<f64> {
        let mark = |name: &str| self.marks.borrow().get(name);
        let begun = self.view_start()?;
        let start = start.map_or(Some(begun), mark)?;
        let end = end.map_or_else(|| Some(browser::now()), mark)?;
        self.record(|view, now| view.queue.record(now, name, end - start));
        // Without a clock the duration is NaN.
        Some(end - start).filter(|ms| !ms.is_nan())
    }

    /// When the current page view began. That of a prerendered page begins when it is shown.
    fn view_start(&self) -> Option<f64> {
        let start = self.run.borrow().as_ref()?.views.current().start;
        let is_shown = !browser::is_prerendering();
        Some(if is_shown { start.max(browser::activation_start()) } else { browser::now() })
    }

    /// Records something in the current page view. Without consent and outside the sample this does nothing.
    pub(super) fn record(self: &Rc<Self>, change: impl FnOnce(&mut View, Instant)) {
        self.record_in(ViewSelector::Current, change);
    }

    pub(super) fn record_in(
        self: &Rc<Self>,
        selector: ViewSelector,
        change: impl FnOnce(&mut View, Instant),
    ) {
        let now = Instant::from_ms(browser::now());
        let is_due = {
            let mut run = self.run.borrow_mut();
            let Some(view) = run.as_mut().and_then(|run| run.view_of(selector)) else { return };
            change(view, now);
            view.queue.is_due(now)
        };
        if is_due {
            self.flush();
        }
    }

    /// Records the error that `describe` returns, if any.
    pub(super) fn error(self: &Rc<Self>, describe: impl FnOnce(&ErrorFilter) -> Option<PageError>) {
        if self.run.borrow().is_none() {
            return;
        }
        // Reading a thrown value may run code of the page: nothing is borrowed meanwhile.
        let error_filter =
            self.error_filter.get_or_init(|| ErrorFilter::new(self.options.ignore_errors.as_deref()));
        if let Some(error) = describe(error_filter) {
            self.record_in(ViewSelector::CurrentForErrors, |view, now| view.queue.page_error(now, &error));
        }
    }
}
