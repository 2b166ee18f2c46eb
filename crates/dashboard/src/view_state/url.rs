//! The view state as a signal. It is changed by navigating to another URL.
use super::ViewState;
use crate::base::at;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// Provides the view state to all components below. Call inside the router.
pub fn provide_view_state() {
    // The router's own map of parameters decodes them twice, and `/a%20b`, a path as browsers report it, is then `/a b`.
    let search = use_location().search;
    provide_context(Memo::new(move |_| {
        search.with(|search| ViewState::read(|name| parameter(search, name)))
    }));
}

/// The decoded parameter of that name in a query string; of several the last.
fn parameter(search: &str, name: &str) -> Option<String> {
    let pairs = search.trim_start_matches('?').split('&');
    let mut pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.rfind(|pair| decoded(pair.0) == name).map(|pair| decoded(pair.1))
}

/// Decodes `+` and percent-encoded bytes as browsers do (WHATWG URL, "application/x-www-form-urlencoded parsing"): a `%` without
/// two digits stands for itself, and what is no UTF-8 is replaced.
fn decoded(text: &str) -> String {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.first().and_then(digit).zip(after.get(1).and_then(digit));
        rest = after;
        match (first, hex) {
            (b'%', Some((high, low))) => {
                bytes.push(high * 16 + low);
                rest = &after[2..];
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The view state.
pub fn use_view_state() -> Memo<ViewState> {
    expect_context()
}

/// Returns a function that changes the view state of the current page.
pub fn use_change_view_state() -> impl Fn(&dyn Fn(&mut ViewState)) + Clone + 'static {
    use_change(false)
}

/// As [`use_change_view_state`], without an entry in the browser's history: for what is typed, of which each key is a change.
pub fn use_replace_view_state() -> impl Fn(&dyn Fn(&mut ViewState)) + Clone + 'static {
    use_change(true)
}

fn use_change(replace: bool) -> impl Fn(&dyn Fn(&mut ViewState)) + Clone + 'static {
    let view = use_view_state();
    let path = use_location().pathname;
    let navigate = use_navigate();
    move |change: &dyn Fn(&mut ViewState)| {
        let mut next = view.get_untracked();
        change(&mut next);
        // The path is whole: nothing is put before it.
        let options =
            NavigateOptions { scroll: false, resolve: false, replace, ..NavigateOptions::default() };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_they_were_when_they_were_written() {
        for page in
            ["/a%20b", "/100%", "/%zz", "/a b+c", "/ü?x=1&y#z", "/%C3%BC/%252F", "%", "סל/קניות", "a=b"]
        {
            let view = ViewState { page: Some(page.to_owned()), ..ViewState::default() };
            let search = view.to_string();
            assert_eq!(parameter(&search, "page").as_deref(), Some(page), "{search}");
            assert_eq!(ViewState::read(|name| parameter(&search, name)), view);
        }
    }

    #[test]
    fn parameters_of_others_are_read_as_browsers_read_them() {
        assert_eq!(parameter("app=my+shop&page=%2Fa", "app").as_deref(), Some("my shop"));
        assert_eq!(parameter("?app=my+shop&page=%2Fa", "page").as_deref(), Some("/a"));
        assert_eq!(parameter("app=a&app=b", "app").as_deref(), Some("b"));
        assert_eq!(parameter("app", "app").as_deref(), Some(""));
        assert_eq!(parameter("app=%4", "app").as_deref(), Some("%4"));
        assert_eq!(parameter("", "app"), None);
    }
}
