//! Code to copy.
use leptos::prelude::*;

/// A block of code.
#[component]
pub fn Snippet(
    /// The lines.
    #[prop(into)]
    code: String,
) -> impl IntoView {
    // Focusable, so that the keyboard can scroll it.
    view! { <pre class="snippet" tabindex="0"><code>{code}</code></pre> }
}
