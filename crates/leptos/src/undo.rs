//! Takes back what was shown before a server had agreed.
use std::sync::Arc;

/// What [`QueryClient::optimistic`](crate::QueryClient::optimistic) changed.
pub struct Undo<T> {
    before: Option<Arc<T>>,
    undo: Box<dyn Fn()>,
}

impl<T> Undo<T> {
    pub(crate) fn new(before: Option<Arc<T>>, undo: impl Fn() + 'static) -> Self {
        Self { before, undo: Box::new(undo) }
    }

    /// The data as it was before.
    pub fn before(&self) -> Option<&Arc<T>> {
        self.before.as_ref()
    }

    /// Stores the data as it was before. Where there was none, the query has none again.
    pub fn undo(&self) {
        (self.undo)();
    }
}
