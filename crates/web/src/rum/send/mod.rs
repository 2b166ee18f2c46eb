//! Sends beacons: at once, when the page goes, or on the next visit; and never throws into the page. What is sent
//! when, kept or given up, is the engine's [`Outbox`]'s to say.
mod gzip;
mod idb;
mod natives;
mod request;
mod store;
mod transport;

use super::browser::{self, Init};
use super::listener::Listener;
use super::task::Task;
use super::{Sent, read};
use request::{KeptRequest, Request};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use store::{Reinsert, Store};
use transport::Transport;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use whippet_engine::beacon::{Disposition, KeepBounds, NextStep, Outbox, Outcome};

/// When what earlier visits kept is looked for: once the page has other things behind it, ms.
const SETTLED: u64 = 3_000;
/// Where the tab keeps how long the server is left alone.
const PAUSE: &str = "whippet.pause";

/// Sends beacons to one address.
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
    /// After `forget`, until there is something to send again: nothing is even looked for.
    silent: Cell<bool>,
    /// Counts calls of `forget`: what began before one must not be kept after it.
    generation: Cell<u32>,
}

struct Hooks {
    drain: Task,
    _online: Listener,
}

impl Sender {
    /// `on_lost` is told when beacons are lost for good: refused, or too old, too many or too much to be kept.
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
                this.decide(|outbox| outbox.handle_online());
                this.drain_in(0);
            }),
        };
        *inner.hooks.borrow_mut() = Some(hooks);
        inner.drain_in(SETTLED);
        Self { inner }
    }

    /// Sends a beacon. `leaving`: the page is hidden or closed, and may never run again. What fails is kept and
    /// tried again, with pauses that grow, or on the next visit.
    pub(super) fn send(&self, text: String, leaving: bool) {
        let this = Rc::clone(&self.inner);
        this.silent.set(false);
        let id = id_of(&text);
        let kept = KeptRequest { request: Request::new(&this.endpoint, text), id, at: now(), tries: 0 };
        if leaving {
            this.leave(kept);
            this.send_memory_at_unload();
        } else {
            let generation = this.generation.get();
            spawn_local(async move { this.post(kept, generation).await });
        }
    }

    /// Ends all timers and listeners. What is under way still arrives, what is kept stays kept.
    pub(super) fn stop(&self) {
        self.inner.stopped.set(true);
        self.inner.hooks.take();
        if !self.inner.sending_kept.get() {
            let store = Rc::clone(&self.inner.store);
            spawn_local(async move { store.close().await });
        }
    }

    /// Deletes what is kept, also by earlier visits, and takes back what is under way so far as that can be done.
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

    /// Whether what has that address is a request of its own.
    pub(super) fn is_own(&self, url: &str) -> bool {
        self.inner.transport.has_sent_to(url)
    }
}

impl Inner {
    /// Asks the outbox, and does what follows: the next page of the tab is to know of the pause.
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
        // Consent may have been taken back before this runs.
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

    fn leave(self: &Rc<Self>, kept: KeptRequest) {
        let leaves = self.outbox.borrow().may_send_at_unload(natives::is_online());
        // A database that is not open yet is no place for a last-minute beacon: then sending it is worth a try.
        let keeps = !leaves && self.store.is_ready();
        let (this, generation, held) = (Rc::clone(self), self.generation.get(), kept.clone());
        let failed: Rc<dyn Fn()> = Rc::new(move || {
            if generation == this.generation.get() {
                let (this, kept) = (Rc::clone(&this), held.clone());
                spawn_local(async move { this.keep(kept, generation).await });
            }
        });
        if !keeps && self.transport.leave(&kept.request, Rc::clone(&failed)) {
            self.count(Outcome::Accepted, kept.request.body.len());
        } else {
            failed();
        }
    }

    /// What only memory keeps goes with the page: it is worth a try.
    fn send_memory_at_unload(self: &Rc<Self>) {
        if self.outbox.borrow().pause_left(now()) > 0 {
            return;
        }
        for kept in self.store.take_memory() {
            let this = Rc::clone(self);
            let lose: Rc<dyn Fn()> = Rc::new(move || this.decide(|outbox| outbox.count_lost(1)));
            if self.transport.leave(&kept.request, Rc::clone(&lose)) {
                self.count(Outcome::Accepted, kept.request.body.len());
            } else {
                lose();
            }
        }
    }

    async fn keep(self: &Rc<Self>, kept: KeptRequest, generation: u32) {
        // Consent may have been taken back before this runs.
        if generation != self.generation.get() {
            return;
        }
        self.store.put(kept).await;
        // To look into what was deleted would make it anew. And a page that goes could not tell of what it dropped:
        // the next one does it.
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

    /// Sends what is kept, the oldest first, until it fails. One tab at a time, where tabs can agree on that.
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
                // Without the lock it is tried with the next beacon that fails, or on the next visit.
                if let Ok(done) = locks.request("whippet-rum", &options, run.as_ref()) {
                    let _ = JsFuture::from(done).await;
                }
            }
        }
        self.sending_kept.set(false);
        if self.stopped.get() {
            self.store.close().await;
        }
    }

    async fn send_kept(self: &Rc<Self>, generation: u32) {
        // The lock may have been given after all was deleted: to look into that would make the database anew.
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
            // What could not be taken out would be sent for ever.
            if !self.store.settle(key, again).await {
                return;
            }
        }
    }
}

/// The wall clock.
fn now() -> u64 {
    browser::wall_clock() as u64
}

/// The `id` of a beacon, which stands in front of its text; nothing where someone wrote another text.
fn id_of(text: &str) -> String {
    let id = text.split_once("\"id\":\"").and_then(|(_, rest)| rest.split_once('"'));
    id.map(|(id, _)| id.into()).unwrap_or_default()
}
