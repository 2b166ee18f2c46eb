//! Guards what changes something on the private side against pages of other sites. A browser sends the dashboard's password with
//! their requests, too, and without a password any page may send to this machine.
use axum::http::{HeaderMap, StatusCode, Uri, header};

use crate::failure::Failure;

/// Refuses requests that a page of another site makes. Programs send none of these headers.
pub fn check(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // Set by the browser alone: a page cannot.
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(refused()),
        None => {}
    }
    // Browsers without it say at least where a POST comes from.
    let Some(origin) = text(header::ORIGIN.as_str()) else { return Ok(()) };
    let authority = origin.parse::<Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string));
    match (authority, text(header::HOST.as_str())) {
        (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host) => Ok(()),
        _ => Err(refused()),
    }
}

/// Refuses bodies that a page of another site may send without asking first.
pub fn check_json(headers: &HeaderMap) -> Result<(), Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = "the body must be sent with `content-type: application/json`";
    Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_content_type", message))
}

fn refused() -> Failure {
    let message = "a page of another site may not change anything here: use the dashboard, or a program without `Origin`";
    Failure::new(StatusCode::FORBIDDEN, "cross_site", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(entries: &[(&'static str, &'static str)]) -> HeaderMap {
        entries.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        for allowed in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://localhost:7300"), ("host", "localhost:7300")],
            &[("origin", "https://Shop.example"), ("host", "shop.example")],
            // A proxy may have another name for the host: what the browser says counts.
            &[("sec-fetch-site", "same-origin"), ("origin", "https://shop.example"), ("host", "inner:7300")],
        ] {
            assert!(check(&headers(allowed)).is_ok(), "{allowed:?}");
        }
        for refused in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "null"), ("host", "localhost:7300")],
            &[("origin", "http://evil.example"), ("host", "localhost:7300")],
            &[("origin", "http://localhost:9999"), ("host", "localhost:7300")],
            &[("origin", "http://localhost:7300")],
        ] {
            assert_eq!(check(&headers(refused)).unwrap_err().status, StatusCode::FORBIDDEN, "{refused:?}");
        }
        assert!(check_json(&headers(&[("content-type", "application/json; charset=utf-8")])).is_ok());
        for wrong in [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/jsonp")]] {
            assert!(check_json(&headers(wrong)).is_err(), "{wrong:?}");
        }
    }
}
