//! Memos: results that are remembered for a while.
use super::HostTimer;
use super::ended::{Ended, NoValue, Promise, promise};
use super::host::count;
use super::lists::with_lists;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::Future;
use core::hash::Hash;
use core::pin::Pin;
use std::collections::HashMap;
use wasm_bindgen_futures::spawn_local;
use whippet_engine::pace::{Lookup, MemoId};
use whippet_engine::time::Duration;

/// How long a [`MemoAsync`] remembers, and how much.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MemoOptions {
    /// How long a result is fresh after it arrived.
    pub ttl: Duration,
    /// For how long after that it is given at once, while a new one is computed for later calls.
    pub stale_while_revalidate: Duration,
    /// How many results are kept, at least 1; the least recently used one goes first.
    pub max_size: u32,
}

impl Default for MemoOptions {
    /// For ever, and all.
    fn default() -> Self {
        Self { ttl: Duration::INFINITE, stale_while_revalidate: Duration::ZERO, max_size: u32::MAX }
    }
}

impl MemoOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a result is fresh after it arrived.
    #[must_use]
    pub fn ttl(mut self, span: impl Into<Duration>) -> Self {
        self.ttl = span.into();
        self
    }

    /// For how long after that it is given at once, while a new one is computed for later calls.
    #[must_use]
    pub fn stale_while_revalidate(mut self, span: impl Into<Duration>) -> Self {
        self.stale_while_revalidate = span.into();
        self
    }

    /// How many results are kept, at least 1; the least recently used one goes first.
    #[must_use]
    pub fn max_size(mut self, results: u32) -> Self {
        self.max_size = results.max(1);
        self
    }
}

type Compute<K, V, E> = Box<dyn Fn(K) -> Pin<Box<dyn Future<Output = Result<V, E>>>>>;
type Waiting<V, E> = Rc<RefCell<Vec<Promise<V, E>>>>;

/// A function whose results are remembered by its argument. Clones are the same. Failures are not remembered.
pub struct MemoAsync<K, V, E>(Rc<Inner<K, V, E>>);

struct Inner<K, V, E> {
    id: MemoId,
    compute: Compute<K, V, E>,
    options: MemoOptions,
    known: RefCell<HashMap<K, Entry<V, E>>>,
    /// Whose slot a slot is.
    keys: RefCell<HashMap<u32, K>>,
    timer: RefCell<HostTimer>,
}

struct Entry<V, E> {
    slot: u32,
    value: Option<V>,
    /// Who waits for the computation that is under way. It has this too, as the entry may be evicted meanwhile.
    waiting: Waiting<V, E>,
}

impl<K, V, E> Clone for MemoAsync<K, V, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, E> Drop for Inner<K, V, E> {
    fn drop(&mut self) {
        with_lists(|lists, _| lists.memo_release(self.id));
    }
}

impl<K, V, E> MemoAsync<K, V, E>
where
    K: Clone + Eq + Hash + 'static,
    V: Clone + 'static,
    E: 'static,
{
    /// Remembers the results of `compute`.
    pub fn new<F>(options: MemoOptions, compute: impl Fn(K) -> F + 'static) -> Self
    where
        F: Future<Output = Result<V, E>> + 'static,
    {
        let id = with_lists(|lists, _| lists.memo_create()).unwrap_or(MemoId(0));
        let compute: Compute<K, V, E> = Box::new(move |key| Box::pin(compute(key)));
        Self(Rc::new(Inner {
            id,
            compute,
            options,
            known: RefCell::default(),
            keys: RefCell::default(),
            timer: RefCell::default(),
        }))
    }

    /// The result for `key`: the remembered one, that of a computation which is under way, or a new one.
    pub fn call(&self, key: K) -> Ended<V, E> {
        count(|stats| stats.calls += 1);
        let stale = self.0.options.stale_while_revalidate;
        let slot = self.0.known.borrow().get(&key).map(|entry| entry.slot);
        let found =
            slot.and_then(|slot| with_lists(|lists, now| lists.memo_lookup(self.0.id, slot, now, stale)));
        match found {
            Some(Lookup::Fresh(_) | Lookup::Stale | Lookup::Revalidate) => {
                let value = self.0.known.borrow().get(&key).and_then(|entry| entry.value.clone());
                if matches!(found, Some(Lookup::Revalidate)) {
                    self.compute(key);
                }
                Ended::ready(value.ok_or(NoValue::Cancelled))
            }
            Some(Lookup::Pending) => self.join(&key),
            Some(Lookup::Expired) | None => {
                let dropped = slot.and_then(|slot| self.forget(slot));
                drop(dropped);
                self.add(&key);
                let joined = self.join(&key);
                self.compute(key);
                joined
            }
        }
    }

    /// Forgets all results.
    pub fn clear(&self) {
        self.0.timer.borrow_mut().disarm();
        with_lists(|lists, _| lists.memo_clear(self.0.id));
        let dropped = (self.0.known.take(), self.0.keys.take());
        drop(dropped);
    }

    /// Forgets the result for `key`; `false` where there is none.
    pub fn remove(&self, key: &K) -> bool {
        let removed = self.0.known.borrow_mut().remove(key);
        if let Some(entry) = &removed {
            self.0.keys.borrow_mut().remove(&entry.slot);
            with_lists(|lists, _| lists.memo_remove(entry.slot));
        }
        removed.is_some()
    }

    /// How many results are kept, with those under way.
    pub fn len(&self) -> usize {
        self.0.known.borrow().len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn add(&self, key: &K) {
        let slot = with_lists(|lists, _| lists.memo_add(self.0.id)).unwrap_or_default();
        let entry = Entry { slot, value: None, waiting: Waiting::default() };
        self.0.keys.borrow_mut().insert(slot, key.clone());
        let mut dropped = Vec::new();
        dropped.push(self.0.known.borrow_mut().insert(key.clone(), entry));
        loop {
            let size = self.len() as u32;
            let evicted = with_lists(|lists, _| lists.memo_evict(self.0.id, size, self.0.options.max_size));
            let Some(slot) = evicted.flatten() else { return };
            dropped.push(self.forget(slot));
        }
    }

    fn forget(&self, slot: u32) -> Option<Entry<V, E>> {
        let key = self.0.keys.borrow_mut().remove(&slot)?;
        self.0.known.borrow_mut().remove(&key)
    }

    fn join(&self, key: &K) -> Ended<V, E> {
        let (tell, told) = promise();
        if let Some(entry) = self.0.known.borrow().get(key) {
            entry.waiting.borrow_mut().push(tell);
        }
        told
    }

    fn compute(&self, key: K) {
        let Some(waiting) = self.0.known.borrow().get(&key).map(|entry| entry.waiting.clone()) else {
            return;
        };
        count(|stats| stats.invocations += 1);
        let answer = (self.0.compute)(key.clone());
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            let outcome = answer.await.map_err(|error| NoValue::Failed(Rc::new(error)));
            if let Some(memo) = weak.upgrade().map(Self) {
                memo.computed(&key, &waiting, outcome.as_ref().ok());
            }
            for promise in waiting.take() {
                promise.end(outcome.clone());
            }
        });
    }

    /// A computation has ended, unless its entry was replaced meanwhile: with this value, or none.
    fn computed(&self, key: &K, waiting: &Waiting<V, E>, value: Option<&V>) {
        let MemoOptions { ttl, stale_while_revalidate: stale, .. } = self.0.options;
        let mut known = self.0.known.borrow_mut();
        let Some(entry) = known.get_mut(key).filter(|entry| Rc::ptr_eq(&entry.waiting, waiting)) else {
            return;
        };
        let slot = entry.slot;
        let Some(value) = value else {
            let gone = with_lists(|lists, _| lists.memo_failed(slot)).unwrap_or(true);
            drop(known);
            let dropped = gone.then(|| self.forget(slot));
            return drop(dropped);
        };
        let before = entry.value.replace(value.clone());
        with_lists(|lists, now| lists.memo_settled(self.0.id, slot, now, ttl, stale));
        drop(known);
        drop(before);
        self.collect();
    }

    /// Drops what has expired, and waits for the next.
    fn collect(&self) {
        loop {
            let (id, stale) = (self.0.id, self.0.options.stale_while_revalidate);
            let next = with_lists(|lists, now| (lists.memo_expired(id, now, stale), now));
            match next {
                Some((Ok(slot), _)) => drop(self.forget(slot)),
                Some((Err(at), now)) if !at.is_never() => {
                    let weak = Rc::downgrade(&self.0);
                    let fire = move || {
                        if let Some(memo) = weak.upgrade().map(Self) {
                            memo.collect();
                        }
                    };
                    return self.0.timer.borrow_mut().arm(at.since(now), fire);
                }
                _ => return self.0.timer.borrow_mut().disarm(),
            }
        }
    }
}
