//! The ways out of a page.
use super::super::{host, read};
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
const PATIENCE: f64 = 30_000.0;

pub(super) struct Transport {
    natives: Natives,
    /// Where requests of this page went, the latest.
    urls: RefCell<VecDeque<String>>,
    /// What is under way, by number.
    under: RefCell<Vec<(u32, AbortController)>>,
    begun: Cell<u32>,
    /// Bytes on their way in requests that outlive the page. Browsers allow 64 KiB, less some for headers.
    alive: Cell<usize>,
    /// Whether the server said that it takes gzip (RFC 9110, 12.5.3).
    takes_gzip: Cell<bool>,
}

impl Transport {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            natives: Natives::take(),
            urls: RefCell::default(),
            under: RefCell::default(),
            begun: Cell::new(0),
            alive: Cell::new(0),
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

    fn fits(&self, bytes: usize) -> bool {
        self.alive.get() + bytes <= limits::BYTES
    }

    /// Sends while the page is there to hear the answer. Gives back as how many bytes it went, too.
    pub(super) async fn post(&self, request: &Request) -> (Outcome, usize) {
        self.note(&request.url);
        let number = self.begun.get().wrapping_add(1);
        self.begun.set(number);
        let patience = Patience::new();
        if let Some(abort) = &patience.abort {
            self.under.borrow_mut().push((number, abort.clone()));
        }
        let zips = self.takes_gzip.get() && request.body.len() >= limits::WORTH_GZIP;
        let zipped = if zips { gzip(&request.body).await } else { None };
        let bytes = zipped.as_ref().map_or(request.body.len(), |zipped| zipped.byte_length() as usize);
        // A request that outlives the page, as long as that is allowed; a larger one goes as any other.
        let keepalive = self.fits(bytes);
        let init = request.init(zipped.as_ref());
        init.set("keepalive", &JsValue::from_bool(keepalive));
        if let Some(abort) = &patience.abort {
            init.set("signal", &abort.signal());
        }
        if keepalive {
            self.alive.set(self.alive.get() + bytes);
        }
        let answer = match self.natives.fetch(&request.url, &init) {
            Ok(pending) => JsFuture::from(pending).await,
            Err(error) => Err(error),
        };
        self.under.borrow_mut().retain(|under| under.0 != number);
        if keepalive {
            self.alive.set(self.alive.get() - bytes);
        }
        let Ok(response) = answer else { return (Outcome::Later(None), bytes) };
        let takes = header(&response, "accept-encoding").is_some_and(|takes| takes.contains("gzip"));
        self.takes_gzip.set(takes || self.takes_gzip.get());
        (judge(&response), bytes)
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
        let fits = self.fits(bytes);
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
        self.alive.set(self.alive.get() + bytes);
        let this = Rc::clone(self);
        let freed = Closure::once_into_js(move || this.alive.set(this.alive.get() - bytes));
        host::set_timeout(&freed, PATIENCE);
    }

    /// Ends what is under way.
    pub(super) fn abort(&self) {
        let under: Vec<_> = self.under.borrow().iter().map(|(_, abort)| abort.clone()).collect();
        for abort in under {
            abort.abort();
        }
    }
}

/// Aborts a request that takes too long, until it is dropped.
struct Patience {
    abort: Option<AbortController>,
    timer: f64,
}

impl Patience {
    fn new() -> Self {
        let Ok(abort) = AbortController::new() else { return Self { abort: None, timer: 0.0 } };
        let aborts = abort.clone();
        // The browser's to free: a page may keep the timer from being taken back.
        let over = Closure::<dyn Fn()>::new(move || aborts.abort()).into_js_value();
        let timer = host::set_timeout(&over, PATIENCE);
        Self { abort: Some(abort), timer }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        host::clear_timeout(self.timer);
    }
}

/// What the server says. Where the page has a `fetch` of its own, it may be anything.
fn judge(response: &JsValue) -> Outcome {
    let asked =
        header(response, "retry-after").and_then(|asked| retry_after(&asked, host::wall_clock() as u64));
    Outcome::of(read::number(response, "status") as u16, asked)
}
