//! Sends beacons: at once, at unload, or on the next visit. The engine's [`Outbox`] decides what is sent, kept or dropped.
//! Nothing throws into the page.
mod gzip;
mod idb;
mod natives;
mod request;
mod store;
mod transport;

use super::browser::{self, Init};
use super::handle::Sent;
use super::listener::Listener;
use super::options::Format;
use super::read;
use super::task::Task;
use request::{KeptRequest, Request};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use store::{Reinsert, Store};
use transport::Transport;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use whippet_engine::beacon::{Disposition, KeepBounds, NextStep, Outbox, Outcome};

/// When kept beacons of earlier visits are sent first, after the page has mostly loaded, ms; and after how long a tab that finds another
/// at it tries again. `SETTLED` of the package is the same.
const FIRST_DRAIN: u64 = 3_000;
/// The key of the pause in `sessionStorage`.
const PAUSE: &str = "whippet.pause";

/// Sends beacons to one URL.
pub(super) struct Sender {
    inner: Rc<Inner>,
}

struct Inner {
    endpoint: String,
    transport: Rc<Transport>,
    store: Rc<Store>,
    outbox: RefCell<Outbox>,
    sent: Cell<Sent>,
    on_lost: Box<dyn Fn(u64)>,
    hooks: RefCell<Option<Hooks>>,
    sending_kept: Cell<bool>,
    stopped: Cell<bool>,
    /// Set by `forget` until there is a beacon to send: nothing is read meanwhile.
    silent: Cell<bool>,
    /// Counts calls of `forget`: a request from before must not be kept after.
    generation: Cell<u32>,
}

struct Hooks {
    drain: Task,
    _online: Listener,
}

impl Sender {
    /// `on_lost` is called when beacons are lost for good: rejected, too old, or beyond the bounds.
    pub(super) fn new(endpoint: &str, bounds: KeepBounds, on_lost: impl Fn(u64) + 'static) -> Self {
        let stored = browser::storage().and_then(|storage| read::call(&storage, "getItem", &[PAUSE.into()]));
        let stored = stored.and_then(|stored| stored.as_string());
        let inner = Rc::new(Inner {
            endpoint: endpoint.into(),
            transport: Transport::new(),
            store: Store::new(),
            outbox: RefCell::new(Outbox::new(bounds, &stored.unwrap_or_default(), now())),
            sent: Cell::default(),
            on_lost: Box::new(on_lost),
            hooks: RefCell::default(),
            sending_kept: Cell::new(false),
            stopped: Cell::new(false),
            silent: Cell::new(false),
            generation: Cell::new(0),
        });
        let hooks = Hooks {
            drain: Task::new(&inner, |this| {
                let (this, generation) = (Rc::clone(this), this.generation.get());
                spawn_local(async move { this.drain(generation).await });
            }),
            _online: Listener::new(&inner, "online", |this, _| {
                this.decide(whippet_engine::beacon::Outbox::handle_online);
                this.drain_in(0);
            }),
        };
        *inner.hooks.borrow_mut() = Some(hooks);
        transport::remember(endpoint);
        inner.drain_in(FIRST_DRAIN);
        Self { inner }
    }

    /// Sends a beacon. `at_unload` means that the page is hidden or closed and may never run again. A beacon that fails is kept
    /// and tried again, with growing pauses, or on the next visit. `format` says what is sent in its place.
    pub(super) fn send(&self, text: String, format: Option<&Format>, at_unload: bool) {
        let this = &self.inner;
        this.silent.set(false);
        let id = id_of(&text);
        let requests = match format {
            None => vec![Request::new(&this.endpoint, text)],
            Some(format) => match format(&text, &this.endpoint) {
                Some(requests) => requests.into_iter().map(Request::formatted).collect(),
                None => return this.decide(|outbox| outbox.count_lost(1)),
            },
        };
        for request in requests {
            let kept = KeptRequest { request, id: id.clone(), at: now(), tries: 0 };
            if at_unload {
                this.send_at_unload(kept);
            } else {
                let (this, generation) = (Rc::clone(this), this.generation.get());
                spawn_local(async move { this.post(kept, generation).await });
            }
        }
        if at_unload {
            this.send_memory_at_unload();
        }
    }

    /// Removes all timers and listeners. Requests in flight still arrive, kept beacons stay kept.
    pub(super) fn stop(&self) {
        self.inner.stopped.set(true);
        self.inner.hooks.take();
        if !self.inner.sending_kept.get() {
            let store = Rc::clone(&self.inner.store);
            spawn_local(async move { store.close().await });
        }
    }

    /// Deletes all kept beacons, also those of earlier visits, and aborts requests in flight.
    pub(super) fn forget(&self) {
        let this = &self.inner;
        this.generation.set(this.generation.get().wrapping_add(1));
        this.silent.set(true);
        if let Some(hooks) = this.hooks.borrow().as_ref() {
            hooks.drain.cancel();
        }
        this.transport.abort();
        this.decide(Outbox::forget);
        this.store.clear();
    }

    pub(super) fn sent(&self) -> Sent {
        self.inner.sent.get()
    }
}

/// Whether a request to `url` may be a beacon: of any sender of the page.
pub(super) fn is_own(url: &str) -> bool {
    transport::has_sent_to(url)
}

impl Inner {
    /// Lets the outbox decide, then stores the pause for the tab's next page and reports lost beacons.
    fn decide<T>(&self, ask: impl FnOnce(&mut Outbox) -> T) -> T {
        let (result, changed, lost) = {
            let mut outbox = self.outbox.borrow_mut();
            let before = outbox.pause_text();
            let result = ask(&mut outbox);
            let after = outbox.pause_text();
            (result, (before != after).then_some(after), outbox.take_lost())
        };
        if let Some(storage) = changed.as_ref().and_then(|_| browser::storage()) {
            match changed.flatten() {
                Some(text) => read::call(&storage, "setItem", &[PAUSE.into(), text.into()]),
                None => read::call(&storage, "removeItem", &[PAUSE.into()]),
            };
        }
        if lost > 0 {
            let mut sent = self.sent.get();
            sent.lost = sent.lost.saturating_add(lost as u32);
            self.sent.set(sent);
            (self.on_lost)(lost);
        }
        result
    }

    fn may_send(&self) -> bool {
        self.outbox.borrow().may_send(natives::is_online(), now())
    }

    async fn post(self: &Rc<Self>, kept: KeptRequest, generation: u32) {
        // Consent may have been withdrawn before this runs.
        if generation != self.generation.get() {
            return;
        }
        if self.may_send() {
            let (outcome, bytes) = self.transport.post(&kept.request).await;
            if generation != self.generation.get() {
                return;
            }
            self.count(outcome, bytes);
            if self.decide(|outbox| outbox.handle_new(outcome, now(), browser::chance())) == Disposition::Done
            {
                return;
            }
        }
        self.keep(kept, generation).await;
    }

    fn send_at_unload(self: &Rc<Self>, kept: KeptRequest) {
        let online = natives::is_online();
        let leaves = self.outbox.borrow().may_send_at_unload(online);
        // A database that is not open yet may not keep a beacon in time: then sending it is worth a try, unless that would fail for sure.
        let keeps = !leaves && (!online || self.store.is_ready());
        let (this, generation, held) = (Rc::clone(self), self.generation.get(), kept.clone());
        let failed: Rc<dyn Fn()> = Rc::new(move || {
            if generation == this.generation.get() {
                let (this, kept) = (Rc::clone(&this), held.clone());
                spawn_local(async move { this.keep(kept, generation).await });
            }
        });
        if !keeps && self.transport.send_at_unload(&kept.request, Rc::clone(&failed)) {
            self.count(Outcome::Accepted, kept.request.body.len());
        } else {
            failed();
        }
    }

    /// Requests in memory end with the page: sending them is worth a try.
    fn send_memory_at_unload(self: &Rc<Self>) {
        if self.outbox.borrow().pause_left(now()) > 0 {
            return;
        }
        for kept in self.store.take_memory() {
            let this = Rc::clone(self);
            let lose: Rc<dyn Fn()> = Rc::new(move || this.decide(|outbox| outbox.count_lost(1)));
            if self.transport.send_at_unload(&kept.request, Rc::clone(&lose)) {
                self.count(Outcome::Accepted, kept.request.body.len());
            } else {
                lose();
            }
        }
    }

    async fn keep(self: &Rc<Self>, kept: KeptRequest, generation: u32) {
        // Consent may have been withdrawn before this runs.
        if generation != self.generation.get() {
            return;
        }
        self.store.put(kept).await;
        // Reading a deleted database would create it again. And a page at unload could not report what it drops: the next page
        // drops it.
        if generation == self.generation.get() && !browser::is_hidden() {
            self.trim().await;
        }
        let left = self.outbox.borrow().pause_left(now());
        self.drain_in(left);
    }

    async fn trim(self: &Rc<Self>) {
        let gone = self.store.trim(|sizes| self.outbox.borrow().overflow(sizes)).await;
        self.decide(|outbox| outbox.count_lost(gone));
    }

    fn count(&self, outcome: Outcome, bytes: usize) {
        if outcome == Outcome::Accepted {
            let mut sent = self.sent.get();
            sent.beacons = sent.beacons.saturating_add(1);
            sent.bytes = sent.bytes.saturating_add(bytes as u32);
            self.sent.set(sent);
        }
    }

    fn drain_in(&self, ms: u64) {
        if !self.stopped.get()
            && !self.silent.get()
            && let Some(hooks) = self.hooks.borrow().as_ref()
        {
            // Timers of more than 2^31 ms fire at once.
            hooks.drain.run_after(ms.min(i32::MAX as u64) as f64);
        }
    }

    /// Sends kept requests, the oldest first, until one fails. Only one tab does so at a time, if the browser has locks.
    async fn drain(self: &Rc<Self>, generation: u32) {
        if self.sending_kept.replace(true) {
            return;
        }
        match natives::locks() {
            None => self.send_kept(generation).await,
            Some(locks) => {
                let this = Rc::clone(self);
                let run = Closure::once(move |lock: JsValue| -> JsValue {
                    if lock.is_null() {
                        // Whoever has it may have found nothing to send before something was kept, or be ending.
                        this.drain_in(FIRST_DRAIN);
                        return JsValue::UNDEFINED;
                    }
                    let run = async move {
                        this.send_kept(generation).await;
                        Ok(JsValue::UNDEFINED)
                    };
                    future_to_promise(run).into()
                });
                let options = Init::new();
                options.set("ifAvailable", &JsValue::TRUE);
                let is_done = match locks.request("whippet-rum", &options, run.as_ref()) {
                    Ok(done) => JsFuture::from(done).await.is_ok(),
                    Err(_) => false,
                };
                // Refused where storage is blocked, as in a sandboxed frame: what is in memory is of this page alone.
                if !is_done {
                    self.send_kept(generation).await;
                }
            }
        }
        self.sending_kept.set(false);
        if self.stopped.get() {
            self.store.close().await;
        }
    }

    async fn send_kept(self: &Rc<Self>, generation: u32) {
        // The lock may be granted after the database was deleted: reading it would create it again.
        if generation != self.generation.get() {
            return;
        }
        self.trim().await;
        while !self.stopped.get() && generation == self.generation.get() {
            let first = self.store.first().await;
            if generation != self.generation.get() {
                return;
            }
            let at = first.as_ref().map(|(_, kept)| kept.at);
            let next = self.decide(|outbox| outbox.next(at, natives::is_online(), now()));
            let Some((key, kept)) = first else { return };
            let again = match next {
                NextStep::Idle => return,
                NextStep::Wait(ms) => return self.drain_in(ms),
                NextStep::Drop => None,
                NextStep::Send => {
                    let (outcome, bytes) = self.transport.post(&kept.request).await;
                    if generation != self.generation.get() {
                        return;
                    }
                    self.count(outcome, bytes);
                    let tries = kept.tries;
                    let fate =
                        self.decide(|outbox| outbox.handle_kept(outcome, tries, now(), browser::chance()));
                    match fate {
                        Disposition::Done => None,
                        Disposition::Keep(tries) => {
                            Some(Reinsert { kept: KeptRequest { tries, ..kept }, is_last: false })
                        }
                        Disposition::Requeue(tries) => {
                            Some(Reinsert { kept: KeptRequest { tries, ..kept }, is_last: true })
                        }
                    }
                }
            };
            // A request that cannot be removed would be sent forever.
            if !self.store.settle(key, again).await {
                return;
            }
        }
    }
}

/// The wall clock, ms since the Unix epoch.
fn now() -> u64 {
    browser::wall_clock() as u64
}

/// The `id` of a beacon; empty if `before_send` has replaced the text by another format.
fn id_of(text: &str) -> String {
    let id = text.split_once("\"id\":\"").and_then(|(_, rest)| rest.split_once('"'));
    id.map(|(id, _)| id.into()).unwrap_or_default()
}
