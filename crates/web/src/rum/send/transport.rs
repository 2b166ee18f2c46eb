//! Sends requests with `fetch`, `fetchLater` and `sendBeacon`.
use super::super::{browser, read};
use super::gzip::gzip;
use super::natives::{AbortController, Natives, header};
use super::request::Request;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use whippet_engine::beacon::{Outcome, limits, retry_after};

/// How many URLs are remembered.
const URLS: usize = 32;
/// A request without an answer after this time is aborted, ms.
const REQUEST_TIMEOUT: f64 = 30_000.0;

thread_local! {
    /// The latest URLs that the page sent beacons to, whoever did: one must not take the beacons of another for requests of the page.
    static SENT_TO: RefCell<VecDeque<String>> = RefCell::default();
}

/// Whether beacons were sent to `url`.
pub(super) fn has_sent_to(url: &str) -> bool {
    SENT_TO.with_borrow(|urls| urls.iter().any(|known| known == url))
}

/// Remembers where beacons are sent to.
pub(super) fn remember(url: &str) {
    if !has_sent_to(url) {
        SENT_TO.with_borrow_mut(|urls| {
            urls.push_back(url.into());
            if urls.len() > URLS {
                urls.pop_front();
            }
        });
    }
}

pub(super) struct Transport {
    natives: Natives,
    /// Requests in flight, by number.
    in_flight: RefCell<Vec<(u32, AbortController)>>,
    begun: Cell<u32>,
    /// Bytes in flight with `keepalive`. Browsers allow 64 KiB, headers included.
    keepalive_bytes: Cell<usize>,
    /// Whether the server has answered with `Accept-Encoding: gzip` (RFC 9110, 12.5.3).
    takes_gzip: Cell<bool>,
}

impl Transport {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            natives: Natives::take(),
            in_flight: RefCell::default(),
            begun: Cell::new(0),
            keepalive_bytes: Cell::new(0),
            takes_gzip: Cell::new(false),
        })
    }

    fn fits_keepalive(&self, bytes: usize) -> bool {
        self.keepalive_bytes.get() + bytes <= limits::BYTES
    }

    /// Sends and waits for the answer. Also returns the size of the body as sent.
    pub(super) async fn post(&self, request: &Request) -> (Outcome, usize) {
        remember(&request.url);
        let number = self.begun.get().wrapping_add(1);
        self.begun.set(number);
        let timeout = RequestTimeout::new();
        if let Some(abort) = &timeout.abort {
            self.in_flight.borrow_mut().push((number, abort.clone()));
        }
        let zips = self.takes_gzip.get() && request.body.len() >= limits::WORTH_GZIP;
        let zipped = if zips { gzip(&request.body).await } else { None };
        let bytes = zipped.as_ref().map_or(request.body.len(), |zipped| zipped.byte_length() as usize);
        // `keepalive` lets the request outlive the page; beyond the limit it is sent without.
        let keepalive = self.fits_keepalive(bytes);
        let init = request.init(zipped.as_ref());
        init.set("keepalive", &JsValue::from_bool(keepalive));
        if let Some(abort) = &timeout.abort {
            init.set("signal", &abort.signal());
        }
        if keepalive {
            self.keepalive_bytes.set(self.keepalive_bytes.get() + bytes);
        }
        let answer = match self.natives.fetch(&request.url, &init) {
            Ok(pending) => JsFuture::from(pending).await,
            Err(error) => Err(error),
        };
        self.in_flight.borrow_mut().retain(|one| one.0 != number);
        if keepalive {
            self.keepalive_bytes.set(self.keepalive_bytes.get() - bytes);
        }
        let Ok(response) = answer else { return (Outcome::Retryable(None), bytes) };
        let takes = header(&response, "accept-encoding").is_some_and(|takes| takes.contains("gzip"));
        self.takes_gzip.set(takes || self.takes_gzip.get());
        (outcome_of(&response), bytes)
    }

    /// Hands the request to the browser, which sends it even if the page is closed at once. Returns `false` if no API accepts
    /// it. The answer cannot be read; `failed` is called if the request fails while the page still runs.
    pub(super) fn send_at_unload(self: &Rc<Self>, request: &Request, failed: Rc<dyn Fn()>) -> bool {
        remember(&request.url);
        if self.natives.fetch_later(&request.url, &request.init(None)) {
            return true;
        }
        // `sendBeacon` refuses what exceeds the quota; `fetch` does so only later, when the page may be gone. If `sendBeacon`
        // refuses a body that fits, something like an extension has blocked it, and `fetch` is worth a try.
        let bytes = request.body.len();
        let fits = self.fits_keepalive(bytes);
        let is_taken = request.is_plain() && self.natives.send_beacon(&request.url, &request.body)
            || fits && self.keepalive(request, failed);
        if is_taken {
            self.occupy(bytes);
        }
        is_taken
    }

    fn keepalive(&self, request: &Request, failed: Rc<dyn Fn()>) -> bool {
        let init = request.init(None);
        init.set("keepalive", &JsValue::TRUE);
        let Ok(pending) = self.natives.fetch(&request.url, &init) else { return false };
        spawn_local(async move {
            if JsFuture::from(pending).await.is_err() {
                failed();
            }
        });
        true
    }

    /// Counts bytes as in flight until a request has certainly ended: its end cannot be observed.
    fn occupy(self: &Rc<Self>, bytes: usize) {
        self.keepalive_bytes.set(self.keepalive_bytes.get() + bytes);
        let this = Rc::clone(self);
        let freed =
            Closure::once_into_js(move || this.keepalive_bytes.set(this.keepalive_bytes.get() - bytes));
        browser::set_timeout(&freed, REQUEST_TIMEOUT);
    }

    /// Aborts the requests in flight.
    pub(super) fn abort(&self) {
        let controllers: Vec<_> = self.in_flight.borrow().iter().map(|(_, abort)| abort.clone()).collect();
        for abort in controllers {
            abort.abort();
        }
    }
}

/// Aborts a request that takes too long, until it is dropped.
struct RequestTimeout {
    abort: Option<AbortController>,
    timer: f64,
}

impl RequestTimeout {
    fn new() -> Self {
        let Ok(abort) = AbortController::new() else { return Self { abort: None, timer: 0.0 } };
        let aborts = abort.clone();
        // The garbage collector frees it: a page may prevent that the timer is cleared.
        let over = Closure::<dyn Fn()>::new(move || aborts.abort()).into_js_value();
        let timer = browser::set_timeout(&over, REQUEST_TIMEOUT);
        Self { abort: Some(abort), timer }
    }
}

impl Drop for RequestTimeout {
    fn drop(&mut self) {
        browser::clear_timeout(self.timer);
    }
}

/// The outcome of a response, which may be any value if the page has replaced `fetch`.
fn outcome_of(response: &JsValue) -> Outcome {
    let asked =
        header(response, "retry-after").and_then(|asked| retry_after(&asked, browser::wall_clock() as u64));
    Outcome::of(read::number(response, "status") as u16, asked)
}
