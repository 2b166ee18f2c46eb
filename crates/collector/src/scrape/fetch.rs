//! One HTTP request for a text of bounded size, in bounded time.
use std::io::Read;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::RootCertStore;
use whippet_engine::expo::Format;

use super::{NoRoots, Target, tls};

/// No metrics document is larger than this, as it comes and once it is decompressed.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The text format, or else OpenMetrics; whatever comes is looked at.
const ACCEPT: &str = "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1";

/// What gzip begins with (RFC 1952, section 2.3.1), and a metrics text never.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What a backend answered.
#[derive(Debug)]
pub struct Text {
    /// The text, decompressed.
    pub bytes: Vec<u8>,
    /// How it is written, by its `Content-Type`.
    pub format: Format,
}

/// An HTTP client that keeps its connections.
#[derive(Clone)]
pub struct Fetcher {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    timeout: Duration,
}

/// Why there is no text.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// Nobody answers there.
    Unreachable(String),
    /// Its certificate is not trusted.
    Certificate(String),
    /// The answer took too long.
    Timeout(Duration),
    /// The answer was no success.
    Status(StatusCode),
    /// The answer does not end.
    TooLarge,
    /// The connection broke off.
    Broken(String),
    /// The answer is compressed in a way that was not asked for and is not known.
    Encoding,
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(why) => {
                write!(f, "cannot connect: {why}. Is the backend running at this address?")
            }
            Self::Certificate(why) => write!(
                f,
                "{why}. If the authority that signed it is your own, set SSL_CERT_FILE to its certificate"
            ),
            Self::Timeout(after) => write!(f, "no answer within {} ms", after.as_millis()),
            Self::Status(status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) => {
                write!(
                    f,
                    "answered {status}: give a name and a password in the address, http://NAME:PASSWORD@…"
                )
            }
            Self::Status(status) if status.is_redirection() => {
                write!(f, "answered {status}: give the address it redirects to")
            }
            Self::Status(status) => write!(f, "answered {status} instead of 200: is the path right?"),
            Self::TooLarge => write!(f, "the metrics are larger than {} MiB", MAX_BYTES / 1024 / 1024),
            Self::Broken(why) => write!(f, "the answer broke off: {why}"),
            Self::Encoding => f.write_str(
                "the answer is compressed, and neither as gzip nor as deflate: have the backend send it plain",
            ),
        }
    }
}

impl std::error::Error for FetchError {}

impl FetchError {
    fn unreachable(why: String) -> Self {
        if why.starts_with("invalid peer certificate") {
            return Self::Certificate(why);
        }
        Self::Unreachable(why)
    }
}

impl Fetcher {
    /// A client that waits for `timeout` at most, from connecting to the last byte. It trusts no certificate.
    pub fn new(timeout: Duration) -> Self {
        Self::trusting(RootCertStore::empty(), timeout)
    }

    /// One that trusts the certificates which this machine trusts.
    ///
    /// # Errors
    /// Where it trusts none.
    pub fn secure(timeout: Duration) -> Result<Self, NoRoots> {
        Ok(Self::trusting(tls::roots()?, timeout))
    }

    fn trusting(roots: RootCertStore, timeout: Duration) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build(tls::connector(roots)), timeout }
    }

    /// The text of `target`.
    pub async fn get(&self, target: &Target) -> Result<Text, FetchError> {
        match tokio::time::timeout(self.timeout, self.attempt(target)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(FetchError::Timeout(self.timeout)),
        }
    }

    async fn attempt(&self, target: &Target) -> Result<Text, FetchError> {
        let mut request = Request::get(&target.url)
            .header(header::ACCEPT, ACCEPT)
            .header(header::USER_AGENT, concat!("whippet/", env!("CARGO_PKG_VERSION")))
            .body(Body::empty())
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        if let Some(credentials) = &target.credentials {
            request.headers_mut().insert(header::AUTHORIZATION, credentials.clone());
        }
        let answer =
            self.client.request(request).await.map_err(|error| FetchError::unreachable(root(&error)))?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_BYTES).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                FetchError::TooLarge
            } else {
                FetchError::Broken(root(&*error))
            }
        })?;
        let format = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let bytes = plain(body.to_bytes(), &head.headers)?;
        Ok(Text { bytes, format: format.map_or(Format::Text, Format::of) })
    }
}

/// What `sent` is without its encoding. None was asked for, but proxies and some frameworks compress whatever they send.
fn plain(sent: Bytes, headers: &HeaderMap) -> Result<Vec<u8>, FetchError> {
    let said = headers.get(header::CONTENT_ENCODING).map_or(&b""[..], |value| value.as_bytes());
    let is = |name: &str| said.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    if is("gzip") || is("x-gzip") || sent.starts_with(&GZIP) {
        return decoded(MultiGzDecoder::new(&*sent));
    }
    if is("deflate") {
        return decoded(ZlibDecoder::new(&*sent));
    }
    if is("") || is("identity") { Ok(sent.into()) } else { Err(FetchError::Encoding) }
}

/// All that comes out of `decoder`, within the bound, however much it would be.
fn decoded(decoder: impl Read) -> Result<Vec<u8>, FetchError> {
    let mut plain = Vec::new();
    let most = MAX_BYTES as u64 + 1;
    decoder.take(most).read_to_end(&mut plain).map_err(|error| FetchError::Broken(error.to_string()))?;
    if plain.len() > MAX_BYTES { Err(FetchError::TooLarge) } else { Ok(plain) }
}

/// What lies at the bottom: `Connection refused` says more than `client error (Connect)`.
fn root(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
