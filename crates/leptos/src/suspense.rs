//! The `<Suspense/>` around who reads a query.
use crate::host::IN_BROWSER;
use leptos::prelude::*;
use leptos::reactive::computed::suspense::{LocalResourceNotifier, SuspenseContext};

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
