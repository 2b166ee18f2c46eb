//! Keeps beacons that could not be sent: in IndexedDB, in the same database as the npm package, or in memory without it.
use super::super::callback::{Callback, callback};
use super::idb::{self, Cursor, Database, Transaction, answer};
use super::request::KeptRequest;
use js_sys::{Array, Promise};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

const NAME: &str = "whippet-rum";
const TABLE: &str = "beacons";

/// The key of a kept request.
#[derive(Clone)]
pub(super) enum Key {
    Memory(u32),
    Database(JsValue),
}

/// A request to keep again after it failed.
pub(super) struct Reinsert {
    pub(super) kept: KeptRequest,
    /// Whether it moves behind the others.
    pub(super) is_last: bool,
}

pub(super) struct Store {
    /// Resolves to the database, or to `undefined` without one.
    opening: RefCell<Option<Promise>>,
    ready: Cell<bool>,
    /// Counts calls of `close`: a database that was being opened before is not ready after.
    closed: Cell<u32>,
    on_close: RefCell<Option<Callback>>,
    /// Used without a database.
    memory: RefCell<VecDeque<(u32, KeptRequest)>>,
    next: Cell<u32>,
    /// Counts calls of `clear`: a request from before is not kept after.
    cleared: Cell<u32>,
}

impl Store {
    pub(super) fn new() -> Rc<Self> {
        let this = Rc::new(Self {
            opening: RefCell::default(),
            ready: Cell::new(false),
            closed: Cell::new(0),
            on_close: RefCell::default(),
            memory: RefCell::default(),
            next: Cell::new(0),
            cleared: Cell::new(0),
        });
        let on_close = callback(&this, |this, _| {
            let this = Rc::clone(this);
            spawn_local(async move { this.close().await });
        });
        *this.on_close.borrow_mut() = Some(on_close);
        this
    }

    /// Whether the database is open: only then does a last-minute `put` reach it.
    pub(super) fn is_ready(&self) -> bool {
        self.ready.get()
    }

    /// Keeps a request. Nothing is read first: the page may be unloaded before there is an answer.
    pub(super) async fn put(self: &Rc<Self>, kept: KeptRequest) {
        let generation = self.cleared.get();
        let is_kept = match self.open().await {
            Some(database) => add(&database, &kept).await.is_ok(),
            None => false,
        };
        // Without a database, on a full disk or in a private window, memory is used.
        if !is_kept && generation == self.cleared.get() {
            let key = self.next.get();
            self.next.set(key.wrapping_add(1));
            self.memory.borrow_mut().push_back((key, kept));
        }
    }

    /// Drops as many of the oldest as `overflow` returns for the sizes. Returns their number.
    pub(super) async fn trim(self: &Rc<Self>, overflow: impl Fn(&[usize]) -> usize) -> u64 {
        let database = self.open().await;
        let mut gone = {
            let mut memory = self.memory.borrow_mut();
            let sizes: Vec<usize> = memory.iter().map(|(_, kept)| kept.request.body.len()).collect();
            memory.drain(..overflow(&sizes)).count()
        };
        if let Some(database) = database {
            gone += trim(&database, overflow).await.unwrap_or_default();
        }
        gone as u64
    }

    /// The first kept request.
    pub(super) async fn first(self: &Rc<Self>) -> Option<(Key, KeptRequest)> {
        let database = self.open().await;
        // Memory has requests only if the database failed.
        if let Some((key, kept)) = self.memory.borrow().front() {
            return Some((Key::Memory(*key), kept.clone()));
        }
        first(&database?).await.ok()?
    }

    /// Removes a request, or keeps it again. Returns `false` if that failed.
    pub(super) async fn settle(self: &Rc<Self>, key: Key, again: Option<Reinsert>) -> bool {
        match key {
            Key::Memory(key) => {
                let mut memory = self.memory.borrow_mut();
                if let Some(place) = memory.iter().position(|entry| entry.0 == key) {
                    memory.remove(place);
                    if let Some(Reinsert { kept, is_last }) = again {
                        let place = if is_last { memory.len() } else { place };
                        memory.insert(place, (key, kept));
                    }
                }
                true
            }
            Key::Database(key) => match self.open().await {
                Some(database) => settle(&database, &key, again).await.is_ok(),
                None => false,
            },
        }
    }

    /// Takes the requests out of memory, which ends with the page.
    pub(super) fn take_memory(&self) -> Vec<KeptRequest> {
        self.memory.take().into_iter().map(|(_, kept)| kept).collect()
    }

    /// Deletes everything, also what other pages put there.
    pub(super) fn clear(self: &Rc<Self>) {
        self.cleared.set(self.cleared.get().wrapping_add(1));
        self.memory.take();
        let this = Rc::clone(self);
        spawn_local(async move {
            this.close().await;
            idb::delete(NAME);
        });
    }

    pub(super) async fn close(&self) {
        self.ready.set(false);
        self.closed.set(self.closed.get().wrapping_add(1));
        let opening = self.opening.take();
        if let Some(opening) = opening
            && let Some(database) = opened(opening).await
        {
            database.close();
        }
    }

    async fn open(self: &Rc<Self>) -> Option<Database> {
        let opening = self.opening.borrow().clone();
        let opening = opening.unwrap_or_else(|| {
            let this = Rc::clone(self);
            let opening = future_to_promise(async move { Ok(this.connect().await) });
            *self.opening.borrow_mut() = Some(opening.clone());
            opening
        });
        opened(opening).await
    }

    /// The open database, or `undefined`.
    async fn connect(&self) -> JsValue {
        let closed = self.closed.get();
        let Ok(database) = idb::open(NAME, TABLE).await else { return JsValue::UNDEFINED };
        if let Some(on_close) = self.on_close.borrow().as_ref() {
            database.set_onversionchange(on_close.as_ref());
            database.set_onclose(on_close.as_ref());
        }
        self.ready.set(closed == self.closed.get());
        database.into()
    }
}

async fn opened(opening: Promise) -> Option<Database> {
    let database = JsFuture::from(opening).await.ok()?;
    (!database.is_undefined()).then(|| database.unchecked_into())
}

async fn add(database: &Database, kept: &KeptRequest) -> Result<(), JsValue> {
    let (transaction, table) = Transaction::on(database, TABLE)?;
    table.add(&kept.to_object())?;
    transaction.commit().await
}

async fn trim(database: &Database, overflow: impl Fn(&[usize]) -> usize) -> Result<usize, JsValue> {
    // A transaction that waits for an answer would block the last beacon of a page that is closed. So the first one only
    // reads; a second one follows only if something must be dropped.
    let (transaction, table) = Transaction::on(database, TABLE)?;
    let kept = answer(&table.get_all()?);
    transaction.seal();
    if overflow(&sizes(kept.await?.unchecked_into())) == 0 {
        return Ok(0);
    }
    let (transaction, table) = Transaction::on(database, TABLE)?;
    let keys: Array = answer(&table.get_all_keys()?).await?.unchecked_into();
    let kept: Array = answer(&table.get_all()?).await?.unchecked_into();
    let gone = overflow(&sizes(kept));
    for key in keys.iter().take(gone) {
        table.delete(&key)?;
    }
    transaction.commit().await?;
    Ok(gone)
}

fn sizes(kept: Array) -> Vec<usize> {
    kept.iter().map(|kept| KeptRequest::from_object(&kept).request.body.len()).collect()
}

async fn first(database: &Database) -> Result<Option<(Key, KeptRequest)>, JsValue> {
    let (transaction, table) = Transaction::on(database, TABLE)?;
    let cursor = answer(&table.open_cursor()?);
    transaction.seal();
    let cursor = cursor.await?;
    if cursor.is_null() {
        return Ok(None);
    }
    let cursor: Cursor = cursor.unchecked_into();
    Ok(Some((Key::Database(cursor.key()), KeptRequest::from_object(&cursor.value()))))
}

async fn settle(database: &Database, key: &JsValue, again: Option<Reinsert>) -> Result<(), JsValue> {
    let (transaction, table) = Transaction::on(database, TABLE)?;
    // If another tab has sent it meanwhile, it is not kept again.
    if !answer(&table.get_key(key)?).await?.is_undefined() {
        match again {
            Some(Reinsert { kept, is_last: false }) => _ = table.put(&kept.to_object(), key)?,
            again => {
                table.delete(key)?;
                if let Some(Reinsert { kept, .. }) = again {
                    table.add(&kept.to_object())?;
                }
            }
        }
    }
    transaction.commit().await
}
