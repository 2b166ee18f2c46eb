//! Whether anyone may see the dashboard.
use std::net::SocketAddr;

/// Says so where other machines reach the dashboard, and nothing asks them for a token.
pub fn warn_if_open(address: SocketAddr, has_token: bool) {
    if !address.ip().is_loopback() && !has_token {
        tracing::warn!(
            "listening on {address}, which other machines may reach, and anyone may see the dashboard: set \
             WHIPPET_TOKEN, or put a proxy with authentication before everything but /v1/beacons."
        );
    }
}
