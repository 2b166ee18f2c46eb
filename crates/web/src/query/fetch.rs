//! GET requests with a timeout.
use alloc::string::{String, ToString};
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

/// Gets the body of `url` as text, asking for JSON. `timeout` is in ms and may be infinite. Dropping the future aborts
/// the request.
pub async fn get(url: &str, timeout: f64) -> Result<Answer, FetchError> {
    let request = Request::new(timeout);
    request.send(url).await.map_err(|error| {
        if request.timed_out() {
            FetchError::TimedOut { url: url.to_string() }
        } else {
            FetchError::Unreachable { url: url.to_string(), reason: message(&error) }
        }
    })
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

    async fn send(&self, url: &str) -> Result<Answer, JsValue> {
        let headers = Headers::new()?;
        headers.set("accept", "application/json")?;
        let init = RequestInit::new();
        init.set_headers(&headers);
        init.set_signal(self.abort.as_ref().map(AbortController::signal).as_ref());
        let window = web_sys::window().ok_or_else(|| JsValue::from_str("there is no window"))?;
        let response: Response =
            JsFuture::from(window.fetch_with_str_and_init(url, &init)).await?.unchecked_into();
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
