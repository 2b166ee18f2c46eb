//! Queries whose key or options read the data of other queries. On a server nothing runs again by itself while a page is being
//! rendered, so a query waits for those that it has read.
use crate::environment::SENT_WITH_THE_PAGE;
use futures::future::BoxFuture;
use std::cell::RefCell;
#[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

thread_local! {
    /// What was read of whose first result is on its way; `None` while no key or options are computed.
    static READ: RefCell<Option<Ends>> = const { RefCell::new(None) };
}

type Ends = Vec<BoxFuture<'static, ()>>;

/// What is computed around a key or options. It is put back also where those panic: a server's thread goes on with other requests.
struct Outer(Option<Ends>);

impl Drop for Outer {
    fn drop(&mut self) {
        let inner = READ.replace(self.0.take());
        drop(inner);
    }
}

/// The unsettled queries that one query depends on.
#[derive(Clone, Default)]
pub(crate) struct Dependencies(Arc<Inner>);

#[derive(Default)]
struct Inner {
    ends: Mutex<Ends>,
    /// Whether there ever were any.
    waited: AtomicBool,
}

impl Dependencies {
    /// Runs what computes a key or options, and remembers the queries that it reads.
    pub(crate) fn collect<R>(&self, compute: impl FnOnce() -> R) -> R {
        if !SENT_WITH_THE_PAGE {
            return compute();
        }
        let outer = Outer(READ.replace(Some(Vec::new())));
        let result = compute();
        let read = READ.take().unwrap_or_default();
        drop(outer);
        if !read.is_empty() {
            self.0.waited.store(true, Ordering::Relaxed);
            self.0.ends.lock().unwrap_or_else(PoisonError::into_inner).extend(read);
        }
        result
    }

    /// Those since it was asked last. For servers.
    #[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
    pub(crate) fn take(&self) -> Ends {
        mem::take(&mut *self.0.ends.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the query had to wait for another one. Never in a browser.
    pub(crate) fn waited(&self) -> bool {
        self.0.waited.load(Ordering::Relaxed)
    }
}

/// Whether a key or options are being computed.
pub(crate) fn is_collecting() -> bool {
    SENT_WITH_THE_PAGE && READ.with_borrow(Option::is_some)
}

/// A query was read whose result `ends` waits for. A browser does without: there, what reads it runs again.
#[cfg(not(all(target_family = "wasm", not(feature = "ssr"))))]
pub(crate) fn read(ends: impl FnOnce() -> BoxFuture<'static, ()>) {
    if is_collecting() {
        let ends = ends();
        READ.with_borrow_mut(|read| read.as_mut().map(|read| read.push(ends)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn a_key_that_panics_leaves_its_thread_as_it_was() {
        let key = || -> u32 { panic!("there is no key") };
        assert!(catch_unwind(|| Dependencies::default().collect(key)).is_err());
        assert!(
            !is_collecting(),
            "or the requests that follow would keep what they read, and render otherwise"
        );
        let outer = Dependencies::default();
        let within = outer.collect(|| {
            let failed = catch_unwind(|| Dependencies::default().collect(key)).is_err();
            failed && is_collecting()
        });
        assert!(within, "what is around it goes on");
    }
}
