//! Takes out of addresses what may tell who somebody is, before it leaves the page.
use super::limits;
use alloc::string::String;

/// The page that `path` shows: without query and fragment, and with `:id` for each segment that looks like
/// one of many: a number, a UUID, a hash, a token, an e-mail address. `/orders/1042?key=x` is `/orders/:id`.
pub fn path(path: &str) -> String {
    let mut out = String::new();
    let path = path.split(['?', '#']).next().unwrap_or("");
    for (place, segment) in path.split('/').enumerate() {
        if place > 0 {
            out.push('/');
        }
        out.push_str(if is_id(segment) { ":id" } else { segment });
    }
    if out.is_empty() {
        out.push('/');
    }
    limits::line(&out, limits::PAGE)
}

/// `text`, an error's message or source, with all addresses in it cut before their query or fragment. The
/// `:line:column` that browsers write behind an address stays.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        // The address goes on until something that cannot be in one.
        let end = rest[at..]
            .find(|c: char| c.is_whitespace() || "\"'`<>()[]{}".contains(c))
            .map_or(rest.len(), |end| at + end);
        let address = &rest[..end];
        match address[at..].find(['?', '#']) {
            Some(query) => {
                out.push_str(&address[..at + query]);
                out.push_str(position(&address[at + query..]));
            }
            None => out.push_str(address),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The `:line:column` at the end of `address`, or nothing.
fn position(address: &str) -> &str {
    let stem = address.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    let tail = &address[stem.len()..];
    tail.find(':').map_or("", |colon| &tail[colon..])
}

fn is_id(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    // Version numbers such as `1.2.0` stay: they are few, and telling.
    digits > 0 && digits == bytes.len()
        || digits > 0 && hex && bytes.len() >= 8
        || digits >= 4 && bytes.len() >= 16 && !bytes.contains(&b'.')
        || bytes.len() >= 64
        || segment.contains('@')
        || segment.contains("%40")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_become_templates() {
        let cases = [
            ("/", "/"),
            ("", "/"),
            ("/packages/serde", "/packages/serde"),
            ("/packages/serde/1.0.229", "/packages/serde/1.0.229"),
            ("/orders/1042", "/orders/:id"),
            ("/orders/1042/items/7?token=secret#top", "/orders/:id/items/:id"),
            ("/u/2f1a7c3e-6a1b-4c55-9f0e-1d2c3b4a5f60", "/u/:id"),
            ("/commit/deadbeef01", "/commit/:id"),
            ("/u/ann@example.com/mail", "/u/:id/mail"),
            ("/u/ann%40example.com", "/u/:id"),
            ("/s/q7Xk29fLm04ZpR81", "/s/:id"),
            ("/blog/how-to-make-the-web-fast", "/blog/how-to-make-the-web-fast"),
            ("/facade/added", "/facade/added"),
        ];
        for (from, to) in cases {
            assert_eq!(path(from), to, "{from}");
        }
    }

    #[test]
    fn addresses_lose_their_queries_and_keep_their_positions() {
        let cases = [
            ("no address here?", "no address here?"),
            ("https://a.example/app.js:10:5", "https://a.example/app.js:10:5"),
            ("https://a.example/app.js?key=secret1:10:5", "https://a.example/app.js:10:5"),
            (
                "failed: https://a.example/x?token=1 (404), http://b.example/#me",
                "failed: https://a.example/x (404), http://b.example/",
            ),
            ("at f (https://a.example/app.js?v=12:1:2)", "at f (https://a.example/app.js:1:2)"),
        ];
        for (from, to) in cases {
            assert_eq!(text(from), to, "{from}");
        }
    }

    proptest! {
        #[test]
        fn no_query_is_left(address in "https?://[a-z./]{1,20}", query in "[a-z=&]{1,20}", around in "[a-z ]{0,5}") {
            let scrubbed = text(&std::format!("{around} {address}?{query} {around}"));
            prop_assert_eq!(scrubbed, std::format!("{around} {address} {around}"));
        }

        #[test]
        fn any_text_is_scrubbed(from: String) {
            text(&from);
            prop_assert!(path(&from).len() <= limits::PAGE);
        }
    }
}
