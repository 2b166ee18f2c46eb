//! Shows errors in the `<ErrorBoundary/>` around a component.
use crate::host::IN_BROWSER;
use crate::thrown::Throw;
use leptos::error::{Error as AnyError, ErrorHook, ErrorId};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// Shows in the `<ErrorBoundary/>` around the component what `throw` says of `error`, for as long as it is there. A server
/// sends the page without: the boundary shows it in the browser.
pub(crate) fn show_in_boundary<E: Send + Sync + 'static>(
    error: Signal<Option<Arc<E>>>,
    throw: impl Fn() -> Option<Throw> + 'static,
) {
    let hook = use_context::<Arc<dyn ErrorHook>>();
    let (true, Some(hook)) = (IN_BROWSER, hook) else { return };
    let shown = SendWrapper::new(Rc::new(Cell::new(None::<Shown>)));
    let on_change = shown.clone();
    Effect::new(move || {
        let thrown = throw().and_then(|throw| throw(error.try_get().flatten()?));
        // What was shown goes first, and nothing is rendered in between.
        drop((**on_change).take());
        (**on_change).set(thrown.map(|thrown| Shown::new(&hook, thrown)));
    });
    on_cleanup(move || drop((**shown).take()));
}

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
struct Shown(u64);

impl Shown {
    fn new(hook: &Arc<dyn ErrorHook>, error: AnyError) -> Self {
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
