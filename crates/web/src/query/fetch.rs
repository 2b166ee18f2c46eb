//! Requests with a timeout.
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, Response};

/// The response of a server, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, as text.
    pub body: String,
    /// The header `Retry-After`, unparsed.
    pub retry_after: Option<String>,
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// The request did not reach a server, or the answer did not reach the page: no network, no server, or
    /// one that does not allow this origin (CORS). Browsers do not tell these apart.
    Unreachable {
        /// The URL of the request.
        url: String,
        /// The message of the browser's error.
        reason: String,
    },
    /// No response within the timeout.
    TimedOut {
        /// The URL of the request.
        url: String,
    },
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { url, reason } => write!(
                f,
                "{url} could not be fetched ({reason}): check that the server runs, and that it allows this origin"
            ),
            Self::TimedOut { url } => write!(f, "{url} did not answer in time"),
        }
    }
}

impl core::error::Error for FetchError {}

/// A request to a server.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// The method, such as `GET`.
    pub method: String,
    /// The address.
    pub url: String,
    /// Headers; `accept` and, with a body, `content-type` are those of JSON where they are not among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
    /// How long the answer may take, ms; may be infinite.
    pub timeout: f64,
}

/// Sends a request. Dropping the future aborts it.
pub async fn request(outgoing: &Outgoing) -> Result<Answer, FetchError> {
    let request = Request::new(outgoing.timeout);
    let answer = async { request.answer(&request.begin(outgoing).await?).await };
    answer.await.map_err(|error| request.failed(&outgoing.url, &error))
}

/// Sends a request, and passes on the chunks of a body that answers it with success. Any other answer comes as a whole, as
/// does the rest of one where `on_chunk` gives `false`: that is the end, and aborts the request.
pub async fn stream(
    outgoing: &Outgoing,
    mut on_chunk: impl FnMut(&[u8]) -> bool,
) -> Result<Answer, FetchError> {
    let request = Request::new(outgoing.timeout);
    let answer = async {
        let response = request.begin(outgoing).await?;
        if !response.ok() {
            return request.answer(&response).await;
        }
        if let Some(body) = response.body() {
            let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().unchecked_into();
            loop {
                let read = JsFuture::from(reader.read()).await?;
                let value = Reflect::get(&read, &JsValue::from_str("value"))?;
                // The value is undefined at the end.
                let Some(chunk) = value.dyn_ref::<js_sys::Uint8Array>() else { break };
                if !on_chunk(&chunk.to_vec()) {
                    break;
                }
            }
        }
        Ok(Answer { status: response.status(), body: String::new(), retry_after: None })
    };
    answer.await.map_err(|error| request.failed(&outgoing.url, &error))
}

/// Gets the body of `url` as text, asking for JSON. `timeout` is in ms and may be infinite. Dropping the future aborts
/// the request.
pub async fn get(url: &str, timeout: f64) -> Result<Answer, FetchError> {
    send("GET", url, None, timeout).await
}

/// Sends a request with a method of one's own, and JSON as its body; otherwise as [`get`].
pub async fn send(method: &str, url: &str, json: Option<&str>, timeout: f64) -> Result<Answer, FetchError> {
    let (method, url) = (method.to_string(), url.to_string());
    request(&Outgoing { method, url, headers: Vec::new(), body: json.map(ToString::to_string), timeout })
        .await
}

/// A request that is aborted when it is dropped.
struct Request {
    abort: Option<AbortController>,
    timer: alloc::rc::Rc<core::cell::RefCell<Timer>>,
}

#[derive(Default)]
struct Timer {
    host: crate::timing::HostTimer,
    fired: bool,
}

impl Request {
    fn new(timeout: f64) -> Self {
        let abort = AbortController::new().ok();
        let timer = alloc::rc::Rc::<core::cell::RefCell<Timer>>::default();
        if let (Some(abort), true) = (abort.clone(), timeout.is_finite()) {
            let weak = alloc::rc::Rc::downgrade(&timer);
            let wait = whippet_engine::time::Duration::from_ms(timeout);
            timer.borrow_mut().host.arm(wait, move || {
                if let Some(timer) = weak.upgrade() {
                    timer.borrow_mut().fired = true;
                    abort.abort();
                }
            });
        }
        Self { abort, timer }
    }

    fn timed_out(&self) -> bool {
        self.timer.borrow().fired
    }

    fn failed(&self, url: &str, error: &JsValue) -> FetchError {
        let url = url.to_string();
        if self.timed_out() {
            FetchError::TimedOut { url }
        } else {
            FetchError::Unreachable { url, reason: message(error) }
        }
    }

    /// Sends it: the beginning of the answer.
    async fn begin(&self, outgoing: &Outgoing) -> Result<Response, JsValue> {
        let headers = Headers::new()?;
        headers.set("accept", "application/json")?;
        let init = RequestInit::new();
        init.set_method(&outgoing.method);
        if let Some(body) = &outgoing.body {
            headers.set("content-type", "application/json")?;
            init.set_body(&JsValue::from_str(body));
        }
        for (name, value) in &outgoing.headers {
            headers.set(name, value)?;
        }
        init.set_headers(&headers);
        init.set_signal(self.abort.as_ref().map(AbortController::signal).as_ref());
        let window = web_sys::window().ok_or_else(|| JsValue::from_str("there is no window"))?;
        Ok(JsFuture::from(window.fetch_with_str_and_init(&outgoing.url, &init)).await?.unchecked_into())
    }

    async fn answer(&self, response: &Response) -> Result<Answer, JsValue> {
        let body = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok(Answer { status: response.status(), body, retry_after: response.headers().get("retry-after")? })
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.timer.borrow_mut().host.disarm();
        // Does nothing once the response has arrived.
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

/// The message of a thrown value.
fn message(error: &JsValue) -> String {
    Reflect::get(error, &JsValue::from_str("message"))
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| "unknown error".to_string())
}
