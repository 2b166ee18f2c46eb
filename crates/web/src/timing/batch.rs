//! Batches: single items that are loaded together.
use super::HostTimer;
use super::ended::{Ended, Promise, promise};
use super::host::count;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::Future;
use core::hash::Hash;
use core::pin::Pin;
use std::collections::HashMap;
use wasm_bindgen_futures::spawn_local;
use whippet_engine::pace::{Enqueued, enqueue};
use whippet_engine::time::Duration;

/// The options of a [`Batch`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BatchOptions {
    /// A batch of this many items is loaded at once; at least 1.
    pub max_size: u32,
    /// A batch is loaded this long after its first item. Zero is after the futures that are ready now: what a later microtask asks for is in
    /// the next batch.
    pub max_wait: Duration,
}

impl Default for BatchOptions {
    /// Any number of items; after the futures that are ready now.
    fn default() -> Self {
        Self { max_size: u32::MAX, max_wait: Duration::ZERO }
    }
}

impl BatchOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// A batch of this many items is loaded at once; at least 1.
    #[must_use]
    pub fn max_size(mut self, items: u32) -> Self {
        self.max_size = items.max(1);
        self
    }

    /// A batch is loaded this long after its first item; zero is after the futures that are ready now.
    #[must_use]
    pub fn max_wait(mut self, span: impl Into<Duration>) -> Self {
        self.max_wait = span.into();
        self
    }
}

type Load<I, V, E> = Box<dyn Fn(Vec<I>) -> Pin<Box<dyn Future<Output = Result<Vec<V>, E>>>>>;

/// Loads single items together. Clones are the same.
pub struct Batch<I, V, E>(Rc<Inner<I, V, E>>);

struct Inner<I, V, E> {
    load: Load<I, V, E>,
    options: BatchOptions,
    open: RefCell<Open<I, V, E>>,
}

/// The batch that is being filled.
struct Open<I, V, E> {
    items: Vec<I>,
    /// Where an item is among them.
    places: HashMap<I, usize>,
    /// Who waits for each.
    waiting: Vec<Vec<Promise<V, E>>>,
    number: u32,
    timer: HostTimer,
}

impl<I, V, E> Clone for Batch<I, V, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<I, V, E> Batch<I, V, E>
where
    I: Clone + Eq + Hash + 'static,
    V: Clone + 'static,
    E: 'static,
{
    /// `load` is given the items of a batch, each once, and gives their values in the same order.
    pub fn new<F>(options: BatchOptions, load: impl Fn(Vec<I>) -> F + 'static) -> Self
    where
        F: Future<Output = Result<Vec<V>, E>> + 'static,
    {
        let open = Open {
            items: Vec::new(),
            places: HashMap::new(),
            waiting: Vec::new(),
            number: 0,
            timer: HostTimer::new(),
        };
        let load: Load<I, V, E> = Box::new(move |items| Box::pin(load(items)));
        Self(Rc::new(Inner { load, options, open: RefCell::new(open) }))
    }

    /// Loads an item, with others. Who asks for an item that waits already shares its value.
    pub fn load(&self, item: I) -> Ended<V, E> {
        count(|stats| stats.calls += 1);
        let (tell, told) = promise();
        let (enqueued, number) = {
            let mut open = self.0.open.borrow_mut();
            let known = open.places.get(&item).copied();
            if let Some(waiting) = known.and_then(|place| open.waiting.get_mut(place)) {
                waiting.push(tell);
                return told;
            }
            let place = open.items.len();
            open.places.insert(item.clone(), place);
            open.items.push(item);
            open.waiting.push(alloc::vec![tell]);
            let BatchOptions { max_size, max_wait } = self.0.options;
            (enqueue(open.items.len() as u32, max_size, max_wait), open.number)
        };
        match enqueued {
            Enqueued::Waits => {}
            Enqueued::Fills => self.flush(),
            Enqueued::OpensTask => {
                let weak = Rc::downgrade(&self.0);
                spawn_local(async move {
                    // Of the batch that was open then, unless it was loaded meanwhile.
                    if let Some(batch) = weak.upgrade().map(Self)
                        && batch.0.open.borrow().number == number
                    {
                        batch.flush();
                    }
                });
            }
            Enqueued::OpensTimer => {
                let weak = Rc::downgrade(&self.0);
                let fire = move || {
                    if let Some(batch) = weak.upgrade().map(Self) {
                        batch.flush();
                    }
                };
                self.0.open.borrow_mut().timer.arm(self.0.options.max_wait, fire);
            }
        }
        told
    }

    /// Loads the waiting items now.
    pub fn flush(&self) {
        let (items, waiting) = self.take();
        if items.is_empty() {
            return;
        }
        count(|stats| stats.invocations += 1);
        // Nothing is borrowed here: the function may ask for more.
        let answer = (self.0.load)(items);
        spawn_local(async move {
            match answer.await {
                Ok(values) if values.len() == waiting.len() => {
                    for (promises, value) in waiting.into_iter().zip(values) {
                        promises.into_iter().for_each(|promise| promise.keep(value.clone()));
                    }
                }
                Ok(values) => {
                    let (asked, got) = (waiting.len(), values.len());
                    waiting.into_iter().flatten().for_each(|promise| promise.miscounted(asked, got));
                }
                Err(error) => {
                    let error = Rc::new(error);
                    waiting.into_iter().flatten().for_each(|promise| promise.fail(error.clone()));
                }
            }
        });
    }

    /// Drops the waiting items. Batches that are being loaded go on.
    pub fn cancel(&self) {
        drop(self.take());
    }

    /// The number of waiting items.
    pub fn pending(&self) -> usize {
        self.0.open.borrow().items.len()
    }

    fn take(&self) -> (Vec<I>, Vec<Vec<Promise<V, E>>>) {
        let mut open = self.0.open.borrow_mut();
        open.number = open.number.wrapping_add(1);
        open.places.clear();
        open.timer.disarm();
        (core::mem::take(&mut open.items), core::mem::take(&mut open.waiting))
    }
}
