//! Reading and writing the header fields that matter here.
use crate::bodies::Digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// The lists of a field, each member without the space around it. A comma within quotes separates none (RFC 9110, 5.6.1).
/// Bytes that are not UTF-8 separate members, so that one of them hides no other.
pub fn members<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().flat_map(|value| value.as_bytes().utf8_chunks());
    let members = values.map(|chunk| chunk.valid()).flat_map(|value| value.split(separators(value)));
    members.map(str::trim).filter(|member| !member.is_empty())
}

/// Tells which characters of `list` separate its members. Where a quote is not closed each comma does, so that it hides no
/// `no-store` after it.
fn separators(list: &str) -> impl FnMut(char) -> bool + use<> {
    let is_closed = list.matches('"').count().is_multiple_of(2);
    let mut quoted = false;
    move |char| {
        quoted ^= char == '"';
        char == ',' && !(quoted && is_closed)
    }
}

/// Whether `Accept-Encoding` names `coding`, with a weight that is not 0. `*` does not count: who sends it may not know the
/// coding.
pub fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    members(headers, &header::ACCEPT_ENCODING).any(|member| {
        let mut parts = member.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let weight = |part: &str| {
            let (name, weight) = part.split_once('=')?;
            name.eq_ignore_ascii_case("q").then(|| weight.parse::<f32>().ok())?
        };
        named && !parts.any(|part| weight(part) == Some(0.0))
    })
}

/// A digest as a byte sequence of a structured field (RFC 9651): `:…:`, in base64. Parameters are ignored.
pub fn digest(headers: &HeaderMap, name: &HeaderName) -> Option<Digest> {
    let text = headers.get(name)?.to_str().ok()?.trim().strip_prefix(':')?;
    let (text, rest) = text.split_once(':')?;
    if !(rest.is_empty() || rest.starts_with(';')) {
        return None;
    }
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The directives of `Cache-Control`, in lower case.
pub struct CacheControl(Vec<String>);

impl CacheControl {
    pub fn of(headers: &HeaderMap) -> Self {
        Self(members(headers, &header::CACHE_CONTROL).map(str::to_ascii_lowercase).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, directive: &str) -> bool {
        self.0.iter().any(|given| given.split('=').next().is_some_and(|name| name.trim() == directive))
    }

    /// Whether a directive is given for the whole response: `no-cache="set-cookie"` is about that field alone
    /// (RFC 9111, 5.2.2.4).
    pub fn has_whole(&self, directive: &str) -> bool {
        self.0.iter().any(|given| given == directive)
    }

    /// Seconds of a directive such as `max-age`.
    pub fn seconds(&self, directive: &str) -> Option<u64> {
        self.0.iter().find_map(|given| {
            let (name, value) = given.split_once('=')?;
            (name.trim() == directive).then(|| value.trim().trim_matches('"').parse().ok())?
        })
    }
}

/// Adds `names` to `Vary`, unless they are there.
pub fn vary(headers: &mut HeaderMap, names: &[&'static str]) {
    for name in names {
        if !members(headers, &header::VARY).any(|given| given == "*" || given.eq_ignore_ascii_case(name)) {
            headers.append(header::VARY, HeaderValue::from_static(name));
        }
    }
}

/// Whether `If-None-Match` names `tag`, compared weakly (RFC 9110, 13.1.2).
pub fn none_match(request: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    members(request, &header::IF_NONE_MATCH).any(|given| given == "*" || opaque(given) == opaque(tag))
}

/// The weak tag of a body.
pub fn tag(digest: &Digest) -> HeaderValue {
    let text = format!("W/\"{}\"", STANDARD.encode(&digest[..12]));
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

/// Whether the body is as it was written.
pub fn is_plain(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::CONTENT_ENCODING);
    codings.iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Makes a strong `ETag` weak, as the bytes that are sent are no longer those that it was made for.
pub fn weaken(headers: &mut HeaderMap) {
    let Some(tag) = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) else { return };
    if !tag.starts_with("W/")
        && let Ok(weak) = HeaderValue::from_str(&format!("W/{tag}"))
    {
        headers.insert(header::ETAG, weak);
    }
}

/// Whether a body of this type is text, and so worth comparing. Events are a stream.
pub fn is_text(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "text/event-stream" {
        return false;
    }
    let known = ["json", "xml", "javascript", "x-ndjson", "wasm", "graphql-response", "manifest"];
    kind.starts_with("text/")
        || kind.split_once('/').is_some_and(|(top, sub)| {
            let last = sub.rsplit('+').next().unwrap_or(sub);
            (top == "application" && known.contains(&sub)) || matches!(last, "json" | "xml")
        })
}
