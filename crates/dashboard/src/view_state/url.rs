//! The view state as a signal. It is changed by navigating to another URL.
use super::ViewState;
use crate::base::at;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

/// Provides the view state to all components below. Call inside the router.
pub fn provide_view_state() {
    let parameters = use_query_map();
    provide_context(Memo::new(move |_| parameters.with(|map| ViewState::read(|name| map.get(name)))));
}

/// The view state.
pub fn use_view_state() -> Memo<ViewState> {
    expect_context()
}

/// Returns a function that changes the view state of the current page.
pub fn use_change_view_state() -> impl Fn(&dyn Fn(&mut ViewState)) + Clone + 'static {
    let view = use_view_state();
    let path = use_location().pathname;
    let navigate = use_navigate();
    move |change: &dyn Fn(&mut ViewState)| {
        let mut next = view.get_untracked();
        change(&mut next);
        // The path is whole: nothing is put before it.
        let options = NavigateOptions { scroll: false, resolve: false, ..NavigateOptions::default() };
        navigate(&format!("{}{next}", path.get_untracked()), options);
    }
}

/// A link to `path` with the view state changed by `change`.
pub fn href(path: &'static str, change: impl Fn(&mut ViewState) + Send + Sync + 'static) -> Signal<String> {
    let view = use_view_state();
    Signal::derive(move || {
        let mut next = view.get();
        change(&mut next);
        format!("{}{next}", at(path))
    })
}
