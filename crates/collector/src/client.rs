//! Who a request is from.
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use whippet_store::{Browser, Client};

/// The address a request comes from. Behind `proxies` proxies it is what the outermost of them saw, which it wrote
/// into `X-Forwarded-For` behind whatever the client had put there; anything further to the left is not believed.
pub fn address(request: &Request, proxies: usize) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip());
    forwarded(request.headers(), proxies).unwrap_or(peer)
}

/// Who sent a beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The address.
    pub address: IpAddr,
    /// The family of the browser.
    pub browser: Browser,
}

/// Tells clients' networks apart without keeping their addresses: by a hash with a key of this process, which is never
/// written down.
#[derive(Clone, Default)]
pub struct Networks(RandomState);

impl Networks {
    /// What the store may know of a client.
    pub fn client(&self, Sender { address, browser }: Sender) -> Client {
        Client { network: self.network(address), local: is_local(address), browser }
    }

    /// What tells its network from others.
    pub fn network(&self, address: IpAddr) -> u64 {
        self.0.hash_one(network(address))
    }
}

/// Whether the address is of this machine, or of a network that nobody outside of it can send from.
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// One IPv6 customer has 2^64 addresses: the network counts.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let place = proxies.checked_sub(1)?;
    // As bytes: a client may begin the line that a proxy appends to with some that are no text. Several lines are one list.
    let lines: Vec<&[u8]> = headers.get_all("x-forwarded-for").iter().map(|line| line.as_bytes()).collect();
    let entry = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')).nth(place)?;
    let entry = std::str::from_utf8(entry).ok()?.trim();
    // Some proxies write the port too.
    entry.parse().ok().or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::{Networks, Sender, address};
    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};
    use axum::http::HeaderValue;
    use std::net::SocketAddr;
    use whippet_store::Browser;

    fn sender(address: &str) -> Sender {
        Sender { address: address.parse().unwrap(), browser: Browser::Unknown }
    }

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
    fn bytes_that_are_no_text_hide_nobody() {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 40_000))));
        let line = HeaderValue::from_bytes(b"\xff, 192.0.2.7").unwrap();
        request.headers_mut().insert("x-forwarded-for", line);
        assert_eq!(address(&request, 1).to_string(), "192.0.2.7");
        // What a proxy did not write is not believed.
        assert_eq!(address(&request, 2).to_string(), "10.0.0.1");
    }

    #[test]
    fn clients_of_one_network_are_one_client() {
        let networks = Networks::default();
        let client = |address: &str| networks.client(sender(address));
        assert_eq!(client("203.0.113.7"), client("::ffff:203.0.113.7"));
        assert_eq!(client("2001:db8::1"), client("2001:db8::2"));
        assert_ne!(client("203.0.113.7").network, client("203.0.113.8").network);
        assert_ne!(client("203.0.113.7"), Networks::default().client(sender("203.0.113.7")), "another key");
    }

    #[test]
    fn addresses_that_the_internet_cannot_send_from_are_local() {
        let is_local = |address: &str| Networks::default().client(sender(address)).local;
        for local in [
            "127.0.0.1",
            "127.1.2.3",
            "10.1.2.3",
            "192.168.0.9",
            "172.20.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_local(local), "{local}");
        }
        for public in
            ["203.0.113.7", "100.64.0.1", "172.32.0.1", "2001:db8::1", "0.0.0.0", "::ffff:203.0.113.7"]
        {
            assert!(!is_local(public), "{public}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_not_believed() {
        check(&[], 1, "10.0.0.1");
        check(&["unknown"], 1, "10.0.0.1");
        check(&["192.0.2.7"], 3, "10.0.0.1");
    }
}
