//! Who a request is from.
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

/// The address a request comes from. Behind `proxies` proxies it is what the outermost of them saw, which it wrote
/// into `X-Forwarded-For` behind whatever the client had put there; anything further to the left is not believed.
pub fn address(request: &Request, proxies: usize) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip());
    forwarded(request.headers(), proxies).unwrap_or(peer)
}

fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let place = proxies.checked_sub(1)?;
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    // Several lines are one list.
    let entry = lines.iter().rev().flat_map(|line| line.rsplit(',')).nth(place)?.trim();
    // Some proxies write the port too.
    entry.parse().ok().or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::address;
    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};
    use std::net::SocketAddr;

    fn check(lines: &[&str], proxies: usize, expected: &str) {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 40_000))));
        for line in lines {
            request.headers_mut().append("x-forwarded-for", line.parse().unwrap());
        }
        assert_eq!(address(&request, proxies).to_string(), expected, "{lines:?} behind {proxies}");
    }

    #[test]
    fn the_header_counts_only_as_far_as_proxies_wrote_it() {
        check(&["192.0.2.7"], 0, "10.0.0.1");
        check(&["192.0.2.7"], 1, "192.0.2.7");
        check(&["6.6.6.6, 192.0.2.7"], 1, "192.0.2.7");
        check(&["6.6.6.6, 192.0.2.7, 10.0.0.2"], 2, "192.0.2.7");
        check(&["6.6.6.6", "192.0.2.7,10.0.0.2"], 2, "192.0.2.7");
        check(&["192.0.2.7:5000"], 1, "192.0.2.7");
        check(&["[2001:db8::1]:5000"], 1, "2001:db8::1");
        check(&["2001:db8::1"], 1, "2001:db8::1");
    }

    #[test]
    fn what_makes_no_sense_is_not_believed() {
        check(&[], 1, "10.0.0.1");
        check(&["unknown"], 1, "10.0.0.1");
        check(&["192.0.2.7"], 3, "10.0.0.1");
    }
}
