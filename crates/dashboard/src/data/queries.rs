//! One query per endpoint.
use super::Trouble;
use super::ask::ask;
use crate::view::{QueryString, View, use_view};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use whippet_api::{Backend, Custom, Errors, Loading, Overview, Range, Status, Toolkit, Vitals};
use whippet_leptos::{Duration, NetworkMode, Query, QueryOptions, use_query};

/// An answer and the range it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Windowed<T> {
    /// What was asked for.
    pub range: Range,
    /// What came.
    pub answer: T,
    /// How long it took, ms.
    pub cost: f64,
}

/// A query whose answer is about a range.
pub type Answer<T> = Query<Windowed<T>, Trouble>;

/// What there is to look at.
pub fn use_status() -> Query<Status, Trouble> {
    use_query(|| "status", |_| ask("/api/status"), options(|_| true, RwSignal::new(0.0)))
}

/// The service levels, of the view's app and all backends.
pub fn use_overview() -> Answer<Overview> {
    windowed("overview", |_| true, |view| filter("app", view.app.clone()))
}

/// One scraped backend; waits while `target` is not known.
pub fn use_backend(target: Signal<Option<String>>) -> Answer<Backend> {
    windowed("backend", move |_| target.with(Option::is_some), move |_| filter("target", target.get()))
}

/// What browsers measured, of the view's app and page.
pub fn use_vitals() -> Answer<Vitals> {
    windowed(
        "vitals",
        |_| true,
        |view| {
            let mut filters = app_and_page(view);
            filters.extend(filter("navigation", view.soft.then(|| "soft".to_owned())));
            filters
        },
    )
}

/// What page views waited for, of the view's app and page.
pub fn use_loading() -> Answer<Loading> {
    windowed("loading", |_| true, app_and_page)
}

/// What the application measured itself, of the view's app.
pub fn use_custom() -> Answer<Custom> {
    windowed("custom", |_| true, |view| filter("app", view.app.clone()))
}

/// What the toolkit did in the browsers, of the view's app.
pub fn use_toolkit() -> Answer<Toolkit> {
    windowed("toolkit", |_| true, |view| filter("app", view.app.clone()))
}

/// JavaScript errors, of the view's app.
pub fn use_errors() -> Answer<Errors> {
    windowed("errors", |_| true, |view| filter("app", view.app.clone()))
}

fn app_and_page(view: &View) -> Filters {
    let mut filters = filter("app", view.app.clone());
    filters.extend(filter("page", view.page.clone()));
    filters
}

type Filters = Vec<(&'static str, String)>;

fn filter(name: &'static str, value: Option<String>) -> Filters {
    value.map(|value| (name, value)).into_iter().collect()
}

/// `GET /api/<endpoint>` with the view's range and `filters`.
fn windowed<T: DeserializeOwned + PartialEq + 'static>(
    endpoint: &'static str,
    enabled: impl Fn(&View) -> bool + Send + Sync + 'static,
    filters: impl Fn(&View) -> Filters + Send + Sync + 'static,
) -> Answer<T> {
    let view = use_view();
    let cost = RwSignal::new(0.0);
    use_query(
        move || view.with(|view| (endpoint, view.window.name(), filters(view))),
        move |(_, _, filters): (_, String, Filters)| {
            // The window of the moment of asking, not of the moment the key was made.
            let window = view.get_untracked().window;
            async move {
                let asked = js_sys::Date::now();
                let range = window.range(asked as i64);
                let answer = ask(&path(endpoint, &range, &filters)).await?;
                let took = js_sys::Date::now() - asked;
                // Who asked may be gone.
                let _ = cost.try_set(took);
                Ok(Windowed { range, answer, cost: took })
            }
        },
        options(enabled, cost),
    )
}

/// Asks again as often as the view says and the last answer's cost (ms) allows, and shows the last page's answer until
/// the next one's is there.
fn options(
    enabled: impl Fn(&View) -> bool + Send + Sync + 'static,
    cost: RwSignal<f64>,
) -> Signal<QueryOptions> {
    let view = use_view();
    let interval = Memo::new(move |_| view.with(|view| view.refresh).interval(cost.get()));
    Signal::derive(move || {
        view.with(|view| {
            QueryOptions::new()
                .enabled(enabled(view))
                .refetch_interval(interval.get().map(Duration::from_ms))
                // The interval is the retry; and a collector on this machine needs no network.
                .retry(0)
                .network_mode(NetworkMode::Always)
                .keep_previous_data(true)
        })
    })
}

fn path(endpoint: &str, range: &Range, filters: &[(&'static str, String)]) -> String {
    let mut query = QueryString::default();
    query.push("from", &range.from.to_string());
    query.push("to", &range.to.to_string());
    for (name, value) in filters {
        query.push(name, value);
    }
    format!("/api/{endpoint}{}", query.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_on_their_way_to_the_collector() {
        let range = Range { from: 1, to: 2 };
        assert_eq!(
            path("vitals", &range, &[("app", "my shop".to_owned()), ("page", "/a&b".to_owned())]),
            "/api/vitals?from=1&to=2&app=my%20shop&page=/a%26b"
        );
    }
}
