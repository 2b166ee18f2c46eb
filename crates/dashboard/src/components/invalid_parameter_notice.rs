//! The notice below the header for invalid URL parameters.
use crate::view_state::use_view_state;
use leptos::prelude::*;

/// Lists the URL parameters that are invalid, and what is shown instead.
#[component]
pub fn InvalidParameterNotice() -> impl IntoView {
    let view = use_view_state();
    let notice = move || {
        let view = view.get();
        (!view.invalid.is_empty()).then(|| {
            view! {
                <p class="notice notice-fair">
                    {format!(
                        "The address says {}, which is not understood: shown is {}. A range is a length such as 90m, 2h or \
                         30d, up to 400d, or two moments: from and to in milliseconds since 1970.",
                        view.invalid.join(" and "),
                        view.range.words()
                    )}
                </p>
            }
        })
    };
    view! { <div class="live" role="status" aria-live="polite">{notice}</div> }
}
