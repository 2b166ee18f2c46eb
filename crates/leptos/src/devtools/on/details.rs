//! What the panel asks for when a query is looked at, as JSON.
use super::known;
use super::told::json;
use serde::Serialize;
use serde_json::{Value, json};
use whippet_engine::query::{QueryId, StaleTime, TimerKind};
use whippet_engine::time::Duration;
use whippet_web::query::{Client, Details, QueryObserverOptions};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldDetails {
    options: Value,
    observers: Vec<Value>,
    timers: Vec<ToldTimer>,
    is_simulated: bool,
    can_fail: bool,
}

#[derive(Serialize)]
struct ToldTimer {
    what: &'static str,
    at: f64,
    observer: Option<usize>,
    option: &'static str,
    span: f64,
}

/// `None` where there is no such query any more.
pub(super) fn details(client: &Client, query: QueryId) -> Option<String> {
    let details = client.details(query)?;
    let timers = details.timers.iter().map(|(timer, observer)| {
        let (what, option) = match timer.kind {
            TimerKind::Stale => ("stale", "stale_time"),
            TimerKind::Refetch => ("refetch", "refetch_every"),
            TimerKind::Retry => ("retry", "retry_delay"),
            TimerKind::Timeout => ("timeout", "timeout"),
            TimerKind::Collect => ("garbage collection", "gc_time"),
        };
        ToldTimer { what, at: timer.at.as_ms(), observer: *observer, option, span: timer.span.as_ms() }
    });
    Some(json(&ToldDetails {
        timers: timers.collect(),
        options: details.options.as_ref().map_or(Value::Null, |options| run_options(options)),
        observers: details.observers.iter().map(|options| observer_options(options)).collect(),
        is_simulated: details.is_simulated,
        can_fail: error_type(&details).is_some_and(known::can_make),
    }))
}

/// Of who observes it, or fetched it last.
pub(super) fn error_type(details: &Details) -> Option<std::any::TypeId> {
    let options = details.observers.first().or(details.options.as_ref())?;
    Some(options.fetcher.error_type().id())
}

fn run_options(options: &QueryObserverOptions) -> Value {
    json!({
        "retry": format!("{:?}", options.run.retry),
        "retry_delay": format!("{:?}", options.run.delay),
        "network_mode": format!("{:?}", options.run.network_mode),
        "gc_time": span(options.gc_time),
    })
}

fn observer_options(options: &QueryObserverOptions) -> Value {
    let observer = &options.observer;
    json!({
        "enabled": observer.enabled,
        "stale_time": match observer.stale_time {
            StaleTime::Static => json!("static"),
            StaleTime::After(time) => span(time),
        },
        "refetch_every": observer.interval.map(span),
        "refetch_in_background": observer.interval_in_background,
        "refetch_on_mount": format!("{:?}", observer.on_mount),
        "refetch_on_focus": format!("{:?}", observer.on_focus),
        "refetch_on_reconnect": format!("{:?}", observer.on_reconnect),
        "retry_on_mount": observer.retry_on_mount,
        "keep_previous_data": options.keep_previous_data,
        "gc_time": span(options.gc_time),
    })
}

/// In ms.
fn span(span: Duration) -> Value {
    match span.as_ms() {
        ms if ms.is_finite() => json!(ms),
        _ => json!("for ever"),
    }
}
