//! Removes from URLs what may identify a person, before it leaves the page. `docs/rum.md` lists what counts as a URL, and
//! what is kept of it. The npm package has the same rules (pkg/src/rum/scrub.ts).
use super::beacon_limits as limits;
use alloc::string::String;

/// Schemes of URLs of which nothing but the scheme is kept: the rest is data, an address of a person, or a local path.
const OPAQUE: [&str; 9] =
    ["blob", "data", "file", "filesystem", "javascript", "mailto", "sms", "tel", "view-source"];
/// The longest name of a query's first parameter, bytes.
const QUERY_NAME: usize = 64;
/// The most digits of a line or a column; longer numbers are no position. A line without a column has fewer.
const POSITION_DIGITS: usize = 7;
const LINE_DIGITS: usize = 5;

/// `path` without query and fragment, and with `:id` for each segment that looks like an id: a number, a UUID, a hash, a
/// token, an e-mail address. `/orders/1042?key=x` becomes `/orders/:id`.
pub fn path(path: &str) -> String {
    let mut out = String::new();
    write_segments(path, &mut out);
    if out.is_empty() {
        out.push('/');
    }
    limits::line(&out, limits::PAGE)
}

/// The route by `location.pathname` and `location.hash`: the path, with the fragment if that is a route of a hash router:
/// `/app#/orders/7`. The fragments `#/` and `#!/` and queries within a fragment are left out. The result is not scrubbed:
/// see [`page`].
pub fn route(pathname: &str, hash: &str) -> String {
    let mut out = String::from(pathname);
    let fragment = slice(hash, 1, hash.len());
    let fragment = slice(fragment, 0, until(fragment, 0, is_end_of_path));
    let within = fragment.strip_prefix('!').unwrap_or(fragment).strip_prefix('/');
    if within.is_some_and(|within| !within.is_empty()) {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// A [`route`], scrubbed as by [`path`]: `/app#/orders/1042` becomes `/app#/orders/:id`.
pub fn page(route: &str) -> String {
    page_at("", route)
}

/// The [`page`] of a document whose `location.protocol` is `protocol`. Of one on the user's disk, or one that is its own address
/// as with `data:`, the scheme stands for the path.
pub fn page_at(protocol: &str, route: &str) -> String {
    let hash = until(route, 0, |byte| byte == b'#');
    let is_opaque = protocol.strip_suffix(':').is_some_and(is_opaque);
    let mut out = if is_opaque { String::from(protocol) } else { path(slice(route, 0, hash)) };
    if hash < route.len() {
        out.push('#');
        out.push_str(&path(slice(route, hash + 1, route.len())));
    }
    limits::line(&out, limits::PAGE)
}

/// `text`, such as an error's message or stack, with each URL in it scrubbed by [`address`].
pub fn text(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    // The text before `done` is copied; `run` is the start of the current word, which may turn out to be a URL.
    let (mut done, mut run, mut at) = (0, 0, 0);
    while at < bytes.len() {
        if let Some(start) = url_start(text, run, at) {
            let end = url_end(text, start, at).max(at + 1);
            let whole = slice(text, start, end);
            let position = position(whole);
            out.push_str(slice(text, done, start));
            out.push_str(&address(slice(whole, 0, whole.len() - position.len())));
            out.push_str(position);
            (done, run, at) = (end, end, end);
            continue;
        }
        at += 1;
        if is_separator(byte(bytes, at - 1)) {
            run = at;
        }
    }
    out.push_str(slice(text, done, text.len()));
    out
}

/// A URL without user, query and fragment, and with `:id` for ids in its path.
pub fn address(whole: &str) -> String {
    let colon = until(whole, 0, |byte| !is_scheme_byte(byte));
    let has_scheme = byte(whole.as_bytes(), colon) == b':';
    let scheme = slice(whole, 0, if has_scheme { colon + 1 } else { 0 });
    let rest = slice(whole, scheme.len(), whole.len());
    let mut out = String::with_capacity(whole.len());
    out.push_str(scheme);
    if let Some(within) = rest.strip_prefix("//").filter(|_| !is_opaque(slice(whole, 0, colon))) {
        let end = until(within, 0, |byte| is_end_of_path(byte) || byte == b'/' || byte == b'\\');
        let host = slice(within, 0, end).rsplit('@').next().unwrap_or("");
        // Anything else is a user and a password that are not properly encoded.
        if is_host(host) {
            out.push_str("//");
            out.push_str(host);
            write_segments(slice(within, end, within.len()), &mut out);
        }
    } else if !has_scheme {
        write_segments(rest, &mut out);
    }
    out
}

/// The start of the URL that the byte at `at` reveals, in a word that starts at `run`.
fn url_start(text: &str, run: usize, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let next = byte(bytes, at + 1);
    match byte(bytes, at) {
        b':' => {
            let mut scheme = at;
            while scheme > run && is_scheme_byte(byte(bytes, scheme - 1)) {
                scheme -= 1;
            }
            let name = slice(text, scheme, at);
            let is_known = next > b' ' && is_opaque(name);
            let is_file = name.len() == 4 && name.eq_ignore_ascii_case("file");
            let begins = slice(text, at, at + 3) == "://" || is_known && (!is_file || next == b'/');
            begins.then_some(scheme)
        }
        b'/' if run == at => {
            let host = byte(bytes, at + 2);
            let begins = if next == b'/' {
                is_word(host) || host == b'['
            } else {
                is_word(next) || b".~%@:$!?#-".contains(&next)
            };
            begins.then_some(at)
        }
        // A date such as `12/24/2026` is no path.
        b'/' => (until(text, run, |byte| !byte.is_ascii_digit()) < at).then_some(run),
        b'?' => {
            let names_a_file = is_word(next) && bytes.get(run..at).is_some_and(|run| run.contains(&b'.'));
            (names_a_file || begins_query(bytes, at + 1)).then_some(run)
        }
        b'#' => begins_query(bytes, at + 1).then_some(run),
        b'@' => (run < at && begins_domain(bytes, at + 1)).then_some(run),
        _ => None,
    }
}

/// The end of the URL that starts at `start` and was revealed by the byte at `at`. A quoted URL ends with its quote. Others
/// end at white space; their path also ends at `"`, `<` and `>`, and at a closing bracket that was opened before the URL.
/// Trailing punctuation is not part of a URL.
fn url_end(text: &str, start: usize, at: usize) -> usize {
    let bytes = text.as_bytes();
    let before = if start > 0 { byte(bytes, start - 1) } else { 0 };
    if is_quote(before) {
        let close = until(text, start, |byte| byte == before || byte == b'\n');
        if byte(bytes, close) == before {
            return close;
        }
    }
    let mut is_path = byte(bytes, at) != b':' || slice(text, at, at + 3) == "://";
    let (mut end, mut depth) = (start, 0_isize);
    while end < bytes.len() {
        match byte(bytes, end) {
            0..=b' ' => break,
            b'"' | b'<' | b'>' if is_path => break,
            b')' | b']' | b'}' if is_path && depth == 0 => break,
            b'?' | b'#' => is_path = false,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        end += 1;
    }
    while end > start {
        match byte(bytes, end - 1) {
            b')' | b']' | b'}' if depth < 0 => depth += 1,
            last if b".,;:!?'`\"<>".contains(&last) => {}
            _ => break,
        }
        end -= 1;
    }
    end
}

/// Writes `path` up to its query or fragment, with `:id` for ids.
fn write_segments(path: &str, out: &mut String) {
    let end = until(path, 0, is_end_of_path);
    let mut start = 0;
    while start < end {
        let slash = until(path, start, |byte| byte == b'/' || byte == b'\\').min(end);
        let segment = slice(path, start, slash);
        out.push_str(if is_id(segment) { ":id" } else { segment });
        start = (slash + 1).min(end);
        out.push_str(slice(path, slash, start));
    }
}

/// The `:line:column` that browsers put behind a URL, the line alone, or nothing.
fn position(address: &str) -> &str {
    let bytes = address.as_bytes();
    let (mut at, mut from, mut numbers) = (bytes.len(), bytes.len(), 0);
    while at > 0 && numbers < 2 {
        at -= 1;
        match byte(bytes, at) {
            byte if byte.is_ascii_digit() && from - at <= POSITION_DIGITS => {}
            // There must be a number behind each colon.
            b':' if from - at > 1 => (from, numbers) = (at, numbers + 1),
            _ => break,
        }
    }
    let is_long = numbers == 1 && bytes.len() - from > LINE_DIGITS + 1;
    slice(address, if is_long { bytes.len() } else { from }, bytes.len())
}

/// Whether `host` can be a host with an optional port.
fn is_host(host: &str) -> bool {
    let bracket = if host.starts_with('[') { until(host, 0, |byte| byte == b']') } else { 0 };
    let port = until(host, bracket, |byte| byte == b':');
    until(host, port + 1, |byte| !byte.is_ascii_digit()) >= host.len()
}

/// Whether `name=`, the start of a query, follows at `start`.
fn begins_query(bytes: &[u8], start: usize) -> bool {
    let mut at = start;
    while at - start < QUERY_NAME
        && (byte(bytes, at).is_ascii_alphanumeric() || b"_%.[]~+-".contains(&byte(bytes, at)))
    {
        at += 1;
    }
    at > start && byte(bytes, at) == b'='
}

/// Whether the domain of an e-mail address starts at `start`. The file of a stack frame, `buy@app.js:1:20`, is none.
fn begins_domain(bytes: &[u8], start: usize) -> bool {
    let mut label = start;
    loop {
        let (mut end, mut is_name) = (label, true);
        while byte(bytes, end).is_ascii_alphanumeric() || byte(bytes, end) == b'-' {
            is_name &= byte(bytes, end).is_ascii_alphabetic();
            end += 1;
        }
        let next = byte(bytes, end);
        let is_frame = next == b'_' || next == b':' && begins_position(bytes, end + 1);
        if label > start && is_name && (2..=24).contains(&(end - label)) && !is_frame {
            return true;
        }
        if end == label || next != b'.' {
            return false;
        }
        label = end + 1;
    }
}

/// Whether `line:column` starts at `start`.
fn begins_position(bytes: &[u8], start: usize) -> bool {
    let mut at = start;
    while at - start < POSITION_DIGITS && byte(bytes, at).is_ascii_digit() {
        at += 1;
    }
    at > start && byte(bytes, at) == b':' && byte(bytes, at + 1).is_ascii_digit()
}

fn is_opaque(scheme: &str) -> bool {
    OPAQUE.iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether the byte ends a word.
fn is_separator(byte: u8) -> bool {
    byte <= b' ' || is_quote(byte) || b"<>()[]{},;=|&!*$^\\:@?#/".contains(&byte)
}

fn is_end_of_path(byte: u8) -> bool {
    matches!(byte, b'?' | b'#')
}

/// The byte at `at`, or 0 beyond the end.
fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// The index of the first `wanted` byte from `start` on, or the end. All wanted bytes are ASCII, so the index is between
/// characters.
fn until(text: &str, start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() && !wanted(byte(bytes, at)) {
        at += 1;
    }
    at
}

/// `&text[start..end]`, without a panic, whose code and message would be a tenth of the module.
fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

/// Whether a segment looks like an id, or contains one: `Orders(1234567)`, `7;session=1a2b3c4d`. Pieces of fewer than four
/// bytes do not count, as in `photo(1).png`.
fn is_id(segment: &str) -> bool {
    let mut pieces = segment.split(['&', '(', ')', ',', ':', ';', '=']);
    looks_like_id(segment) || pieces.any(|piece| piece.len() >= 4 && looks_like_id(piece))
}

fn looks_like_id(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let has = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    // The length in UTF-16 units, as in JavaScript.
    let length = segment.encode_utf16().count();
    let is_file = segment.rsplit_once('.').is_some_and(|(_, end)| {
        (2..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    // Version numbers such as `1.2.0` and file names are kept: they are few and useful.
    digits > 0 && digits == length
        || digits > 0 && hex && length >= 8
        || digits >= 4 && length >= 16 && !bytes.iter().any(|byte| matches!(byte, b'.' | b'['))
        || length >= 64 && !is_file
        || has(b"@")
        || has(b"%40")
}

#[cfg(test)]
mod tests {
    use super::super::shared_cases as cases;
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn cases() -> cases::Scrubs {
        cases::read(include_str!("../../../../tests/cases/rum/scrub.json"))
    }

    #[test]
    fn ids_in_a_path_become_a_placeholder() {
        for (from, to) in cases().paths {
            assert_eq!(path(&from), to, "{from}");
        }
    }

    #[test]
    fn a_route_includes_a_hash_route() {
        for cases::Route { pathname, hash, route: expected, page: scrubbed } in cases().routes {
            assert_eq!(route(&pathname, &hash), expected, "{pathname}{hash}");
            assert_eq!(page(&expected), scrubbed, "{pathname}{hash}");
        }
    }

    #[test]
    fn a_page_on_the_disk_and_one_of_data_are_named_by_their_scheme() {
        for (protocol, route, expected) in [
            ("file:", "/C:/Users/ann/shop/index.html#/orders/1042", "file:#/orders/:id"),
            ("file:", "/Users/ann/shop/index.html", "file:"),
            ("data:", "text/html,<p>Ann Smith</p>", "data:"),
            ("https:", "/orders/1042", "/orders/:id"),
            ("app:", "/orders/1042", "/orders/:id"),
            ("about:", "srcdoc", "srcdoc"),
        ] {
            assert_eq!(page_at(protocol, route), expected, "{protocol}{route}");
        }
    }

    #[test]
    fn scrubbed_urls_keep_their_positions() {
        let cases = cases();
        for (from, to) in cases.texts {
            assert_eq!(text(&from), to, "{from}");
        }
        for (from, to) in cases.addresses {
            assert_eq!(address(&from), to, "{from}");
        }
    }

    /// What scrubbing must remove.
    const SECRET: &str = "5ecre7";

    /// A URL with the secret in each part that may have one.
    fn secret_url() -> impl Strategy<Value = String> {
        let path = "(/[a-z]{1,8}){0,2}(/5ecre7a1b2c3d4e5f6|/5ecre7@b\\.example|/a;b=5ecre7a1b2c3d4e5f6/x)?";
        let query = "(\\?[a-z]{1,5}(\\[\\])?=[a-z(]{0,3}5ecre7[a-z&{}]{0,5}5ecre7)?(#5ecre7=/5ecre7)?";
        let schemes = "(https|HTTP|wss|ftp|web\\+app)://|//";
        let user = "(ann:5ecre7@|5ecre7@|5ecre7:@|a:5ecre7@5ecre7@)?";
        let network = (schemes, user, "[a-z]{1,8}(\\.example)?(:80)?", path, query);
        let opaque = "(mailto:|blob:https://x/|data:text/html,<p>|file:///|javascript:|tel:)5ecre7[a-z/?=@]{0,8}5ecre7";
        prop_oneof![
            network.prop_map(|(scheme, user, host, path, query)| [scheme, user, host, path, query].concat()),
            ("(\\.\\.?)?/[a-z]{1,5}", path, query)
                .prop_map(|(start, path, query)| [start, path, query].concat()),
            opaque,
        ]
    }

    proptest! {
        #[test]
        fn scrubbing_removes_every_secret(
            addresses in proptest::collection::vec(secret_url(), 1..4),
            (before, after) in prop_oneof![Just(("", "")), Just(("(", ")")), Just(("\"", "\"")), Just(("'", "'")), Just(("at ", ":10:5")),
                Just(("f@", ":1:2")), Just(("<", ">")), Just(("[see ", "].")), Just(("url(", "), "))],
            words in "[a-z ]{0,5}",
        ) {
            let from: Vec<String> = addresses.iter().map(|address| [words.as_str(), " ", before, address, after].concat()).collect();
            let from = from.join(" ");
            let scrubbed = text(&from);
            prop_assert!(!scrubbed.contains(SECRET), "{from}: {scrubbed}");
            prop_assert_eq!(&text(&scrubbed), &scrubbed, "{}", from);
        }

        #[test]
        fn text_without_urls_is_unchanged(from in "[A-Za-z .,!'()-]{0,60}") {
            prop_assert_eq!(text(&from), from);
        }

        #[test]
        fn any_text_can_be_scrubbed(from: String) {
            text(&from);
            address(&from);
            prop_assert!(path(&from).len() <= limits::PAGE);
            prop_assert!(page(&route(&from, &from)).len() <= limits::PAGE);
        }

        #[test]
        fn any_punctuation_can_be_scrubbed(from in "[/?#:@&=.(){}'\"<> a1é]{0,60}") {
            text(&from);
        }
    }
}
