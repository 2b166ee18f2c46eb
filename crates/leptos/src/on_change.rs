//! Hears of each change of a value.
use crate::host::IN_BROWSER;
use leptos::prelude::*;

/// Calls `then` with the value of `source` after each change from now on, as long as the component is there. Not by an `Effect`: that
/// first reads its source once the component is built, and never hears of what changed before. On a server nothing changes.
pub(crate) fn on_change<T: 'static>(source: impl Fn() -> T + 'static, then: impl Fn(T) + 'static) {
    if !IN_BROWSER {
        return;
    }
    let effect = RenderEffect::new(move |before: Option<()>| {
        let value = source();
        if before.is_some() {
            untrack(|| then(value));
        }
    });
    on_cleanup(move || drop(effect));
}
