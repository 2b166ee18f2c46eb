//! Values that follow from signals.
use leptos::prelude::*;

/// A memo in a browser. On a server it is computed where it is read: another thread may render what has just been fetched before a
/// memo hears of it.
#[cfg(all(target_family = "wasm", not(feature = "ssr")))]
pub(crate) type Live<V> = Memo<V>;
#[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
pub(crate) type Live<V> = Signal<V>;

/// What `compute` says, which changes only where `equal` says that it does.
pub(crate) fn live_by<V: Send + Sync + 'static>(
    compute: impl Fn() -> V + Send + Sync + 'static,
    equal: fn(&V, &V) -> bool,
) -> Live<V> {
    #[cfg(all(target_family = "wasm", not(feature = "ssr")))]
    let live = Memo::new_owning(move |before: Option<V>| {
        let now = compute();
        let changed = before.is_none_or(|before| !equal(&before, &now));
        (now, changed)
    });
    #[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
    let live = {
        let _ = equal;
        Signal::derive(compute)
    };
    live
}

/// What `compute` says.
pub(crate) fn live<V: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> V + Send + Sync + 'static,
) -> Live<V> {
    live_by(compute, V::eq)
}
