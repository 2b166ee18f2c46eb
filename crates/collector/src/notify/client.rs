//! One request to a receiver. Redirects are not followed: the address that the operator gave is the only one that is spoken to.
use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::RootCertStore;
use tokio::time::{Instant, timeout_at};
use whippet_engine::beacon::retry_after;

use super::deliveries::Outcome;
use super::receiver::Receiver;
use crate::prometheus::Endpoint;
use crate::scrape::tls::{self, Stamp};
use crate::scrape::{Tls, TlsError};

/// How much of an answer is read, to say what is wrong; bytes.
const ANSWER: usize = 16 * 1024;
/// How much of it is repeated, characters.
const SAID: usize = 200;
/// A part of an address that has a digit in it and as many bytes is taken for a secret.
const SHORT: usize = 6;
/// And any that has as many.
const LONG: usize = 16;
/// The longest pause that a receiver may ask for.
const LONGEST_WISH: Duration = Duration::from_secs(60 * 60);

/// What is sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// POST or PUT.
    pub method: Method,
    /// The headers, beside those of the address.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// An HTTP client for a receiver, which keeps its connections.
#[derive(Clone)]
pub struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    timeout: Duration,
    /// How its certificate is checked, and what the files were when they were read.
    tls: Tls,
    stamp: Stamp,
}

impl Sender {
    /// A client for `receiver`.
    ///
    /// # Errors
    /// If its certificate could not be checked.
    pub fn new(receiver: &Receiver) -> Result<Self, TlsError> {
        let (tls, stamp) = (receiver.tls.clone(), receiver.tls.stamp());
        let connector = match receiver.endpoints.iter().any(Endpoint::is_secure) {
            true => receiver.tls.connector()?,
            false => tls::connector(RootCertStore::empty()),
        };
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, timeout: receiver.timeout, tls, stamp })
    }

    /// The client for `receiver`, for which this one was made: another where its certificates were renewed since. In the midst of
    /// that, those of before count.
    pub fn renewed(&self, receiver: &Receiver) -> Self {
        match self.stamp == self.tls.stamp() {
            true => self.clone(),
            false => Self::new(receiver).unwrap_or_else(|_| self.clone()),
        }
    }

    /// Sends a message at `now`, ms since the epoch. It is sent once the receiver says so, whatever follows.
    pub async fn send(&self, endpoint: &Endpoint, message: Message, now: i64) -> Outcome {
        let mut request = Request::new(Body::from(message.body));
        *request.method_mut() = message.method;
        *request.uri_mut() = endpoint.url.clone();
        let headers = request.headers_mut();
        *headers = endpoint.headers.clone();
        headers.extend(message.headers);
        headers.insert(
            header::USER_AGENT,
            HeaderValue::from_static(concat!("whippet/", env!("CARGO_PKG_VERSION"))),
        );
        let until = Instant::now() + self.timeout;
        let answer = match timeout_at(until, self.client.request(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Outcome::Failed(innermost(&error), None),
            Err(_) => {
                return Outcome::Failed(format!("no answer within {} ms", self.timeout.as_millis()), None);
            }
        };
        if answer.status().is_success() {
            return Outcome::Sent;
        }
        let (head, body) = answer.into_parts();
        let mut bytes = Vec::new();
        // The status counts, also where the body hangs or breaks off.
        let _ = timeout_at(until, read(body, &mut bytes)).await;
        outcome(head.status, &head.headers, &said(&bytes, &endpoint.url), now)
    }
}

/// Reads the beginning of an answer.
async fn read(mut body: Incoming, bytes: &mut Vec<u8>) {
    while bytes.len() < ANSWER
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data[..data.len().min(ANSWER - bytes.len())]);
        }
    }
}

/// What is repeated of an answer.
fn said(bytes: &[u8], url: &Uri) -> String {
    let text = without_secrets(&String::from_utf8_lossy(bytes), url);
    text.trim().chars().take(SAID).flat_map(char::escape_debug).collect()
}

/// A text without the path and the query of an address, which are often all of its secret: many servers repeat what they do not
/// know.
fn without_secrets(text: &str, url: &Uri) -> String {
    let path = url.path_and_query().map_or("", |path| path.as_str());
    // A part alone, where slashes are escaped, or the query is left out.
    let looks_secret = |part: &&str| {
        part.len() >= LONG || part.len() >= SHORT && part.contains(|c: char| c.is_ascii_digit())
    };
    let parts = path.split(['/', '?', '&', '=']).filter(looks_secret);
    let whole = Some(path).filter(|path| path.len() > 1);
    whole.into_iter().chain(parts).fold(text.to_owned(), |text, part| text.replace(part, "…"))
}

/// What an answer other than 2xx means. A body that the receiver does not understand will not be understood later; all else may
/// be put right meanwhile.
fn outcome(status: StatusCode, headers: &HeaderMap, said: &str, now: i64) -> Outcome {
    let about = match status {
        _ if status.is_redirection() => "give the receiver the address that it redirects to".to_owned(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "give the receiver `basic`, `bearer` or the right `headers`".to_owned()
        }
        _ if said.is_empty() => "its answer says no more".to_owned(),
        _ => said.to_owned(),
    };
    let error = format!("answered {status}: {about}");
    match status.as_u16() {
        400 | 413 | 414 | 415 | 422 | 431 => Outcome::Refused(error),
        _ => {
            let wish = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let wish =
                wish.and_then(|value| retry_after(value, now.max(0) as u64)).map(Duration::from_millis);
            Outcome::Failed(error, wish.map(|wish| wish.min(LONGEST_WISH)))
        }
    }
}

/// The innermost source, as `Connection refused` says more than `client error (Connect)`. It holds no address.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    format!("cannot connect: {deepest}. Does the receiver run at this address?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_understood_is_refused_for_good() {
        let answered = |status: u16, headers: HeaderMap| {
            outcome(StatusCode::from_u16(status).unwrap(), &headers, "why not", 0)
        };
        for status in [400, 413, 422] {
            assert!(matches!(answered(status, HeaderMap::new()), Outcome::Refused(_)), "{status}");
        }
        for status in [301, 401, 403, 404, 408, 429, 500, 503] {
            assert!(matches!(answered(status, HeaderMap::new()), Outcome::Failed(_, None)), "{status}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("99999"));
        let expected =
            Outcome::Failed("answered 503 Service Unavailable: why not".to_owned(), Some(LONGEST_WISH));
        assert_eq!(answered(503, headers), expected);
    }

    #[test]
    fn an_answer_that_repeats_the_address_tells_no_secret() {
        let url = "https://hooks.example/services/T0123/s3cretpart?token=averylongwordindeed";
        let url: Uri = url.parse().unwrap();
        for text in [
            "Cannot POST /services/T0123/s3cretpart?token=averylongwordindeed",
            "<pre>no /services/T0123/s3cretpart here</pre>",
            r#"{"path":"\/services\/T0123\/s3cretpart","token":"averylongwordindeed"}"#,
        ] {
            let said = said(text.as_bytes(), &url);
            assert!(!said.contains("s3cretpart") && !said.contains("averylongword"), "{said}");
        }
        let root: Uri = "http://hooks.example/".parse().unwrap();
        assert_eq!(said(b"no / of this name", &root), "no / of this name");
    }
}
