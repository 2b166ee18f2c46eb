//! One query per endpoint.
use super::ApiError;
use super::clock::use_collector_clock;
use super::request::get_json;
use crate::view_state::{Split, TimeRange, ViewState, use_view_state};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use whippet_api::{
    Backend, Custom, Errors, Loading, MetricChart, Metrics, Overview, QueryString, Range, SlowQueries,
    Splits, Status, Toolkit, Vitals,
};
use whippet_leptos::{Duration, NetworkMode, Query, QueryOptions, use_local_query};

/// A response with the time range it covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<T> {
    /// The requested range.
    pub range: Range,
    /// The choice that this is: another may be chosen by now.
    pub choice: TimeRange,
    /// What else it was asked for with: names and values of parameters.
    pub filters: Filters,
    /// The response.
    pub data: T,
    /// How long the request took, ms.
    pub cost: f64,
    /// When it was asked for by the collector's clock, ms since the epoch. The range may end long before: how long ago something
    /// was is told from here.
    pub asked: i64,
}

impl<T> Report<T> {
    /// The app, target or metric that this is of, by the parameter's name. Another may be chosen by now.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|filter| filter.0 == name).map(|filter| filter.1.as_str())
    }
}

/// A query for a report.
pub type ReportQuery<T> = Query<Report<T>, ApiError>;

/// The collector's status: its apps and targets.
pub fn use_status() -> Query<Status, ApiError> {
    use_local_query(|| "status", |_| get_json("/api/status"), options(|_| true, RwSignal::new(0.0)))
}

/// The service levels of the selected app and of all backends.
pub fn use_overview() -> ReportQuery<Overview> {
    use_report("overview", |_| true, |view| filter("app", view.app.clone()))
}

/// One scraped backend. Disabled while `target` is `None`.
pub fn use_backend(target: Signal<Option<String>>) -> ReportQuery<Backend> {
    use_report("backend", move |_| target.with(Option::is_some), move |_| filter("target", target.get()))
}

/// The slow queries that a backend lists. Disabled while `target` is `None`.
pub fn use_slow_queries(target: Signal<Option<String>>) -> ReportQuery<SlowQueries> {
    use_report("slow_queries", move |_| target.with(Option::is_some), move |_| filter("target", target.get()))
}

/// The metrics of a backend. Disabled while `target` is `None`.
pub fn use_series(target: Signal<Option<String>>) -> ReportQuery<Metrics> {
    use_report("series", move |_| target.with(Option::is_some), move |_| filter("target", target.get()))
}

/// The selected metric of a backend. Disabled while none is selected.
pub fn use_metric_chart(target: Signal<Option<String>>) -> ReportQuery<MetricChart> {
    use_report(
        "chart",
        move |view| target.with(Option::is_some) && view.metric.is_some(),
        move |view| {
            let mut filters = filter("target", target.get());
            filters.extend(filter("metric", view.metric.clone()));
            filters.extend(filter("by", view.by.clone()));
            filters
        },
    )
}

/// The web vitals of the selected app and page.
pub fn use_vitals() -> ReportQuery<Vitals> {
    use_report(
        "vitals",
        |_| true,
        |view| {
            let mut filters = app_and_page(view);
            filters.extend(filter("navigation", view.soft.then(|| "soft".to_owned())));
            let split = view.split.as_ref().filter(|split| split.value.is_some());
            filters.extend(filter("split", split.map(Split::name)));
            filters
        },
    )
}

/// The web vitals of the selected app and page by the selected dimension. Disabled while none is selected.
pub fn use_splits() -> ReportQuery<Splits> {
    use_report(
        "splits",
        |view| view.split.is_some(),
        |view| {
            let mut filters = app_and_page(view);
            filters.extend(filter("navigation", view.soft.then(|| "soft".to_owned())));
            filters.extend(filter("by", view.split.as_ref().map(|split| split.by.name().to_owned())));
            filters
        },
    )
}

/// The loading of the selected app and page.
pub fn use_loading() -> ReportQuery<Loading> {
    use_report("loading", |_| true, app_and_page)
}

/// The selected app's own measurements; of the page views with the selected value of a dimension, if any is.
pub fn use_custom() -> ReportQuery<Custom> {
    use_report(
        "custom",
        |_| true,
        |view| {
            let mut filters = filter("app", view.app.clone());
            let split = view.split.as_ref().filter(|split| split.value.is_some());
            filters.extend(filter("split", split.map(Split::name)));
            filters
        },
    )
}

/// The selected timing of the selected app by the selected dimension. Disabled while either is not selected.
pub fn use_split_timing() -> ReportQuery<Splits> {
    use_report(
        "splits",
        |view| view.split.is_some() && view.timing.is_some(),
        |view| {
            let mut filters = filter("app", view.app.clone());
            filters.extend(filter("by", view.split.as_ref().map(|split| split.by.name().to_owned())));
            filters.extend(filter("timing", view.timing.clone()));
            filters
        },
    )
}

/// The toolkit's counters in the selected app.
pub fn use_toolkit() -> ReportQuery<Toolkit> {
    use_report("toolkit", |_| true, |view| filter("app", view.app.clone()))
}

/// The JavaScript errors of the selected app.
pub fn use_errors() -> ReportQuery<Errors> {
    use_report("errors", |_| true, |view| filter("app", view.app.clone()))
}

pub(super) fn app_and_page(view: &ViewState) -> Filters {
    let mut filters = filter("app", view.app.clone());
    filters.extend(filter("page", view.page.clone()));
    filters
}

/// The parameters of a request, without the range.
pub type Filters = Vec<(&'static str, String)>;

pub(super) fn filter(name: &'static str, value: Option<String>) -> Filters {
    value.map(|value| (name, value)).into_iter().collect()
}

/// Queries `GET /api/<endpoint>` with the selected range and `filters`.
pub(super) fn use_report<T: DeserializeOwned + PartialEq + Send + Sync + 'static>(
    endpoint: &'static str,
    enabled: impl Fn(&ViewState) -> bool + Send + Sync + 'static,
    filters: impl Fn(&ViewState) -> Filters + Send + Sync + 'static,
) -> ReportQuery<T> {
    use_report_with(endpoint, enabled, filters, |_, filters| filters)
}

/// As [`use_report`], with filters that depend on the bounds of the range: `resolve` gets these and the filters of the key.
pub(super) fn use_report_with<T: DeserializeOwned + PartialEq + Send + Sync + 'static>(
    endpoint: &'static str,
    enabled: impl Fn(&ViewState) -> bool + Send + Sync + 'static,
    filters: impl Fn(&ViewState) -> Filters + Send + Sync + 'static,
    resolve: impl Fn(&Range, Filters) -> Filters + Copy + Send + Sync + 'static,
) -> ReportQuery<T> {
    let view = use_view_state();
    let clock = use_collector_clock();
    let cost = RwSignal::new(0.0);
    use_local_query(
        // With the difference of the clocks: what was asked for before it was known is asked for again.
        move || view.with(|view| (endpoint, view.range.name(), filters(view), clock.ahead())),
        move |(_, _, filters, ahead): (_, String, Filters, i64)| {
            // Resolved at the time of the request: the key may be older.
            let choice = view.get_untracked().range;
            async move {
                let started = js_sys::Date::now();
                let asked = started as i64 + ahead;
                let range = choice.bounds(asked);
                let data = get_json(&path(endpoint, &range, &resolve(&range, filters.clone()))).await?;
                let took = js_sys::Date::now() - started;
                // The component may have been unmounted.
                let _ = cost.try_set(took);
                Ok(Report { range, choice, filters, data, cost: took, asked })
            }
        },
        options(enabled, cost),
    )
}

/// Refetches at the selected interval, or slower if the last request's cost (ms) requires it. Keeps the previous data
/// until the next is loaded.
fn options(
    enabled: impl Fn(&ViewState) -> bool + Send + Sync + 'static,
    cost: RwSignal<f64>,
) -> Signal<QueryOptions> {
    let view = use_view_state();
    let interval = Memo::new(move |_| view.with(|view| view.refresh).interval(cost.get()));
    Signal::derive(move || {
        view.with(|view| {
            QueryOptions::new()
                .enabled(enabled(view))
                .refetch_interval(interval.get().map(Duration::from_ms))
                // The next refetch replaces a retry. A collector on this machine is reachable offline.
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
    format!("/api/{endpoint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_in_requests() {
        let range = Range { from: 1, to: 2 };
        assert_eq!(
            path("vitals", &range, &[("app", "my shop".to_owned()), ("page", "/a&b".to_owned())]),
            "/api/vitals?from=1&to=2&app=my%20shop&page=/a%26b"
        );
    }
}
