//! The view as a signal, and how to change it: by going to another URL.
use super::View;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

/// Makes the view known to all below. Call inside the router.
pub fn provide_view() {
    let parameters = use_query_map();
    provide_context(Memo::new(move |_| parameters.with(|map| View::read(|name| map.get(name)))));
}

/// The view.
pub fn use_view() -> Memo<View> {
    expect_context()
}

/// Gives what goes to the same page under a changed view.
pub fn use_change_view() -> impl Fn(&dyn Fn(&mut View)) + Clone + 'static {
    let view = use_view();
    let path = use_location().pathname;
    let navigate = use_navigate();
    move |change: &dyn Fn(&mut View)| {
        let mut next = view.get_untracked();
        change(&mut next);
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{}{next}", path.get_untracked()), options);
    }
}

/// A link to `path` that keeps the view, as `change` makes it.
pub fn href(path: &'static str, change: impl Fn(&mut View) + Send + Sync + 'static) -> Signal<String> {
    let view = use_view();
    Signal::derive(move || {
        let mut next = view.get();
        change(&mut next);
        format!("{path}{next}")
    })
}
