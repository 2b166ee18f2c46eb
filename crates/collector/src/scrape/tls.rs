//! TLS for scrapes: certificates are checked by the system's certificate authorities, or those of `SSL_CERT_FILE`.
use std::fmt;
use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// No certificate authority was found. Where one could not be read, the first such error.
#[derive(Debug)]
pub struct NoRoots(Option<rustls_native_certs::Error>);

impl fmt::Display for NoRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("https:// addresses are to be scraped, and no certificate authorities were found")?;
        if let Some(error) = &self.0 {
            write!(f, " ({error})")?;
        }
        f.write_str(
            ": install the package ca-certificates, or set SSL_CERT_FILE to a PEM file with those to trust",
        )
    }
}

impl std::error::Error for NoRoots {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.as_ref().map(|error| error as _)
    }
}

/// The certificate authorities that this machine trusts.
pub fn roots() -> Result<RootCertStore, NoRoots> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if !roots.is_empty() {
        return Ok(roots);
    }
    Err(NoRoots(found.errors.into_iter().next()))
}

/// Connects to `http`, and to `https` where a certificate of `roots` vouches for the server.
pub fn connector(roots: RootCertStore) -> HttpsConnector<HttpConnector> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("ring knows both versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build()
}
