//! The header `traceparent`, and which requests of the page carry it: <https://www.w3.org/TR/trace-context/>
use super::visit::random_id;
use alloc::string::String;

/// The name of the header.
pub const HEADER: &str = "traceparent";

/// Whether a request to `href` carries the header: if its URL is below one of `prefixes`, and not below `except`, the URL of
/// the collector. A prefix with a leading `/` belongs to the page's own `origin`. A page cannot know where a server
/// redirects a request to, and another origin would have to allow the header: whoever lists a prefix vouches for that. All
/// URLs are absolute and normalised, as browsers write them; `origin` has no trailing `/`.
pub fn is_traced(href: &str, origin: &str, prefixes: &[String], except: &str) -> bool {
    let matches = |prefix: &String| {
        if prefix.starts_with('/') {
            href.strip_prefix(origin).is_some_and(|path| is_below(path, prefix))
        } else {
            is_below(href, prefix)
        }
    };
    prefixes.iter().any(matches) && !is_below(href, except)
}

/// Whether `href` starts with `prefix`, and the prefix ends with a component of the URL: `https://api.example.org` is not
/// below `https://api.example`.
pub fn is_below(href: &str, prefix: &str) -> bool {
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?' | b'#');
    match href.as_bytes().strip_prefix(prefix.as_bytes()) {
        None => false,
        Some(rest) => prefix.as_bytes().last().is_some_and(|last| {
            // A prefix may also end where the URL ends.
            is_end(last) || rest.first().is_none_or(is_end)
        }),
    }
}

/// The value of the header. `trace` is the trace id, 32 hexadecimal digits that are not all 0; `span` is 64 random bits for
/// the parent id. The flag says that the request is sampled.
pub fn traceparent(trace: &str, span: u64) -> String {
    let mut out = String::with_capacity(55);
    out.push_str("00-");
    out.push_str(trace);
    out.push('-');
    // An id of zeros is invalid.
    out.push_str(&random_id(span.max(1)));
    out.push_str("-01");
    out
}

#[cfg(test)]
mod tests {
    use super::super::shared_cases as cases;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_requests_are_traced_as_in_the_npm_package() {
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
    fn the_header_has_the_format_of_the_standard() {
        assert_eq!(
            traceparent("feed00000000beef0123456789abcdef", 0xabc),
            "00-feed00000000beef0123456789abcdef-0000000000000abc-01"
        );
        assert!(traceparent("feed00000000beef0123456789abcdef", 0).ends_with("-0000000000000001-01"));
    }

    proptest! {
        #[test]
        fn urls_below_a_listed_prefix_are_traced(host in "[a-z]{1,8}", path in "[a-z]{1,8}", more in "[a-z.:@-]{1,8}") {
            let listed = [std::format!("https://{host}.example/{path}")];
            let is_traced = |end: &str| is_traced(&(listed[0].clone() + end), "https://me.test", &listed, "about:");
            for end in ["", "/", "?", "#", "/x", "?x", "#x"] {
                prop_assert!(is_traced(end), "{end}");
            }
            prop_assert!(!is_traced(&more));
        }
    }
}
