//! What stands under the header where the address says what nobody understands.
use crate::view::use_view;
use leptos::prelude::*;

/// Says what of the address is left out; silent where all of it makes sense.
#[component]
pub fn UnknownNotice() -> impl IntoView {
    let view = use_view();
    let notice = move || {
        let view = view.get();
        (!view.unknown.is_empty()).then(|| {
            view! {
                <p class="notice notice-fair">
                    {format!(
                        "The address says {}, which is not understood: shown is {}. A range is a length such as 90m, 2h or \
                         30d, up to 400d, or two moments: from and to in milliseconds since 1970.",
                        view.unknown.join(" and "),
                        view.window.words()
                    )}
                </p>
            }
        })
    };
    view! { <div class="live" role="status" aria-live="polite">{notice}</div> }
}
