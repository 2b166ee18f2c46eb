//! Serves the files of the dashboard, which are embedded at build time.
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::compressed;
use crate::failure::Failure;

/// The files that were in `crates/dashboard/dist` at build time; none if the dashboard had not been built.
#[derive(RustEmbed)]
#[folder = "../dashboard/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";

/// Browsers may keep it, but must revalidate it.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

const MISSING: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Whippet</title>\
<h1>The dashboard is not in this build</h1>\
<p>The collector runs, takes beacons in and scrapes. To build it with its dashboard, run \
<code>cargo xtask build</code> in Whippet's source folder, then start <code>whippet serve</code> again.\n";

/// The paths of the dashboard's pages; its own router has the same.
pub const PAGES: [&str; 9] =
    ["/", "/alerts", "/releases", "/backend", "/vitals", "/loading", "/cache", "/custom", "/errors"];

/// The file at `path`, or the dashboard where it is one of its pages; 404 for anything else.
pub fn file(path: &str, headers: &HeaderMap) -> Response {
    let page = path.strip_suffix('/').filter(|page| !page.is_empty() && !page.ends_with('/')).unwrap_or(path);
    if PAGES.contains(&page) {
        return index(path, headers);
    }
    let name = path.trim_start_matches('/');
    if !compressed::is_one(name)
        && let Some(file) = Files::get(name)
    {
        return answer(file, name, headers);
    }
    let accept = headers.get(header::ACCEPT).map_or(&b""[..], |value| value.as_bytes());
    let file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    // A browser that follows an old link gets the dashboard, which says that there is no such page and links to the others.
    // A missing script must not be answered with HTML.
    if !file && accept.starts_with(b"text/html") {
        let mut response = index(path, &HeaderMap::new());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    let message = match file {
        true => "there is no such file: reload the dashboard, it may have been updated",
        false => {
            "there is nothing at this address: the dashboard is at /, the collector's own figures at /metrics"
        }
    };
    Failure::new(StatusCode::NOT_FOUND, "not_found", message).into_response()
}

/// The page for `path`. It names its files relative to the dashboard's root, as a proxy may show that below a path of its own.
fn index(path: &str, headers: &HeaderMap) -> Response {
    let up = path.matches('/').count().saturating_sub(1);
    match Files::get(INDEX) {
        Some(file) if up == 0 => answer(file, INDEX, headers),
        Some(file) => {
            let page = String::from_utf8_lossy(&file.data);
            let page = page.replace("=\"assets/", &format!("=\"{}assets/", "../".repeat(up)));
            let kind = [(header::CONTENT_TYPE, content_type(INDEX, "")), (header::CACHE_CONTROL, NO_CACHE)];
            (kind, page).into_response()
        }
        None => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], MISSING)
                .into_response()
        }
    }
}

fn answer(file: EmbeddedFile, path: &str, headers: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    let tag = tag(&file.metadata.sha256_hash());
    // The folder's name is a hash of its contents, so they never change. The page has the same name in every build.
    let keep = match path.starts_with("assets/") {
        true => HeaderValue::from_static("max-age=31536000, immutable"),
        false => NO_CACHE,
    };
    let cached = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, keep),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    let unchanged = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|candidate| candidate.trim().as_bytes() == tag.as_bytes());
    if unchanged {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let kind = [(header::CONTENT_TYPE, content_type(path, file.metadata.mimetype()))];
    let compressed = compressed::accepted(headers)
        .into_iter()
        .find_map(|(encoding, ending)| Some((encoding, Files::get(&format!("{path}.{ending}"))?)));
    match compressed {
        Some((encoding, file)) => {
            let encoding = [(header::CONTENT_ENCODING, HeaderValue::from_static(encoding))];
            (cached, kind, encoding, Body::from(file.data)).into_response()
        }
        None => (cached, kind, Body::from(file.data)).into_response(),
    }
}

/// The `ETag`. It is weak, as compressed and plain answers have the same.
fn tag(hash: &[u8; 32]) -> HeaderValue {
    let mut tag = String::from("W/\"");
    for byte in &hash[..12] {
        tag.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        tag.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
    }
    tag.push('"');
    // Hexadecimal digits in quotes are always a valid header value.
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"\""))
}

fn content_type(path: &str, guessed: &str) -> HeaderValue {
    let text = guessed.starts_with("text/");
    let kind = if path.is_empty() || path == INDEX {
        "text/html; charset=utf-8".to_owned()
    } else if text {
        format!("{guessed}; charset=utf-8")
    } else {
        guessed.to_owned()
    };
    HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::PAGES;

    #[test]
    fn pages_are_the_routes_of_the_dashboards_router() {
        let router = include_str!("../../../dashboard/src/app.rs");
        let mut pages: Vec<&str> =
            router.split("path!(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut known = PAGES.to_vec();
        pages.sort_unstable();
        known.sort_unstable();
        assert_eq!(pages, known);
    }
}
