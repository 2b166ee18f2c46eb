//! The component.
#[cfg(all(devtools_missing, debug_assertions))]
use super::missing::open;
#[cfg(not(all(any(devtools_script, devtools_missing), debug_assertions)))]
use super::off::open;
#[cfg(all(devtools_script, debug_assertions))]
use super::on::open;
use super::place::{DevtoolsButtonPosition, DevtoolsPosition, Place};
use crate::use_query_client;
use leptos::prelude::*;

/// A panel with what the app's queries and mutations do: what they hold, who observes them, what is due, and what happened,
/// step by step, from when it was mounted. A button in the corner opens it.
///
/// In development builds only: where the app is optimised (`--release`), and on a server, it renders nothing, and
/// nothing of it is in the wasm. It needs the feature `devtools`.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{QueryDevtools, provide_query_client};
/// #[component]
/// fn App() -> impl IntoView {
///     provide_query_client();
///     view! {
///         <main>"…"</main>
///         <QueryDevtools/>
///     }
/// }
/// ```
#[component]
pub fn QueryDevtools(
    /// Whether the panel is open at once.
    #[prop(optional)]
    initial_is_open: bool,
    /// Where the panel is.
    #[prop(optional)]
    position: DevtoolsPosition,
    /// Where the button is.
    #[prop(optional)]
    button_position: DevtoolsButtonPosition,
) -> impl IntoView {
    let place = Place { is_open: initial_is_open, position, button: button_position };
    open(use_query_client(), place);
}
