//! Whether the largest contentful paint was loaded lazily, which makes it late.
use super::super::dom::PerformanceObserver;
use core::cell::{Cell, OnceCell};

/// What is known of the page's largest paint.
#[derive(Default)]
pub(super) struct LargestPaint {
    pub(super) observer: OnceCell<PerformanceObserver>,
    pub(super) is_lazy: Cell<bool>,
}

impl LargestPaint {
    pub(super) fn stop(&self) {
        if let Some(observer) = self.observer.get() {
            observer.disconnect_entries();
        }
    }
}
