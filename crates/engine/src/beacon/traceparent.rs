//! Which requests of the page carry a `traceparent`, and what it says: <https://www.w3.org/TR/trace-context/>
use super::session::name;
use alloc::string::String;

/// The name of the header.
pub const HEADER: &str = "traceparent";

/// Whether a request to the address `href` carries the header: one that begins as one of `listed` does, where a `/` in
/// front stands for the page's own `origin`. Nobody sees beforehand where a server redirects a request to, and another
/// origin would have to allow the header; who lists an address says that it does, or that there is no redirect. What
/// goes to `except`, where beacons go, is none of the page's. All other addresses are whole and as browsers write them;
/// the origin has no `/` at its end.
pub fn is_traced(href: &str, origin: &str, listed: &[String], except: &str) -> bool {
    let is_wanted = |beginning: &String| {
        if beginning.starts_with('/') {
            href.strip_prefix(origin).is_some_and(|path| is_below(path, beginning))
        } else {
            is_below(href, beginning)
        }
    };
    listed.iter().any(is_wanted) && !is_below(href, except)
}

/// Whether the address `href` begins with `beginning`, which ends where a part of the address does:
/// `https://api.example` is not the beginning of `https://api.example.org`.
pub fn is_below(href: &str, beginning: &str) -> bool {
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?' | b'#');
    match href.as_bytes().strip_prefix(beginning.as_bytes()) {
        None => false,
        Some(rest) => beginning.as_bytes().last().is_some_and(|last| {
            // At the end of the address is as good as before a `/`.
            is_end(last) || rest.first().is_none_or(is_end)
        }),
    }
}

/// What the header says: of the trace `trace`, 32 hexadecimal digits of which one is not 0, this request, named by
/// 64 random bits; it is recorded.
pub fn traceparent(trace: &str, span: u64) -> String {
    let mut out = String::with_capacity(55);
    out.push_str("00-");
    out.push_str(trace);
    out.push('-');
    // All zeros would be no name.
    out.push_str(&name(span.max(1)));
    out.push_str("-01");
    out
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_requests_carry_it_as_in_the_npm_package() {
        let cases: cases::Traces = cases::read(include_str!("../../../../tests/cases/rum/traceparent.json"));
        for cases::Trace { href, listed, traced } in cases.cases {
            assert_eq!(
                is_traced(&href, &cases.origin, &listed, &cases.endpoint),
                traced,
                "{href} {listed:?}"
            );
        }
    }

    #[test]
    fn it_reads_as_the_standard_has_it() {
        assert_eq!(
            traceparent("feed00000000beef0123456789abcdef", 0xabc),
            "00-feed00000000beef0123456789abcdef-0000000000000abc-01"
        );
        assert!(traceparent("feed00000000beef0123456789abcdef", 0).ends_with("-0000000000000001-01"));
    }

    proptest! {
        #[test]
        fn below_what_is_listed_and_nowhere_else(host in "[a-z]{1,8}", path in "[a-z]{1,8}", more in "[a-z.:@-]{1,8}") {
            let listed = [std::format!("https://{host}.example/{path}")];
            let is_traced = |end: &str| is_traced(&(listed[0].clone() + end), "https://me.test", &listed, "about:");
            for end in ["", "/", "?", "#", "/x", "?x", "#x"] {
                prop_assert!(is_traced(end), "{end}");
            }
            prop_assert!(!is_traced(&more));
        }
    }
}
