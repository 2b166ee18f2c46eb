//! Checks the `Host` of requests from this machine.
//!
//! A site can make its own name resolve to 127.0.0.1 (DNS rebinding). A browser on this machine then takes the collector
//! for that site, and lets its pages read the answers. Such a request has the site's name in `Host`.
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;

use crate::failure::Failure;
use crate::open_paths::OPEN_PATHS;

/// Restricts `router`: requests from this machine must name it by a local name, an IP address, or a name of `allowed`.
pub fn guarded(router: Router, allowed: Vec<String>) -> Router {
    let allowed = Arc::new(allowed);
    router.layer(from_fn(move |request: Request, next: Next| {
        let allowed = Arc::clone(&allowed);
        async move {
            if is_meant(&request, &allowed) {
                return next.run(request).await;
            }
            let message = "this name is not one of the collector's: ask for 127.0.0.1 or localhost. If it is the name of \
                           a proxy before it, start whippet with --allow-host NAME";
            Failure::new(StatusCode::FORBIDDEN, "foreign_host", message).into_response()
        }
    }))
}

fn is_meant(request: &Request, allowed: &[String]) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let here = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if !here || OPEN_PATHS.contains(&request.uri().path()) {
        return true;
    }
    // Browsers always send `Host`.
    let given = request.headers().get_all(header::HOST).iter().map(|value| value.to_str().unwrap_or("?"));
    given
        .chain(request.uri().authority().map(axum::http::uri::Authority::as_str))
        .all(|host| is_own(host, allowed))
}

/// Whether no other site can own this name.
fn is_own(host: &str, allowed: &[String]) -> bool {
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(&name);
    // Browsers resolve the names below `localhost` to this machine, whatever a server says: RFC 6761, section 6.3.
    name == "localhost"
        || name.ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok()
        || allowed.contains(&name)
}

/// A name for `--allow-host`.
///
/// # Errors
/// A message that says why it is no name.
pub fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || text.len() > 253 || !text.chars().all(fits) || text.split('.').any(str::is_empty) {
        return Err("must be a name without a scheme and a port, such as metrics.shop.example".to_owned());
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{is_own, name};

    #[test]
    fn only_names_that_no_other_site_can_have() {
        let allowed = [name("Metrics.shop.example").unwrap()];
        for own in [
            "localhost",
            "LOCALHOST:7300",
            "localhost.:7300",
            "a.localhost",
            "127.0.0.1:7300",
            "127.0.0.1",
            "[::1]:7300",
            "192.0.2.7",
            "metrics.shop.example",
            "METRICS.shop.example:443",
        ] {
            assert!(is_own(own, &allowed), "{own}");
        }
        for foreign in [
            "evil.example",
            "evil.example:7300",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "xlocalhost",
            "",
            "?",
            "shop.example",
            "a.metrics.shop.example",
            "127.0.0.1@evil.example",
            "0x7f.1.evil",
        ] {
            assert!(!is_own(foreign, &allowed), "{foreign}");
        }
        for wrong in ["", "https://a.b", "a.b:80", "*.a.b", "a..b", ".", "a b"] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }
}
