//! A few lines to copy.
use leptos::prelude::*;

/// Code, as it is.
#[component]
pub fn Snippet(
    /// The lines.
    #[prop(into)]
    code: String,
) -> impl IntoView {
    // Focusable, so that a keyboard can scroll what does not fit.
    view! { <pre class="snippet" tabindex="0"><code>{code}</code></pre> }
}
