//! What caches are told, so that a browser keeps the body as a dictionary and nobody gets an older answer than before.
//!
//! Chromium keeps a dictionary as long as its response may be used: for `max-age` and `stale-while-revalidate` together, and
//! not at all with `no-cache`. A response that must be asked for again each time says so by `Vary: *` instead: a stored
//! one never matches a request (RFC 9111, 4.1), and is asked for with its `ETag`.
use crate::ask::Ask;
use crate::headers::{CacheControl, vary};
use crate::options::Options;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Makes a response a dictionary for the next request of its URL (RFC 9842, 2.1).
const USE: HeaderName = HeaderName::from_static("use-as-dictionary");

/// Whether a response may be stored.
pub fn is_stored(headers: &HeaderMap) -> bool {
    let control = CacheControl::of(headers);
    !control.has("no-store") && !control.has("no-transform")
}

/// Tells caches what the answer depends on, and lets a browser keep it where it must ask again anyway.
pub fn tell_caches(headers: &mut HeaderMap, options: &Options) {
    if !options.keep_cache_control && is_asked_again(headers) {
        let lifetime = options.lifetime;
        if let Ok(value) =
            HeaderValue::from_str(&format!("private, max-age=0, stale-while-revalidate={lifetime}"))
        {
            headers.insert(header::CACHE_CONTROL, value);
            headers.remove(header::EXPIRES);
            headers.remove(header::PRAGMA);
            headers.insert(header::VARY, HeaderValue::from_static("*"));
        }
    }
    vary(headers, &["accept-encoding", "available-dictionary", "whippet-have"]);
}

/// Whether every use of the response must ask the server first, so that `Vary: *` changes nothing.
fn is_asked_again(headers: &HeaderMap) -> bool {
    let control = CacheControl::of(headers);
    if control.is_empty() {
        // Caches may guess how long it is fresh.
        return !headers.contains_key(header::EXPIRES) && !headers.contains_key(header::LAST_MODIFIED);
    }
    let shared = control.seconds("s-maxage").is_some_and(|seconds| seconds > 0);
    let stale = control.has("stale-while-revalidate");
    let asked = control.has_whole("no-cache") || control.seconds("max-age") == Some(0);
    let private =
        control.has_whole("private") && !control.has("max-age") && !headers.contains_key(header::EXPIRES);
    !shared && !stale && (asked || (private && !headers.contains_key(header::LAST_MODIFIED)))
}

/// Offers the body as a dictionary for its own URL, unless the application has offered it itself.
pub fn offer(headers: &mut HeaderMap, ask: &Ask, options: &Options) {
    if let Ok(value) = HeaderValue::from_str(&format!("match=\"{}\"", pattern(ask, options)))
        && !headers.contains_key(USE)
    {
        headers.insert(USE, value);
    }
}

/// A URL pattern for the URL. It is relative, as a proxy or a nested router may have taken the beginning of the path away.
fn pattern(ask: &Ask, options: &Options) -> String {
    let path = ask.uri.path();
    let last = path.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(path);
    let mut pattern = escaped(last);
    if let Some(query) = ask.uri.query().filter(|_| !options.any_query) {
        // After a group, as of a colon at the path's end, a plain question mark makes the group optional; an escaped one begins the query.
        pattern.push_str(if pattern.ends_with('}') { r"\\?" } else { "?" });
        pattern.push_str(&escaped(query));
    }
    pattern
}

/// Escapes what patterns give a meaning to. The backslash is doubled, as the pattern is a string of a structured field. A colon
/// would end a protocol, escaped or not, but in a group.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if char == ':' {
            out.push_str(r"{\\:}");
            continue;
        }
        if "*+?(){}\\\"".contains(char) {
            out.push_str("\\\\");
        }
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}
