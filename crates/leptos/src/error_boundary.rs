//! Shows errors in the `<ErrorBoundary/>` around a component.
use crate::host::IN_BROWSER;
use crate::thrown::Throw;
use leptos::error::ErrorHook;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::any::Any;
use std::cell::Cell;
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
    let shown = SendWrapper::new(Rc::new(Cell::new(None::<Box<dyn Any>>)));
    let on_change = shown.clone();
    Effect::new(move || {
        // What was shown goes first, and nothing is rendered in between.
        drop((**on_change).take());
        (**on_change).set(throw().and_then(|throw| throw(error.try_get().flatten()?, &hook)));
    });
    on_cleanup(move || drop((**shown).take()));
}
