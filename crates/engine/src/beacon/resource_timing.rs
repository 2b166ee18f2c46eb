//! Kind and host of a resource, from its Resource Timing entry. The npm package has the same rules
//! (pkg/src/rum/resources.ts).
use super::beacon_limits as limits;
use super::event::ResourceKind;

/// The kind of a resource by its `initiatorType`, else by the extension in its URL, as for style sheets and the resources
/// that they load.
pub fn kind(initiator: &str, url: &str) -> ResourceKind {
    match initiator {
        "script" => ResourceKind::Script,
        "img" | "image" | "input" | "picture" => ResourceKind::Image,
        "fetch" | "xmlhttprequest" | "eventsource" => ResourceKind::Fetch,
        "video" | "audio" | "track" => ResourceKind::Media,
        "iframe" | "frame" => ResourceKind::Frame,
        "beacon" | "ping" => ResourceKind::Beacon,
        _ => match extension(url) {
            "js" | "mjs" => ResourceKind::Script,
            "css" => ResourceKind::Style,
            "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "svg" | "ico" => ResourceKind::Image,
            "woff2" | "woff" | "ttf" | "otf" => ResourceKind::Font,
            "mp4" | "webm" | "mp3" | "ogg" => ResourceKind::Media,
            _ => ResourceKind::Other,
        },
    }
}

/// The host of a URL, with its port; its scheme if it has no host.
pub fn host(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else {
        let scheme = url.find(':').and_then(|colon| url.get(..=colon));
        return scheme.unwrap_or("-");
    };
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = limits::cut(host, limits::HOST);
    if host.is_empty() { "-" } else { host }
}

/// The extension: the first word of two to five letters, digits or `_` between a dot and the end, the query or the fragment.
fn extension(url: &str) -> &str {
    for (dot, _) in url.match_indices('.') {
        let rest = url.get(dot + 1..).unwrap_or("");
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let ends = rest.get(end..).is_some_and(|after| after.is_empty() || after.starts_with(['?', '#']));
        if ends && (2..=5).contains(&end) {
            return rest.get(..end).unwrap_or("");
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_follows_from_the_initiator_else_from_the_extension() {
        let cases = [
            ("script", "https://a.example/x", "script"),
            ("img", "https://a.example/x.php", "image"),
            ("fetch", "https://a.example/data.json", "fetch"),
            ("link", "https://a.example/app.css?v=1", "style"),
            ("link", "https://a.example/app.js", "script"),
            ("css", "https://a.example/a.b/font.woff2#x", "font"),
            ("css", "https://a.example/hero.AVIF", "other"),
            ("other", "https://a.example/", "other"),
            ("other", "https://a.com", "other"),
            ("video", "https://a.example/x", "media"),
            ("", "https://a.example/x?name=b.png", "image"),
        ];
        for (initiator, url, expected) in cases {
            assert_eq!(kind(initiator, url).as_str(), expected, "{initiator} {url}");
        }
    }

    #[test]
    fn the_host_has_its_port_and_no_credentials() {
        let cases = [
            ("https://a.example/x", "a.example"),
            ("http://127.0.0.1:7300/x@y", "127.0.0.1:7300"),
            ("https://ann:secret@a.example:8443", "a.example:8443"),
            ("data:image/png;base64,xx", "data:"),
            ("blob:https://a.example/1", "a.example"),
            ("", "-"),
            ("https:///x", "-"),
        ];
        for (url, expected) in cases {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
