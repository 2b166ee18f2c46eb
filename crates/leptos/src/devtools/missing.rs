//! Where the crate was taken from the repository and nobody has built the panel.
use super::place::Place;
use crate::{QueryClient, misuse};
use leptos::prelude::*;

/// One line in the place of the panel.
pub(super) fn open(_: QueryClient, _: Place) {
    let line = StoredValue::new_local(None);
    Effect::new(move || {
        misuse::report(
            "the devtools have no panel: run `cargo xtask build` in Whippet's repository, or take whippet-leptos from the registry",
        );
        let Ok(element) = document().create_element("p") else { return };
        element.set_text_content(Some("Whippet's devtools have no panel: the console says why."));
        if let Some(body) = document().body() {
            // A page without it lacks nothing.
            let _ = body.append_child(&element);
        }
        line.try_set_value(Some(element));
    });
    on_cleanup(move || {
        if let Some(element) = line.try_update_value(Option::take).flatten() {
            element.remove();
        }
    });
}
