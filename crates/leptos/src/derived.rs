//! Values that are computed of queries.
use crate::host::IN_BROWSER;
use leptos::prelude::*;
use std::sync::Arc;

/// A signal of what `compute` makes of queries, which changes only when that does. `waits` registers with the `<Suspense/>` around who
/// reads it.
///
/// A memo belongs to the component that made it, and knows nothing of the `<Suspense/>` around who reads it. So while a server renders,
/// and while a browser hydrates (`is_first_view`), it is computed where it is read, and both come to the same.
pub(crate) fn derived<R>(
    is_first_view: impl Fn() -> bool + Send + Sync + 'static,
    waits: impl Fn() + Send + Sync + 'static,
    compute: impl Fn() -> R + Send + Sync + 'static,
) -> Signal<R>
where
    R: Clone + PartialEq + Send + Sync + 'static,
{
    let compute = Arc::new(compute);
    let memo = IN_BROWSER.then(|| {
        let compute = compute.clone();
        Memo::new(move |_| compute())
    });
    Signal::derive(move || match memo {
        Some(memo) if !is_first_view() => {
            untrack(&waits);
            memo.get()
        }
        _ => compute(),
    })
}
