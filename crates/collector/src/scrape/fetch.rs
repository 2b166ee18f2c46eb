//! One HTTP request for a text of bounded size, in bounded time.
use std::collections::HashMap;
use std::error::Error;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, Request, StatusCode, header};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::RootCertStore;

use super::target::Address;
use super::tls::{self, Stamp, Tls, TlsError};
use super::{NoRoots, Settings};

/// The largest document where the target sets no limit; bytes, before and after decompression.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Prefers the text format to OpenMetrics, both to JSON, and refuses no other type.
const ACCEPT: &str = "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,application/json;q=0.4,*/*;q=0.1";

/// Tells an exporter that asks elsewhere itself, such as those for SNMP and of black boxes, how many seconds it has: as Prometheus
/// does.
const TIMEOUT: HeaderName = HeaderName::from_static("x-prometheus-scrape-timeout-seconds");

/// The first bytes of gzip (RFC 1952, section 2.3.1). No metrics text begins with them.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How TLS says that a client's certificate is missing or not trusted (RFC 8446, section 6.2).
const IDENTITY: [&str; 7] = [
    "CertificateRequired",
    "BadCertificate",
    "UnsupportedCertificate",
    "CertificateRevoked",
    "CertificateExpired",
    "CertificateUnknown",
    "UnknownCA",
];

/// The answer of a backend.
#[derive(Debug)]
pub struct Text {
    /// The text, decompressed.
    pub bytes: Vec<u8>,
    /// Its `Content-Type`; empty where there is none.
    pub content_type: String,
}

type HttpClient = Client<HttpsConnector<HttpConnector>, Body>;

/// An HTTP client that keeps its connections.
#[derive(Clone)]
pub struct Fetcher {
    plain: HttpClient,
    /// One for each set of trusted authorities, made when it is first needed, and again when its files have changed.
    secure: Arc<Mutex<HashMap<Tls, (Stamp, HttpClient)>>>,
    timeout: Duration,
}

type BoxError = Box<dyn Error + Send + Sync>;

/// Why a fetch failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// The connection or the request failed.
    Unreachable(BoxError),
    /// The certificate is not trusted.
    Certificate(BoxError),
    /// The server wants another certificate of the collector than it showed, or one at all.
    Identity(BoxError),
    /// What answers does not speak TLS.
    NotTls,
    /// There was no complete answer within this time.
    Timeout(Duration),
    /// The answer has another status than 200.
    Status(StatusCode),
    /// The answer is larger than this limit, bytes.
    TooLarge(usize),
    /// TLS cannot be set up.
    Tls(TlsError),
    /// The answer ended early, or cannot be decompressed.
    Broken(BoxError),
    /// The answer has an unknown `Content-Encoding`.
    Encoding,
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(error) => {
                write!(f, "cannot connect: {}. Is the backend running at this address?", root(&**error))
            }
            Self::Certificate(error) => write!(
                f,
                "{}. If the authority that signed it is your own, set SSL_CERT_FILE, or the target's `ca_file`, to its certificate",
                root(&**error)
            ),
            Self::Identity(error) => write!(
                f,
                "{}: the backend wants a certificate that it trusts. Give the target a `cert_file` and a `key_file`",
                root(&**error)
            ),
            Self::NotTls => {
                f.write_str("what answers there does not speak TLS: is it http:// instead of https://?")
            }
            Self::Timeout(after) => write!(f, "no answer within {} ms", after.as_millis()),
            Self::Status(status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) => {
                write!(
                    f,
                    "answered {status}: give a name and a password in the address, http://NAME:PASSWORD@…, or a `bearer` token in the configuration file"
                )
            }
            Self::Status(status) if status.is_redirection() => {
                write!(f, "answered {status}: give the address it redirects to")
            }
            Self::Status(status) => write!(f, "answered {status} instead of 200: is the path right?"),
            Self::TooLarge(most) if *most >= 1 << 20 => write!(f, "the metrics are larger than {} MiB", most >> 20),
            Self::TooLarge(most) => write!(f, "the metrics are larger than {} KiB", most >> 10),
            Self::Tls(error) => error.fmt(f),
            Self::Broken(error) => write!(f, "the answer broke off: {}", root(&**error)),
            Self::Encoding => f.write_str(
                "the answer is compressed, and neither as gzip nor as deflate: have the backend send it plain",
            ),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable(error)
            | Self::Certificate(error)
            | Self::Identity(error)
            | Self::Broken(error) => Some(&**error),
            Self::Tls(error) => Some(error),
            Self::NotTls | Self::Timeout(_) | Self::Status(_) | Self::TooLarge(_) | Self::Encoding => None,
        }
    }
}

impl FetchError {
    fn unreachable(error: BoxError) -> Self {
        // rustls' error is wrapped by the client's, which names no type for it.
        let said = root(&*error).to_string();
        let alert = said.strip_prefix("received fatal alert: ");
        if said.starts_with("invalid peer certificate") {
            Self::Certificate(error)
        } else if said.starts_with("received corrupt message of type InvalidContentType") {
            Self::NotTls
        } else if alert.is_some_and(|alert| IDENTITY.contains(&alert)) {
            Self::Identity(error)
        } else {
            Self::Unreachable(error)
        }
    }
}

impl Fetcher {
    /// `timeout` covers a whole request, from connecting to the last byte, where the target sets none.
    pub fn new(timeout: Duration) -> Self {
        Self { plain: client(tls::connector(RootCertStore::empty())), secure: Arc::default(), timeout }
    }

    /// The same, and `https` targets can be scraped: the certificate authorities of this machine are trusted.
    ///
    /// # Errors
    /// When the machine has none.
    pub fn secure(timeout: Duration) -> Result<Self, NoRoots> {
        let fetcher = Self::new(timeout);
        let connector = tls::connector(tls::roots()?);
        fetcher.clients().insert(Tls::default(), (Stamp::new(), client(connector)));
        Ok(fetcher)
    }

    /// Reads the certificates of a target.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn prepare(&self, tls: &Tls) -> Result<(), TlsError> {
        self.trusting(tls).map(drop)
    }

    fn trusting(&self, tls: &Tls) -> Result<HttpClient, TlsError> {
        // Before the files are read: a change meanwhile is seen the next time.
        let stamp = tls.stamp();
        let mut clients = self.clients();
        if let Some((_, client)) = clients.get(tls).filter(|known| known.0 == stamp) {
            return Ok(client.clone());
        }
        let connector = match tls.connector() {
            Ok(connector) => connector,
            // In the midst of a renewal, the files of before count.
            Err(error) => return clients.get(tls).map(|known| known.1.clone()).ok_or(error),
        };
        let client = client(connector);
        clients.insert(tls.clone(), (stamp, client.clone()));
        Ok(client)
    }

    fn clients(&self) -> std::sync::MutexGuard<'_, HashMap<Tls, (Stamp, HttpClient)>> {
        self.secure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches the document at `address`.
    pub async fn get(&self, address: &Address, settings: &Settings) -> Result<Text, FetchError> {
        let timeout = settings.timeout.unwrap_or(self.timeout);
        match tokio::time::timeout(timeout, self.attempt(address, settings, timeout)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(FetchError::Timeout(timeout)),
        }
    }

    async fn attempt(
        &self,
        address: &Address,
        settings: &Settings,
        timeout: Duration,
    ) -> Result<Text, FetchError> {
        let client = match address.is_secure() {
            true => self.trusting(&settings.tls).map_err(FetchError::Tls)?,
            false => self.plain.clone(),
        };
        let answer = match client.request(request(address, settings, timeout)?).await {
            // A server may close a connection that was kept open just as the next request arrives. Only a new connection
            // tells whether it is down.
            Err(error) if !error.is_connect() => client.request(request(address, settings, timeout)?).await,
            outcome => outcome,
        };
        let answer = answer.map_err(|error| FetchError::unreachable(error.into()))?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let most = settings.max_size.unwrap_or(MAX_BYTES);
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, most).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                FetchError::TooLarge(most)
            } else {
                FetchError::Broken(error)
            }
        })?;
        let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Ok(Text { bytes: plain(body.to_bytes(), &head.headers, most)?, content_type })
    }
}

fn request(address: &Address, settings: &Settings, timeout: Duration) -> Result<Request<Body>, FetchError> {
    let mut request = Request::get(&address.url)
        .header(header::ACCEPT, ACCEPT)
        .header(header::USER_AGENT, concat!("whippet/", env!("CARGO_PKG_VERSION")))
        .header(TIMEOUT, timeout.as_secs_f64().to_string())
        .body(Body::empty())
        .map_err(|error| FetchError::Unreachable(error.into()))?;
    for (name, value) in &settings.headers {
        request.headers_mut().insert(name, value.clone());
    }
    if let Some(credentials) = &address.credentials {
        request.headers_mut().insert(header::AUTHORIZATION, credentials.clone());
    }
    Ok(request)
}

fn client(connector: HttpsConnector<HttpConnector>) -> HttpClient {
    Client::builder(TokioExecutor::new()).build(connector)
}

/// Decompresses a body. The request asks for no compression, but some proxies and frameworks compress regardless.
fn plain(sent: Bytes, headers: &HeaderMap, most: usize) -> Result<Vec<u8>, FetchError> {
    let said = headers.get(header::CONTENT_ENCODING).map_or(&b""[..], |value| value.as_bytes());
    let is = |name: &str| said.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    if is("gzip") || is("x-gzip") || sent.starts_with(&GZIP) {
        return decoded(MultiGzDecoder::new(&*sent), most);
    }
    if is("deflate") {
        return decoded(ZlibDecoder::new(&*sent), most);
    }
    if is("") || is("identity") { Ok(sent.into()) } else { Err(FetchError::Encoding) }
}

/// Reads `decoder` to its end, or to `most` bytes.
fn decoded(decoder: impl Read, most: usize) -> Result<Vec<u8>, FetchError> {
    let mut plain = Vec::new();
    decoder
        .take(most as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|error| FetchError::Broken(error.into()))?;
    if plain.len() > most { Err(FetchError::TooLarge(most)) } else { Ok(plain) }
}

/// The innermost source: `Connection refused` says more than `client error (Connect)`.
fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest
}
