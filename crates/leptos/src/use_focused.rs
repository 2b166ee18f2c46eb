//! Whether the page is visible.
use crate::host::IN_BROWSER;
use leptos::prelude::*;
use whippet_web::query::{Change, Lifecycle};

/// Whether the page is visible: the same that pauses refetch intervals. On a server it is.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_focused;
/// # #[component] fn Page() -> impl IntoView {
/// let focused = use_focused();
/// view! { <p>{move || if focused.get() { "Live" } else { "Paused" }}</p> }
/// # }
/// ```
pub fn use_focused() -> Signal<bool> {
    if !IN_BROWSER {
        return Signal::stored(true);
    }
    let focused = RwSignal::new(Lifecycle::is_focused());
    let listening = StoredValue::new_local(Some(Lifecycle::listen(move |change| {
        if let Change::Focused(now) = change {
            focused.set(now);
        }
    })));
    on_cleanup(move || drop(listening.try_update_value(Option::take)));
    focused.into()
}
