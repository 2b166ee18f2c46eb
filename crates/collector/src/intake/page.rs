//! Pages and applications from addresses.
use axum::http::{HeaderMap, header};
use whippet_engine::beacon::{limits, scrub};

use super::text::label;

/// The page at an address or a path, scrubbed: `https://shop.example/orders/1042?key=x` is `/orders/:id`. A name that is no
/// address stays. `None` where nothing can be seen of it.
pub fn page_of(address: &str) -> Option<String> {
    let address = limits::cut(address.trim(), 4 * limits::PAGE);
    let page = match address.split_once("://") {
        Some(("http" | "https", rest)) => scrubbed(&rest[rest.find(['/', '?', '#'])?..]),
        _ if address.starts_with(['/', '?', '#']) => scrubbed(address),
        _ => limits::line(&scrub::text(address), limits::PAGE),
    };
    label(&page, limits::PAGE)
}

fn scrubbed(route: &str) -> String {
    let (path, hash) = route.split_at(route.find('#').unwrap_or(route.len()));
    scrub::page(&scrub::route(path.split('?').next().unwrap_or_default(), hash))
}

/// The page that the browser says it is on, by `Referer`. Browsers cut it to the origin for other origins, so a bare origin
/// says nothing unless it is this server's.
pub fn referred(headers: &HeaderMap) -> Option<String> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let rest = referer.split_once("://")?.1;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let own = headers.get(header::HOST).is_some_and(|own| own.as_bytes() == host.as_bytes());
    if path.len() > 1 || own { page_of(referer) } else { None }
}

/// The application that is meant where nobody names one: the host of the page.
pub fn app_of(address: &str) -> Option<String> {
    let rest = address.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    label(host, limits::LABEL)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};
    use proptest::prelude::*;

    use super::{app_of, page_of, referred};

    #[test]
    fn pages_are_scrubbed_paths() {
        for (address, page) in [
            ("https://shop.example/orders/1042?key=x#top", Some("/orders/:id")),
            ("https://shop.example", None),
            ("https://shop.example/", Some("/")),
            ("https://shop.example?key=x", Some("/")),
            ("http://localhost:8080/app#/orders/7?x=1", Some("/app#/orders/:id")),
            ("/orders/:id", Some("/orders/:id")),
            ("/orders/1042", Some("/orders/:id")),
            ("checkout", Some("checkout")),
            ("", None),
            ("\u{200b}", None),
        ] {
            assert_eq!(page_of(address).as_deref(), page, "{address}");
        }
    }

    #[test]
    fn a_referer_that_was_cut_to_its_origin_is_no_page() {
        let page = |referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "collect.example:7300".parse().unwrap());
            headers.insert(header::REFERER, referer.parse().unwrap());
            referred(&headers)
        };
        assert_eq!(page("https://shop.example/"), None);
        assert_eq!(page("https://shop.example/orders/1042").as_deref(), Some("/orders/:id"));
        assert_eq!(page("http://collect.example:7300/").as_deref(), Some("/"));
        assert_eq!(app_of("https://ann@shop.example/x").as_deref(), Some("shop.example"));
        assert_eq!(app_of("about:blank"), None);
    }

    proptest! {
        #[test]
        fn any_address_gives_a_short_line_or_nothing(address: String) {
            if let Some(page) = page_of(&address) {
                prop_assert!((1..=512).contains(&page.len()) && !page.contains(char::is_control));
            }
            let _ = app_of(&address);
        }
    }
}
