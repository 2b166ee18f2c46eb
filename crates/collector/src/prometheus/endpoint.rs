//! A server that is asked or written to: its address, what it is sent beside that, and one request to it.
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::RootCertStore;

use crate::scrape::{NoRoots, credentials, tls};
use crate::token::base64;

/// The address of a server, without credentials, and those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The address.
    pub url: Uri,
    /// The headers that all requests have. Secrets among them are marked, so that nothing prints them.
    pub headers: HeaderMap,
}

/// Why a text is no address of a server. It does not repeat the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEndpoint;

impl fmt::Display for BadEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "must be an address such as http://127.0.0.1:9090 or https://NAME:PASSWORD@metrics.example/path; in a name or a \
             password, write '/' as %2F, '?' as %3F and '@' as %40",
        )
    }
}

impl std::error::Error for BadEndpoint {}

impl FromStr for Endpoint {
    type Err = BadEndpoint;

    fn from_str(text: &str) -> Result<Self, BadEndpoint> {
        let url: Uri = text.parse().map_err(|_| BadEndpoint)?;
        let path = url.path_and_query().map_or("", |path| path.as_str());
        // A `/` in a password ends the authority: the rest of the password would be taken for a path, and shown.
        if !matches!(url.scheme_str(), Some("http" | "https")) || path.contains('@') {
            return Err(BadEndpoint);
        }
        let (url, credentials) = credentials::split(url).map_err(|_| BadEndpoint)?;
        let bare = url.authority().map_or("", |authority| authority.as_str());
        let port = bare.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
        if url.host().is_none_or(str::is_empty) || port.is_some() && url.port_u16().is_none() {
            return Err(BadEndpoint);
        }
        let mut headers = HeaderMap::new();
        headers.extend(credentials.map(|value| (header::AUTHORIZATION, value)));
        Ok(Self { url, headers })
    }
}

impl Endpoint {
    /// Adds credentials: a bearer token, or else a name and a password. `read` reads a variable of the environment, whose
    /// name begins with `prefix`.
    ///
    /// # Errors
    /// If a value cannot be sent: the variable's name.
    pub fn authorize(&mut self, prefix: &str, read: impl Fn(&str) -> Option<String>) -> Result<(), String> {
        let variable = |name: &str| {
            let name = format!("{prefix}_{name}");
            read(&name).filter(|value| !value.is_empty()).map(|value| (name, value))
        };
        let (name, value) = match (variable("TOKEN"), variable("USER"), variable("PASSWORD")) {
            (Some((name, token)), ..) => (name, format!("Bearer {}", token.trim())),
            (None, None, None) => return Ok(()),
            (None, user, password) => {
                let text =
                    |variable: Option<(String, String)>| variable.map(|(_, value)| value).unwrap_or_default();
                let pair = format!("{}:{}", text(user), text(password));
                (format!("{prefix}_PASSWORD"), format!("Basic {}", base64(pair.as_bytes())))
            }
        };
        self.headers.insert(header::AUTHORIZATION, secret(&value).ok_or(name)?);
        Ok(())
    }

    /// Its URL without secrets, for everybody to see.
    pub fn shown(&self) -> String {
        credentials::shown(&self.url)
    }

    /// Whether its certificate must be checked.
    pub fn is_secure(&self) -> bool {
        self.url.scheme_str() == Some("https")
    }

    /// The same with `path` behind its own. Its query stays.
    pub fn join(&self, path: &str) -> Self {
        let mut parts = self.url.clone().into_parts();
        let own = self.url.path().trim_end_matches('/');
        // It may choose a tenant or hold a token, which all requests need.
        let query = self.url.query().filter(|query| !query.is_empty());
        let sign = if path.contains('?') { '&' } else { '?' };
        let query = query.map_or_else(String::new, |query| format!("{sign}{query}"));
        parts.path_and_query = format!("{own}{path}{query}").parse().ok();
        Self {
            url: Uri::from_parts(parts).unwrap_or_else(|_| self.url.clone()),
            headers: self.headers.clone(),
        }
    }
}

/// A header's value that nothing prints.
pub fn secret(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// The connection or the request failed.
    Unreachable(String),
    /// There was no complete answer within this time.
    Timeout(Duration),
    /// The answer is larger than this many bytes.
    TooLarge(usize),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "cannot connect: {error}. Does it run at this address?"),
            Self::Timeout(after) => write!(f, "no answer within {} s", after.as_secs_f64()),
            Self::TooLarge(most) => write!(f, "the answer is larger than {} MiB", most >> 20),
        }
    }
}

impl std::error::Error for RequestError {}

/// An HTTP client that keeps its connections and follows no redirects.
#[derive(Clone)]
pub struct Requester {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    timeout: Duration,
    most: usize,
}

impl Requester {
    /// A client for `endpoint`. A request takes at most `timeout`, and its answer has at most `most` bytes.
    ///
    /// # Errors
    /// When a certificate must be checked, and the machine has no certificate authorities.
    pub fn new(endpoint: &Endpoint, timeout: Duration, most: usize) -> Result<Self, NoRoots> {
        let roots = if endpoint.is_secure() { tls::roots()? } else { RootCertStore::empty() };
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(tls::connector(roots)), timeout, most })
    }

    /// Posts `body`.
    pub async fn post(
        &self,
        endpoint: &Endpoint,
        headers: &[(HeaderName, &'static str)],
        body: Bytes,
    ) -> Result<Answer, RequestError> {
        self.send(Method::POST, endpoint, headers, body).await
    }

    /// Sends a request.
    pub async fn send(
        &self,
        method: Method,
        endpoint: &Endpoint,
        headers: &[(HeaderName, &'static str)],
        body: Bytes,
    ) -> Result<Answer, RequestError> {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = endpoint.url.clone();
        *request.headers_mut() = endpoint.headers.clone();
        let agent = (header::USER_AGENT, concat!("whippet/", env!("CARGO_PKG_VERSION")));
        for (name, value) in headers.iter().chain([&agent]) {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        match tokio::time::timeout(self.timeout, self.attempt(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(RequestError::Timeout(self.timeout)),
        }
    }

    async fn attempt(&self, request: Request<Body>) -> Result<Answer, RequestError> {
        let failed = |error: &(dyn std::error::Error + 'static)| RequestError::Unreachable(innermost(error));
        let answer = self.client.request(request).await.map_err(|error| failed(&error))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, self.most).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { RequestError::TooLarge(self.most) } else { failed(&*error) }
        })?;
        Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
    }
}

/// `Connection refused` says more than `client error (Connect)`.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_an_http_address() {
        let endpoint: Endpoint = "https://me:p%40ss@a.b:1/x?tenant=secret".parse().unwrap();
        assert_eq!(
            (endpoint.url.to_string(), endpoint.shown()),
            ("https://a.b:1/x?tenant=secret".into(), "https://a.b:1/x?…".into())
        );
        assert!(format!("{endpoint:?}").contains("Sensitive"));
        let join = |text: &str| text.parse::<Endpoint>().unwrap().join("/api/v1/series").url.to_string();
        assert_eq!(join("http://a.b"), "http://a.b/api/v1/series");
        assert_eq!(join("http://a.b/prometheus/"), "http://a.b/prometheus/api/v1/series");
        assert_eq!(join("http://a.b/vm/?extra_label=a=b/"), "http://a.b/vm/api/v1/series?extra_label=a=b/");
        assert_eq!(join("http://a.b/?"), "http://a.b/api/v1/series");
        let both = "http://a.b/?x=1".parse::<Endpoint>().unwrap().join("/m?limit=1").url.to_string();
        assert_eq!(both, "http://a.b/m?limit=1&x=1");
        for wrong in [
            "",
            "a.b",
            "a.b:80",
            "ftp://a.b/",
            "http://",
            "http://me:x@/",
            "http://me:x/y@a.b/",
            "http://a.b:x/",
        ] {
            assert_eq!(wrong.parse::<Endpoint>(), Err(BadEndpoint), "{wrong}");
        }
    }

    #[test]
    fn credentials_come_from_the_environment() {
        let authorized = |variables: &[(&str, &str)]| {
            let mut endpoint: Endpoint = "http://a.b/".parse().unwrap();
            let read =
                |name: &str| variables.iter().find(|entry| entry.0 == name).map(|entry| entry.1.to_owned());
            endpoint.authorize("P", read)?;
            Ok(endpoint.headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned()))
        };
        assert_eq!(authorized(&[]), Ok(None));
        assert_eq!(authorized(&[("P_TOKEN", "t\n"), ("P_USER", "u")]), Ok(Some("Bearer t".to_owned())));
        assert_eq!(
            authorized(&[("P_USER", "Aladdin"), ("P_PASSWORD", "open sesame")]),
            Ok(Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned()))
        );
        assert_eq!(authorized(&[("P_TOKEN", "a\nb")]), Err("P_TOKEN".to_owned()));
    }
}
