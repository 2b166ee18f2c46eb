//! The `<Suspense/>` around who reads a query.
use crate::host::IN_BROWSER;
use leptos::prelude::*;
use leptos::reactive::computed::suspense::{LocalResourceNotifier, SuspenseContext};
#[cfg(debug_assertions)]
use leptos::reactive::diagnostics::SpecialNonReactiveZone;

/// Nothing will come while a server renders: the fallback is what it sends.
pub(crate) fn nothing_will_come() {
    if IN_BROWSER {
        return;
    }
    if let Some(mut notifier) = use_context::<LocalResourceNotifier>() {
        notifier.notify();
        if let Some(suspense) = use_context::<SuspenseContext>() {
            // A task without an end. Where nothing is under way, another thread may say so just before the `<Suspense/>` hears of
            // this, and it takes either.
            StoredValue::new(suspense.task_id());
        }
    }
}

/// Reads for who awaits a query. Elsewhere than in an effect it tracks nothing, and is no mistake that Leptos has to warn of: so do its own
/// async values.
pub(crate) fn quietly<R>(read: impl FnOnce() -> R) -> R {
    #[cfg(debug_assertions)]
    let _zone = SpecialNonReactiveZone::enter();
    read()
}
