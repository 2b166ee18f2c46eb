//! `https`: certificates are checked against the system's authorities, or those of `SSL_CERT_FILE`.
use std::fmt;
use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// There is no authority to check certificates with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRoots(String);

impl fmt::Display for NoRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "https:// addresses are to be scraped, and no certificate authorities were found{}: install the package \
             ca-certificates, or set SSL_CERT_FILE to a PEM file with those to trust",
            self.0
        )
    }
}

impl std::error::Error for NoRoots {}

/// The authorities that this machine trusts.
pub fn roots() -> Result<RootCertStore, NoRoots> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if !roots.is_empty() {
        return Ok(roots);
    }
    let why = found.errors.first().map(|error| format!(" ({error})"));
    Err(NoRoots(why.unwrap_or_default()))
}

/// Connects to `http` and, checked by `roots`, to `https`.
pub fn connector(roots: RootCertStore) -> HttpsConnector<HttpConnector> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("ring knows both versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build()
}
