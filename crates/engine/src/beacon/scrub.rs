//! Takes out of addresses what may tell who somebody is, before it leaves the page.
use super::limits;
use alloc::string::String;

/// The page that `path` shows: without query and fragment, and with `:id` for each segment that looks like
/// one of many: a number, a UUID, a hash, a token, an e-mail address. `/orders/1042?key=x` is `/orders/:id`.
pub fn path(path: &str) -> String {
    let mut out = String::new();
    let mut start = 0;
    let end = until(path, 0, |byte| byte == b'?' || byte == b'#');
    loop {
        let slash = until(path, start, |byte| byte == b'/').min(end);
        let segment = part(path, start, slash);
        out.push_str(if is_id(segment) { ":id" } else { segment });
        if slash == end {
            break;
        }
        out.push('/');
        start = slash + 1;
    }
    if out.is_empty() {
        out.push('/');
    }
    limits::line(&out, limits::PAGE)
}

/// The route that an address shows, by `location.pathname` and `location.hash`: the path, and the fragment too where
/// that is a route, as hash routers have it: `/app#/orders/7`. A fragment's root is the page itself, and its query says
/// no more than the path's. Not scrubbed yet: see [`page`].
pub fn route(pathname: &str, hash: &str) -> String {
    let mut out = String::from(pathname);
    let fragment = part(hash, 1, hash.len());
    let fragment = part(fragment, 0, until(fragment, 0, |byte| byte == b'?' || byte == b'#'));
    let within = fragment.strip_prefix('!').unwrap_or(fragment).strip_prefix('/');
    if within.is_some_and(|within| !within.is_empty()) {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// A [`route`] as [`path`] has a path: `/app#/orders/1042` is `/app#/orders/:id`.
pub fn page(route: &str) -> String {
    let hash = until(route, 0, |byte| byte == b'#');
    let mut out = path(part(route, 0, hash));
    if hash < route.len() {
        out.push('#');
        out.push_str(&path(part(route, hash + 1, route.len())));
    }
    limits::line(&out, limits::PAGE)
}

/// `text`, an error's message or source, with all addresses in it cut before their query or fragment. The
/// `:line:column` that browsers write behind an address stays.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut at = 0;
    while at < text.len() {
        if !text.as_bytes()[at..].starts_with(b"://") {
            at += 1;
            continue;
        }
        // The address goes on until something that cannot be in one.
        let end = until(text, at, |byte| byte <= b' ' || b"\"'`<>()[]{}".contains(&byte));
        let query = until(text, at, |byte| byte == b'?' || byte == b'#').min(end);
        out.push_str(part(text, done, query));
        out.push_str(position(part(text, query, end)));
        done = end;
        at = end;
    }
    out.push_str(part(text, done, text.len()));
    out
}

/// The `:line:column` at the end of `address`, or nothing.
fn position(address: &str) -> &str {
    let bytes = address.as_bytes();
    let (mut at, mut from) = (bytes.len(), bytes.len());
    while at > 0 {
        at -= 1;
        match bytes[at] {
            byte if byte.is_ascii_digit() => {}
            // A number stands behind each.
            b':' if from - at > 1 => from = at,
            _ => break,
        }
    }
    part(address, from, bytes.len())
}

/// Where the first byte that is `wanted` stands, from `start` on; the end where there is none. Only ASCII is
/// ever wanted here, so it is a boundary between characters.
fn until(text: &str, start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() && !wanted(bytes[at]) {
        at += 1;
    }
    at
}

/// `&text[start..end]`, without the panic and its message: they would be a tenth of the module.
fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

fn is_id(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let has = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    // Version numbers such as `1.2.0` stay: they are few, and telling.
    digits > 0 && digits == bytes.len()
        || digits > 0 && hex && bytes.len() >= 8
        || digits >= 4 && bytes.len() >= 16 && !bytes.contains(&b'.')
        || bytes.len() >= 64
        || has(b"@")
        || has(b"%40")
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;
    use proptest::prelude::*;

    fn cases() -> cases::Scrubs {
        cases::read(include_str!("../../../../tests/cases/rum/scrub.json"))
    }

    #[test]
    fn ids_become_templates() {
        for (from, to) in cases().paths {
            assert_eq!(path(&from), to, "{from}");
        }
    }

    #[test]
    fn a_route_may_be_in_the_fragment() {
        for cases::Route { pathname, hash, route: expected, page: scrubbed } in cases().routes {
            assert_eq!(route(&pathname, &hash), expected, "{pathname}{hash}");
            assert_eq!(page(&expected), scrubbed, "{pathname}{hash}");
        }
    }

    #[test]
    fn addresses_lose_their_queries_and_keep_their_positions() {
        for (from, to) in cases().texts {
            assert_eq!(text(&from), to, "{from}");
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
            prop_assert!(page(&route(&from, &from)).len() <= limits::PAGE);
        }
    }
}
