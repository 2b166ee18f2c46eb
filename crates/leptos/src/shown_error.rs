//! Errors that `<ErrorBoundary/>`s show.
use leptos::error::{Error as AnyError, ErrorHook, ErrorId};
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// All that boundaries show of ours.
    static ALL: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone)]
struct Entry {
    hook: Arc<dyn ErrorHook>,
    id: ErrorId,
    number: u64,
    error: AnyError,
}

/// An error that is in its boundary until it is dropped.
pub(crate) struct Shown(u64);

impl Shown {
    pub(crate) fn new(hook: &Arc<dyn ErrorHook>, error: AnyError) -> Self {
        let id = hook.throw(error.clone());
        ALL.with_borrow_mut(|all| {
            let number = all.last().map_or(0, |last| last.number + 1);
            all.push(Entry { hook: hook.clone(), id, number, error });
            Self(number)
        })
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let (gone, other) = ALL.with_borrow_mut(|all| {
            let Some(at) = all.iter().position(|entry| entry.number == self.0) else { return (None, None) };
            let gone = all.remove(at);
            // Without a server all errors of a boundary have the same id, and it knows the last one of them only.
            let same = |entry: &&Entry| Arc::ptr_eq(&entry.hook, &gone.hook) && entry.id == gone.id;
            let other = all.iter().rfind(same).cloned();
            (Some(gone), other)
        });
        if let Some(gone) = gone {
            gone.hook.clear(&gone.id);
        }
        if let Some(other) = other {
            other.hook.throw(other.error);
        }
    }
}
