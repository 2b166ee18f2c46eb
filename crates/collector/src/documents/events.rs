//! Errors and slow queries that a document lists.
use whippet_engine::beacon::{limits, scrub};
use whippet_store::{BackendEvent, EventKind};

use super::json::{Node, Type};
use super::place::Members;
use super::unit::Unit;
use super::{sql, time, value, words};

const ERROR_LISTS: &[&str] = &[
    "recent_errors",
    "last_errors",
    "latest_errors",
    "error_log",
    "errors",
    "recent_exceptions",
    "exceptions",
    "error_list",
];
const SLOW_LISTS: &[&str] = &[
    "slow_queries",
    "slow_query_log",
    "slowest_queries",
    "recent_slow_queries",
    "top_queries",
    "slow_statements",
    "slow_log",
];
const MESSAGES: &[&str] = &[
    "message",
    "msg",
    "error",
    "detail",
    "error_message",
    "description",
    "text",
    "reason",
    "exception",
    "title",
];
const SOURCES: &[&str] =
    &["type", "error_type", "exception_type", "class", "code", "error_code", "kind", "category"];
const ROUTES: &[&str] = &["route", "path", "endpoint", "url", "uri", "request_path", "handler"];
const METHODS: &[&str] = &["method", "verb", "http_method", "request_method"];
const TIMES: &[&str] = &[
    "timestamp",
    "time",
    "ts",
    "at",
    "date",
    "datetime",
    "occurred_at",
    "created_at",
    "last_seen",
    "last_seen_at",
    "executed_at",
    "started_at",
    "start_time",
];
const IDS: &[&str] = &["id", "error_id", "event_id", "uuid", "request_id", "trace_id", "query_id", "queryid"];
const COUNTS: &[&str] = &["count", "occurrences", "times", "calls", "executions", "total_count"];
const STACKS: &[&str] = &["stack", "stacktrace", "stack_trace", "traceback", "backtrace"];
const QUERIES: &[&str] =
    &["query", "sql", "statement", "query_text", "sql_text", "query_string", "normalized_query"];

/// The longest id, bytes.
const ID: usize = 64;
/// The longest query that is believed, ms: a month.
const LONGEST: f64 = 2.7e9;

/// Whether a list of this name holds errors.
pub fn is_errors(key: &str) -> bool {
    ERROR_LISTS.contains(&key)
}

/// Whether a list of this name holds slow queries.
pub fn is_slow_queries(key: &str) -> bool {
    SLOW_LISTS.contains(&key)
}

/// The first member of an object that has one of these names, and a text.
fn text(members: &Members<'_>, names: &[&str]) -> Option<String> {
    find(members, names, value::text)
}

fn find<'a, T>(members: &Members<'a>, names: &[&str], read: impl Fn(Node<'a>) -> Option<T>) -> Option<T> {
    names.iter().find_map(|wanted| {
        members
            .iter()
            .filter(|(name, _)| words::words(name).join("_") == *wanted)
            .find_map(|(_, node)| read(*node))
    })
}

/// An error: an object, or the message alone.
pub fn error(node: Node<'_>) -> Option<BackendEvent> {
    match node.kind() {
        Type::String => Some(plain(message(&node.string()?)?)),
        Type::Object => {
            let (members, _) = node.members(64);
            of_members(&members)
        }
        _ => None,
    }
}

/// An error that was counted `count` times since the backend started.
pub fn counted_error(text: &str, count: f64) -> BackendEvent {
    BackendEvent { count: whole(count), cumulative: true, ..plain(message(text).unwrap_or_default()) }
}

fn of_members(members: &Members<'_>) -> Option<BackendEvent> {
    let nested = |node: Node<'_>| {
        let (inner, _) = if node.kind() == Type::Object { node.members(64) } else { return None };
        text(&inner, MESSAGES)
    };
    let text_of = text(members, MESSAGES).or_else(|| find(members, &["error", "exception"], nested));
    let source = text(members, SOURCES).unwrap_or_default();
    let message = text_of.as_deref().and_then(message).or_else(|| message(&source))?;
    let count = find(members, COUNTS, |node| value::read(node).map(|found| found.0));
    let route = text(members, ROUTES).map(|path| route(&path)).unwrap_or_default();
    let method = text(members, METHODS).filter(|_| !route.is_empty() && !route.contains(' '));
    let stack = text(members, STACKS).map(|stack| scrub::text(limits::cut(&stack, 4 * limits::STACK)));
    Some(BackendEvent {
        source: limits::line(&scrub::text(&source), limits::SOURCE),
        route: match method {
            Some(method) => limits::line(&format!("{} {route}", method.to_ascii_uppercase()), limits::PAGE),
            None => route,
        },
        stack: stack.map(|stack| limits::cut(&stack, limits::STACK).to_owned()).unwrap_or_default(),
        time: find(members, TIMES, time::read),
        id: text(members, IDS).map(|id| limits::line(&id, ID)).unwrap_or_default(),
        count: count.map_or(1, whole),
        cumulative: count.is_some(),
        ..plain(message)
    })
}

fn plain(text: String) -> BackendEvent {
    BackendEvent {
        kind: EventKind::Error,
        text,
        source: String::new(),
        route: String::new(),
        stack: String::new(),
        time: None,
        id: String::new(),
        count: 1,
        cumulative: false,
        duration: None,
    }
}

/// A message, scrubbed as those of pages are.
fn message(text: &str) -> Option<String> {
    let message = limits::line(&scrub::text(limits::cut(text, 4 * limits::MESSAGE)), limits::MESSAGE);
    let message = message.trim();
    (!message.is_empty()).then(|| message.to_owned())
}

/// A path or a URL without its query and ids; a method before it stays.
fn route(text: &str) -> String {
    let text = limits::cut(text.trim(), 4 * limits::PAGE);
    let (method, path) = match text.split_once(' ') {
        Some((method, path)) if method.bytes().all(|byte| byte.is_ascii_uppercase()) => (Some(method), path),
        _ => (None, text),
    };
    let path = if path.contains("://") {
        scrub::address(path)
    } else {
        scrub::path(path.split(['?', '#']).next().unwrap_or_default())
    };
    let route = method.map_or(path.clone(), |method| format!("{method} {path}"));
    limits::line(&route, limits::PAGE)
}

/// A slow query: an object with the text of one, and how long it took.
pub fn slow_query(members: &Members<'_>, time_unit: Unit) -> Option<BackendEvent> {
    let query = find(members, QUERIES, Node::string)?;
    let duration = members.iter().find_map(|(name, node)| duration(name, *node, time_unit));
    let count = find(members, COUNTS, |node| value::read(node).map(|found| found.0));
    if duration.is_none() && count.is_none() {
        return None;
    }
    Some(BackendEvent {
        kind: EventKind::SlowQuery,
        source: text(members, &["database", "db", "datname"])
            .map(|name| limits::line(&name, limits::LABEL))
            .unwrap_or_default(),
        time: find(members, TIMES, time::read),
        id: text(members, IDS).map(|id| limits::line(&id, ID)).unwrap_or_default(),
        count: count.map_or(1, whole),
        cumulative: count.is_some(),
        duration,
        ..plain(sql::without_parameters(&query))
    })
}

/// How long a query took, ms: `duration_ms`, `time`, `meanTime`, `elapsed`, `took_ms`, `avg_ms`. A total of many is none.
fn duration(name: &str, node: Node<'_>, time_unit: Unit) -> Option<f64> {
    let mut words = words::words(name);
    if words.iter().any(|word| {
        matches!(word.as_str(), "total" | "min" | "max" | "stddev" | "threshold" | "start" | "end")
    }) {
        return None;
    }
    let unit = words.last().and_then(|last| Unit::word(last)).filter(|unit| unit.suffix() == "seconds");
    if unit.is_some() {
        words.pop();
    }
    let says = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "duration" | "time" | "elapsed" | "took" | "latency" | "runtime" | "avg" | "mean"
        )
    }) || words.is_empty() && unit.is_some();
    let (value, written) = value::read(node).filter(|_| says)?;
    let ms = written.or(unit).unwrap_or(time_unit).base(value) * 1000.0;
    (0.0..LONGEST).contains(&ms).then_some(ms)
}

/// A count that is believed.
fn whole(count: f64) -> u64 {
    count.clamp(0.0, 1e12) as u64
}
