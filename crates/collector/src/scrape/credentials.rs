//! User name and password of a scrape URL: they are sent as `Authorization: Basic` and never shown.
use axum::http::HeaderValue;
use axum::http::uri::{Authority, InvalidUri, Uri};

use crate::token::base64;

/// Splits `url` into the URL without credentials, and the `Authorization` header that carries them.
pub fn split(url: Uri) -> Result<(Uri, Option<HeaderValue>), InvalidUri> {
    let Some((user, host)) = url.authority().and_then(|authority| authority.as_str().rsplit_once('@')) else {
        return Ok((url, None));
    };
    let bytes = decoded(user);
    // RFC 7617, section 2: the colon is required, also where there is no password.
    let pair = if bytes.contains(&b':') { bytes } else { [&bytes[..], b":"].concat() };
    let header = HeaderValue::try_from(format!("Basic {}", base64(&pair))).ok().map(|mut header| {
        // `Debug` prints "Sensitive" instead of the value.
        header.set_sensitive(true);
        header
    });
    let host: Authority = host.parse()?;
    let mut parts = url.into_parts();
    parts.authority = Some(host);
    // This cannot fail: all parts but the authority are those of a valid URL.
    Ok((Uri::from_parts(parts).unwrap_or_default(), header))
}

/// A URL as it is shown: without its query, which may hold a token.
pub fn shown(url: &Uri) -> String {
    let text = url.to_string();
    match text.split_once('?') {
        Some((address, _)) => format!("{address}?…"),
        None => text,
    }
}

/// Percent-decodes (RFC 3986, section 2.1). An invalid triplet is kept as text.
fn decoded(text: &str) -> Vec<u8> {
    let digit = |place: Option<&u8>| place.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut plain, mut at) = (text.as_bytes(), Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{shown, split};

    #[test]
    fn credentials_leave_the_address() {
        for (url, address, header) in [
            ("http://a.b/metrics", "http://a.b/metrics", None),
            (
                "http://aladdin:open%20sesame@a.b:8080/m?x=1",
                "http://a.b:8080/m?x=1",
                Some("Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ),
            ("https://a:b%40c@[::1]:9/", "https://[::1]:9/", Some("Basic YTpiQGM=")),
            ("http://token@a.b/", "http://a.b/", Some("Basic dG9rZW46")),
            ("http://a:%zz@a.b/", "http://a.b/", Some("Basic YToleno=")),
        ] {
            let (left, sent) = split(url.parse().unwrap()).unwrap();
            assert_eq!(left, address);
            assert_eq!(sent.as_ref().map(|header| header.to_str().unwrap()), header, "{url}");
            assert!(sent.is_none() || format!("{sent:?}").contains("Sensitive"));
        }
    }

    #[test]
    fn a_query_is_not_shown() {
        assert_eq!(shown(&"http://a.b/m?token=x".parse().unwrap()), "http://a.b/m?…");
        assert_eq!(shown(&"http://a.b/m".parse().unwrap()), "http://a.b/m");
    }
}
