//! One HTTP request for a text of bounded size, in bounded time.
use std::error::Error;
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

/// The largest metrics text in bytes, before and after decompression.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Prefers the text format to OpenMetrics, and refuses no other type.
const ACCEPT: &str = "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1";

/// The first bytes of gzip (RFC 1952, section 2.3.1). No metrics text begins with them.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The answer of a backend.
#[derive(Debug)]
pub struct Text {
    /// The text, decompressed.
    pub bytes: Vec<u8>,
    /// The format that its `Content-Type` names.
    pub format: Format,
}

/// An HTTP client that keeps its connections.
#[derive(Clone)]
pub struct Fetcher {
    client: Client<HttpsConnector<HttpConnector>, Body>,
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
    /// There was no complete answer within this time.
    Timeout(Duration),
    /// The answer has another status than 200.
    Status(StatusCode),
    /// The answer is larger than the limit.
    TooLarge,
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
                "{}. If the authority that signed it is your own, set SSL_CERT_FILE to its certificate",
                root(&**error)
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
            Self::Unreachable(error) | Self::Certificate(error) | Self::Broken(error) => Some(&**error),
            Self::Timeout(_) | Self::Status(_) | Self::TooLarge | Self::Encoding => None,
        }
    }
}

impl FetchError {
    fn unreachable(error: BoxError) -> Self {
        // rustls' error is wrapped by the client's, which names no type for it.
        let is_certificate = root(&*error).to_string().starts_with("invalid peer certificate");
        if is_certificate { Self::Certificate(error) } else { Self::Unreachable(error) }
    }
}

impl Fetcher {
    /// A client that trusts no certificate. `timeout` covers the whole request, from connecting to the last byte.
    pub fn new(timeout: Duration) -> Self {
        Self::trusting(RootCertStore::empty(), timeout)
    }

    /// A client that trusts the certificate authorities of this machine.
    ///
    /// # Errors
    /// When the machine has none.
    pub fn secure(timeout: Duration) -> Result<Self, NoRoots> {
        Ok(Self::trusting(tls::roots()?, timeout))
    }

    fn trusting(roots: RootCertStore, timeout: Duration) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build(tls::connector(roots)), timeout }
    }

    /// Fetches the metrics of `target`.
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
            .map_err(|error| FetchError::Unreachable(error.into()))?;
        if let Some(credentials) = &target.credentials {
            request.headers_mut().insert(header::AUTHORIZATION, credentials.clone());
        }
        let answer =
            self.client.request(request).await.map_err(|error| FetchError::unreachable(error.into()))?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_BYTES).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { FetchError::TooLarge } else { FetchError::Broken(error) }
        })?;
        let format = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let bytes = plain(body.to_bytes(), &head.headers)?;
        Ok(Text { bytes, format: format.map_or(Format::Text, Format::of) })
    }
}

/// Decompresses a body. The request asks for no compression, but some proxies and frameworks compress regardless.
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

/// Reads `decoder` to its end, or to [`MAX_BYTES`].
fn decoded(decoder: impl Read) -> Result<Vec<u8>, FetchError> {
    let mut plain = Vec::new();
    let most = MAX_BYTES as u64 + 1;
    decoder.take(most).read_to_end(&mut plain).map_err(|error| FetchError::Broken(error.into()))?;
    if plain.len() > MAX_BYTES { Err(FetchError::TooLarge) } else { Ok(plain) }
}

/// The innermost source: `Connection refused` says more than `client error (Connect)`.
fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest
}
