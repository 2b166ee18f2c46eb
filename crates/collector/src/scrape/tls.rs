//! TLS for scrapes: certificates are checked by the system's certificate authorities, those of `SSL_CERT_FILE`, or those of
//! the target's `ca_file`.
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
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

/// How a target's certificate is checked, and who scrapes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tls {
    /// A PEM file with the certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// PEM files with the certificate and the key that the scraper shows.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// When files were changed last, and their lengths; `None` for one that cannot be looked at.
pub type Stamp = Vec<Option<(SystemTime, u64)>>;

/// Why TLS cannot be set up for a target.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// The system has no certificate authorities.
    NoRoots(NoRoots),
    /// A file cannot be read, or holds nothing of what it should.
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not fit each other, or are of no use.
    Identity(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoots(error) => error.fmt(f),
            Self::File { path, source } => {
                write!(f, "{} is no PEM file that can be used: {source}", path.display())
            }
            Self::Identity(error) => {
                write!(f, "`cert_file` and `key_file` cannot be used together: {error}")
            }
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoRoots(error) => Some(error),
            Self::File { source, .. } => Some(source),
            Self::Identity(error) => Some(error),
        }
    }
}

impl Tls {
    /// The state of its files, by which those that are renewed while the collector runs are known.
    pub fn stamp(&self) -> Stamp {
        let identity = self.identity.iter().flat_map(|(certificate, key)| [certificate, key]);
        let look = |path: &PathBuf| {
            let metadata = path.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        self.ca_file.iter().chain(identity).map(look).collect()
    }

    /// Connects to `http`, and to `https` where a certificate of the trusted authorities vouches for the server.
    pub fn connector(&self) -> Result<HttpsConnector<HttpConnector>, TlsError> {
        let roots = match &self.ca_file {
            None => roots().map_err(TlsError::NoRoots)?,
            Some(path) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(certificates(path)?);
                if roots.is_empty() {
                    return Err(no_items(path));
                }
                roots
            }
        };
        let Some((certificate, key)) = &self.identity else { return Ok(connector(roots)) };
        let chain = certificates(certificate)?;
        let read = |source| TlsError::File { path: key.clone(), source };
        let key = PrivateKeyDer::from_pem_file(key).map_err(read)?;
        let config = builder().with_root_certificates(roots).with_client_auth_cert(chain, key);
        Ok(over(config.map_err(TlsError::Identity)?))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = |source| TlsError::File { path: path.to_owned(), source };
    let found: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(read)?.collect::<Result<_, _>>().map_err(read)?;
    if found.is_empty() { Err(no_items(path)) } else { Ok(found) }
}

fn no_items(path: &Path) -> TlsError {
    TlsError::File { path: path.to_owned(), source: rustls::pki_types::pem::Error::NoItemsFound }
}

/// Connects to `http`, and to `https` where a certificate of `roots` vouches for the server.
pub fn connector(roots: RootCertStore) -> HttpsConnector<HttpConnector> {
    over(builder().with_root_certificates(roots).with_no_client_auth())
}

fn builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("ring knows both versions")
}

fn over(config: ClientConfig) -> HttpsConnector<HttpConnector> {
    HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build()
}
