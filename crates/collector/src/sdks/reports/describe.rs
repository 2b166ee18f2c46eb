//! The texts under which reports are shown.
use serde_json::Value;

use crate::sdks::members::{first_text, number, text};

/// A report's message and place.
pub struct Described {
    /// What happened.
    pub message: String,
    /// `file:line:column`, or empty.
    pub source: String,
}

/// A violation of the content security policy; members are spelled as in the Reporting API, or as in `csp-report`.
pub fn violation(body: &Value) -> Described {
    // The older format repeats the whole directive, with its sources.
    let directive = first_text(
        body,
        &["effectiveDirective", "effective-directive", "violatedDirective", "violated-directive"],
    );
    let directive = directive.split(' ').next().unwrap_or_default();
    let blocked = match first_text(body, &["blockedURL", "blocked-uri", "blockedURI"]) {
        "" => "something",
        blocked => blocked,
    };
    let what = if first_text(body, &["disposition"]) == "report" { "would block" } else { "blocked" };
    Described {
        message: format!("CSP: {} {what} {blocked}", or(directive, "a directive")),
        source: place(body),
    }
}

/// A request that failed before or at the server: Network Error Logging. `None` for those that went well, which are reported
/// as a sample.
pub fn network_error(body: &Value, url: &str) -> Option<Described> {
    let kind = or(text(body, "type"), "unknown");
    if kind == "ok" {
        return None;
    }
    let status = number(body, "status_code").filter(|status| *status >= 100.0);
    let status = status.map(|status| format!(" {status:.0}")).unwrap_or_default();
    let method = or(text(body, "method"), "GET");
    Some(Described { message: format!("Network: {kind}{status}, {method} {url}"), source: String::new() })
}

/// A feature that will go, or something that the browser did not do as the page wanted it.
pub fn warning(kind: &str, body: &Value) -> Described {
    let (id, message) = (text(body, "id"), text(body, "message"));
    let title = if kind == "deprecation" { "Deprecated" } else { "Intervention" };
    let message = match (id, message) {
        ("", message) => format!("{title}: {message}"),
        (id, "") => format!("{title}: {id}"),
        (id, message) => format!("{title}: {id}: {message}"),
    };
    Described { message, source: place(body) }
}

/// A page that went down with its process.
pub fn crash(body: &Value) -> Described {
    let reason = or(text(body, "reason"), "for no known reason");
    Described { message: format!("Crash: {reason}"), source: String::new() }
}

/// Any other type: `coep`, `permissions-policy-violation`, those to come.
pub fn other(kind: &str, body: &Value) -> Described {
    let keys = ["message", "policyId", "featureId", "type", "id", "reason", "blockedURL"];
    let message = match first_text(body, &keys) {
        "" => kind.to_owned(),
        said => format!("{kind}: {said}"),
    };
    Described { message, source: place(body) }
}

/// `file:line:column`, as far as the report says it.
fn place(body: &Value) -> String {
    let file = first_text(body, &["sourceFile", "source-file"]);
    if file.is_empty() {
        return String::new();
    }
    let of = |keys: [&str; 2]| keys.iter().find_map(|key| number(body, key)).filter(|number| *number >= 0.0);
    match (of(["lineNumber", "line-number"]), of(["columnNumber", "column-number"])) {
        (Some(line), Some(column)) => format!("{file}:{line:.0}:{column:.0}"),
        (Some(line), None) => format!("{file}:{line:.0}"),
        _ => file.to_owned(),
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}
