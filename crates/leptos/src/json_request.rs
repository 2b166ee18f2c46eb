//! Requests of JSON.
use serde::Serialize;
use whippet_engine::time::Duration;
use whippet_web::query::fetch::Outgoing;

/// A request whose answer is JSON: what the function of [`use_json_query`](crate::use_json_query) gives. An address alone is
/// a `GET` of it.
///
/// ```
/// use std::time::Duration;
/// use whippet_leptos::JsonRequest;
///
/// let request = JsonRequest::post("/api/search")
///     .header("x-tenant", "rex")
///     .json(&serde_json::json!({ "text": "whip" }))
///     .timeout(Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct JsonRequest {
    pub(crate) outgoing: Outgoing,
    /// Why its body could not be written.
    pub(crate) unwritten: Option<String>,
}

impl JsonRequest {
    /// A request of any method.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        let (method, url) = (method.into(), url.into());
        let outgoing = Outgoing { method, url, headers: Vec::new(), body: None, timeout: f64::INFINITY };
        Self { outgoing, unwritten: None }
    }

    /// A `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A `POST`.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// A `PUT`.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new("PUT", url)
    }

    /// A `PATCH`.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new("PATCH", url)
    }

    /// A `DELETE`.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new("DELETE", url)
    }

    /// Sets a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.outgoing.headers.push((name.into(), value.into()));
        self
    }

    /// A body of JSON. Where the value cannot be written, the request is not sent, and its error says so.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_string(body) {
            Ok(body) => self.outgoing.body = Some(body),
            Err(error) => self.unwritten = Some(error.to_string()),
        }
        self
    }

    /// A body of any text; set its `content-type`, too, unless it is JSON.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.outgoing.body = Some(body.into());
        self
    }

    /// How long the answer may take, with its body.
    pub fn timeout(mut self, span: impl Into<Duration>) -> Self {
        self.outgoing.timeout = span.into().as_ms();
        self
    }
}

impl From<String> for JsonRequest {
    fn from(url: String) -> Self {
        Self::get(url)
    }
}

impl From<&str> for JsonRequest {
    fn from(url: &str) -> Self {
        Self::get(url)
    }
}

/// A function of a key that gives a [`JsonRequest`], or the address of one.
pub trait RequestFn<K>: Fn(K) -> <Self as RequestFn<K>>::Request {
    /// What it gives.
    type Request: Into<JsonRequest>;
}

impl<K, R: Into<JsonRequest>, F: Fn(K) -> R> RequestFn<K> for F {
    type Request = R;
}
