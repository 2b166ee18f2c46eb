//! The ways out of a page.
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

/// Addresses that are remembered.
const URLS: usize = 32;
/// Who has not answered by then hangs, ms.
const REQUEST_TIMEOUT: f64 = 30_000.0;

pub(super) struct Transport {
    natives: Natives,
    /// Where requests of this page went, the latest.
    urls: RefCell<VecDeque<String>>,
    /// What is under way, by number.
    in_flight: RefCell<Vec<(u32, AbortController)>>,
    begun: Cell<u32>,
    /// Bytes on their way in requests that outlive the page. Browsers allow 64 KiB, less some for headers.
    keepalive_bytes: Cell<usize>,
    /// Whether the server said that it takes gzip (RFC 9110, 12.5.3).
    takes_gzip: Cell<bool>,
}

impl Transport {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            natives: Natives::take(),
            urls: RefCell::default(),
            in_flight: RefCell::default(),
            begun: Cell::new(0),
            keepalive_bytes: Cell::new(0),
            takes_gzip: Cell::new(false),
        })
    }

    pub(super) fn has_sent_to(&self, url: &str) -> bool {
        self.urls.borrow().iter().any(|known| known == url)
    }

    fn note(&self, url: &str) {
        if !self.has_sent_to(url) {
            let mut urls = self.urls.borrow_mut();
            urls.push_back(url.into());
            if urls.len() > URLS {
                urls.pop_front();
            }
        }
    }

    fn fits_keepalive(&self, bytes: usize) -> bool {
        self.keepalive_bytes.get() + bytes <= limits::BYTES
    }

    /// Sends while the page is there to hear the answer. Gives back as how many bytes it went, too.
    pub(super) async fn post(&self, request: &Request) -> (Outcome, usize) {
        self.note(&request.url);
        let number = self.begun.get().wrapping_add(1);
        self.begun.set(number);
        let timeout = RequestTimeout::new();
        if let Some(abort) = &timeout.abort {
            self.in_flight.borrow_mut().push((number, abort.clone()));
        }
        let zips = self.takes_gzip.get() && request.body.len() >= limits::WORTH_GZIP;
        let zipped = if zips { gzip(&request.body).await } else { None };
        let bytes = zipped.as_ref().map_or(request.body.len(), |zipped| zipped.byte_length() as usize);
        // A request that outlives the page, as long as that is allowed; a larger one goes as any other.
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

    /// Hands the request to the browser, which sends it even if the page is closed at once; `false` where it takes
    /// it no way. Nobody hears the answer; `failed` is called where it fails while the page is still there.
    pub(super) fn leave(self: &Rc<Self>, request: &Request, failed: Rc<dyn Fn()>) -> bool {
        self.note(&request.url);
        if self.natives.fetch_later(&request.url, &request.init(None)) {
            return true;
        }
        // The browser refuses what is too much, `fetch` only when the page may be gone. Where it refused although
        // it is not too much, something other than the browser did.
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

    /// Of a request that nobody hears of, it is not known when its bytes are free again.
    fn occupy(self: &Rc<Self>, bytes: usize) {
        self.keepalive_bytes.set(self.keepalive_bytes.get() + bytes);
        let this = Rc::clone(self);
        let freed =
            Closure::once_into_js(move || this.keepalive_bytes.set(this.keepalive_bytes.get() - bytes));
        browser::set_timeout(&freed, REQUEST_TIMEOUT);
    }

    /// Ends what is under way.
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
        // The browser's to free: a page may keep the timer from being taken back.
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

/// What the server says. Where the page has a `fetch` of its own, it may be anything.
fn outcome_of(response: &JsValue) -> Outcome {
    let asked =
        header(response, "retry-after").and_then(|asked| retry_after(&asked, browser::wall_clock() as u64));
    Outcome::of(read::number(response, "status") as u16, asked)
}
