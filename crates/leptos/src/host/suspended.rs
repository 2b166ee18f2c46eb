//! Which `<Suspense/>` waits for a query.
use super::browser::Refetcher;
use leptos::reactive::computed::suspense::SuspenseContext;

impl Refetcher {
    /// Lets it wait for the first result of what is wanted.
    pub(crate) fn suspend(self, suspense: &SuspenseContext) {
        if let Some(state) = self.state() {
            // Before anything is borrowed, as it notifies.
            let task = suspense.task_id();
            state.0.suspended.borrow_mut().push(task);
        }
    }
}
