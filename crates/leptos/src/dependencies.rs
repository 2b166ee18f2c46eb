//! Queries whose key or options read the data of other queries. On a server nothing runs again by itself while a page is being
//! rendered, so a query waits for those that it has read.
use futures::future::BoxFuture;
use std::cell::RefCell;
#[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

thread_local! {
    /// What was read of whose first result is on its way; `None` while no key or options are computed.
    static READ: RefCell<Option<Vec<BoxFuture<'static, ()>>>> = const { RefCell::new(None) };
}

/// The unsettled queries that one query depends on.
#[derive(Clone, Default)]
pub(crate) struct Dependencies(Arc<Inner>);

#[derive(Default)]
struct Inner {
    ends: Mutex<Vec<BoxFuture<'static, ()>>>,
    /// Whether there ever were any.
    waited: AtomicBool,
}

impl Dependencies {
    /// Runs what computes a key or options, and remembers the queries that it reads.
    pub(crate) fn collect<R>(&self, compute: impl FnOnce() -> R) -> R {
        let outer = READ.replace(Some(Vec::new()));
        let result = compute();
        let read = READ.replace(outer).unwrap_or_default();
        if !read.is_empty() {
            self.0.waited.store(true, Ordering::Relaxed);
            self.0.ends.lock().unwrap_or_else(PoisonError::into_inner).extend(read);
        }
        result
    }

    /// Those since it was asked last. For servers.
    #[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
    pub(crate) fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        mem::take(&mut *self.0.ends.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the query had to wait for another one. Never in a browser.
    pub(crate) fn waited(&self) -> bool {
        self.0.waited.load(Ordering::Relaxed)
    }
}

/// Whether a key or options are being computed.
pub(crate) fn is_collecting() -> bool {
    READ.with_borrow(Option::is_some)
}

/// A query was read whose result `ends` waits for. A browser does without: there, what reads it runs again.
pub(crate) fn read(ends: impl FnOnce() -> BoxFuture<'static, ()>) {
    let on_server = cfg!(not(all(target_family = "wasm", not(feature = "ssr"))));
    if on_server && is_collecting() {
        let ends = ends();
        READ.with_borrow_mut(|read| read.as_mut().map(|read| read.push(ends)));
    }
}
