//! Which web pages may send beacons.
use axum::http::HeaderValue;
use axum::http::uri::Uri;

/// The allowed origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// All of them.
    Any,
    /// These, each in the form that browsers send: `https://shop.example`; or all subdomains of one: `https://*.shop.example`.
    These(Vec<HeaderValue>),
}

impl Origins {
    /// Whether a page of that origin may send beacons. Browsers send `Origin` with every beacon, so where origins are listed, a
    /// request without it is refused.
    pub fn allow(&self, origin: Option<&HeaderValue>) -> bool {
        match (self, origin) {
            (Self::Any, _) => true,
            (Self::These(_), None) => false,
            (Self::These(origins), Some(origin)) => {
                origins.iter().any(|listed| is_one_of(listed.as_bytes(), origin.as_bytes()))
            }
        }
    }
}

/// Whether `origin` is `listed`, or where that is a wildcard, a subdomain of it with the same scheme and port.
fn is_one_of(listed: &[u8], origin: &[u8]) -> bool {
    let Some(star) = listed.iter().position(|byte| *byte == b'*') else { return listed == origin };
    let (scheme, host) = (&listed[..star], &listed[star + 1..]);
    let Some(below) = origin.strip_prefix(scheme).and_then(|rest| rest.strip_suffix(host)) else {
        return false;
    };
    below.split(|byte| *byte == b'.').all(is_label)
}

fn is_label(label: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len()) && label.iter().all(fits)
}

/// Parses an origin as browsers send it: scheme, host and port, without a path. The host may begin with `*.`.
///
/// # Errors
/// A message that says what is wrong. An entry that no browser's origin can match is refused.
pub fn listed(text: &str) -> Result<HeaderValue, String> {
    const HINT: &str = "must be as browsers send it, such as https://shop.example, http://localhost:5173 or, for all \
                        subdomains, https://*.shop.example, in lower case and without a path";
    let hint = || HINT.to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(hint)?;
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return Err(hint()),
    };
    let url: Uri = text.parse().map_err(|_| hint())?;
    if url.authority().is_none_or(|authority| authority.as_str() != rest) || rest.contains('@') {
        return Err(hint());
    }
    let (host, port) = match rest.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    if let Some(port) = port {
        let number = port.parse::<u16>().ok().filter(|number| *number > 0 && number.to_string() == port);
        let number =
            number.ok_or_else(|| format!("has no port behind the colon, from 1 to 65535: it {HINT}"))?;
        if number == usual {
            return Err(format!(
                "has the usual port of {scheme}, which browsers leave out: write {scheme}://{host}"
            ));
        }
    }
    match host.strip_prefix("*.") {
        None => check_host(host).map_err(|()| hint())?,
        Some(domain) => {
            check_host(domain).map_err(|()| hint())?;
            let numeric =
                domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
            if numeric || domain.starts_with('[') || !domain.contains('.') && domain != "localhost" {
                return Err(format!("stands for far too much or for nothing: it {HINT}"));
            }
        }
    }
    HeaderValue::from_str(text).map_err(|_| hint())
}

fn check_host(host: &str) -> Result<(), ()> {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let sound = match v6 {
        // Browsers send the shortest form.
        Some(address) => {
            address.parse::<std::net::Ipv6Addr>().is_ok_and(|parsed| parsed.to_string() == address)
        }
        None => host.len() <= 253 && host.split('.').all(|label| is_label(label.as_bytes())),
    };
    if sound { Ok(()) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::{Origins, listed};
    use axum::http::HeaderValue;

    #[test]
    fn origins_are_as_browsers_send_them() {
        for right in [
            "https://shop.example",
            "http://localhost:5173",
            "http://192.0.2.7:8080",
            "http://[::1]:8080",
            "https://*.shop.example",
            "https://*.a.shop.example:8443",
            "http://*.localhost:5173",
            "https://xn--mnchen-3ya.example",
        ] {
            assert_eq!(listed(right).unwrap(), right);
        }
        for wrong in [
            "",
            "*",
            "null",
            "shop.example",
            "*.shop.example",
            "https://",
            "https://*",
            "https://*.",
            "https://*.com",
            "https://*.*.shop.example",
            "https://a.*.example",
            "https://*shop.example",
            "https://shop.*",
            "https://**.a.b",
            "*://shop.example",
            "https://*.192.0.2.7",
            "https://*.[::1]",
            "https://shop.example/",
            "https://shop.example/a",
            "https://shop.example?a",
            "https://shop.example#a",
            "https://user@shop.example",
            "https://shop.example:443",
            "http://shop.example:80",
            "https://shop.example:",
            "https://shop.example:0",
            "https://shop.example:99999",
            "https://shop.example:08443",
            "https://shop.example:*",
            "https://shop..example",
            "https://.shop.example",
            "https://Shop.example",
            "HTTPS://shop.example",
            "ftp://a.b",
            "https://shop.example https://b.example",
            "https://shop.example,https://b.example",
            "https://münchen.example",
            "https://[::0001]",
            "https://a%2e.b",
        ] {
            assert!(listed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_star_stands_for_subdomains() {
        let origins = Origins::These(vec![
            listed("https://*.shop.example").unwrap(),
            listed("https://b.example").unwrap(),
        ]);
        let allow = |origin: &str| origins.allow(Some(&HeaderValue::from_str(origin).unwrap()));
        for right in ["https://www.shop.example", "https://a.b.shop.example", "https://b.example"] {
            assert!(allow(right), "{right}");
        }
        for wrong in [
            "https://shop.example",
            "https://.shop.example",
            "https://evilshop.example",
            "http://www.shop.example",
            "https://www.shop.example:8443",
            "https://www.shop.example.evil.example",
            "https://a..shop.example",
            "https://evil.example/.shop.example",
            "https://evil.example#.shop.example",
            "https://x@y.shop.example",
            "https://*.shop.example",
            "https://a.b.example",
            "null",
            "",
        ] {
            assert!(!allow(wrong), "{wrong}");
        }
        assert!(!origins.allow(None), "browsers say where the page is from");
        assert!(Origins::Any.allow(None));
    }
}
