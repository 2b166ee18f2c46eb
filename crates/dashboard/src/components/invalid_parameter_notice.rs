//! The notice below the header for invalid URL parameters.
use crate::view_state::{ViewState, use_view_state};
use leptos::prelude::*;

/// Lists the URL parameters that are invalid, and what is shown instead.
#[component]
pub fn InvalidParameterNotice() -> impl IntoView {
    let view = use_view_state();
    let notice = move || {
        let view = view.get();
        (!view.invalid.is_empty()).then(|| view! { <p class="notice notice-fair">{words(&view)}</p> })
    };
    view! { <div class="live" role="status" aria-live="polite">{notice}</div> }
}

/// What is said. What a range looks like is said where one is invalid, and no other parameter is.
fn words(view: &ViewState) -> String {
    let said = format!("The address says {}, which is not understood", view.invalid.join(" and "));
    let is_of_range = |said: &String| ["range=", "from=", "to="].iter().any(|name| said.starts_with(name));
    match view.invalid.iter().any(is_of_range) {
        true => format!(
            "{said}: shown is {}. A range is a length such as 90m, 2h or 30d, up to 400d, or two moments: from and to in \
             milliseconds since 1970.",
            view.range.words()
        ),
        false => format!("{said} and left out."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_range_is_is_said_where_one_is_invalid() {
        let said = |invalid: &[&str]| {
            let invalid = invalid.iter().map(|text| (*text).to_owned()).collect();
            words(&ViewState { invalid, ..ViewState::default() })
        };
        assert_eq!(
            said(&["split=nope"]),
            "The address says split=nope, which is not understood and left out."
        );
        for invalid in ["range=2y", "from=soon", "to=later"] {
            let said = said(&["split=nope", invalid]);
            assert!(said.contains(invalid) && said.contains("A range is a length"), "{said}");
        }
    }
}
