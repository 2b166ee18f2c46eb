//! Loads single items together.
use crate::browser_handle::BrowserHandle;
use leptos::reactive::computed::ScopedFuture;
use std::future::Future;
use std::hash::Hash;
use whippet_web::timing::{Batch as Batches, BatchOptions, Ended, NoValue};

/// Items that are loaded together, from [`use_batch`]. Copies are the same. Once its component was disposed, and on a server,
/// what is asked of it is cancelled.
pub struct Batch<I: 'static, V: 'static, E: 'static>(BrowserHandle<Batches<I, V, E>>);

impl<I, V, E> Clone for Batch<I, V, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I, V, E> Copy for Batch<I, V, E> {}

/// Loads items that are asked for one by one, such as by the rows of a table, together: `load` is given each item of a batch
/// once, and gives their values in the same order.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{Batch, BatchOptions, NoValue, QueryOptions, use_batch, use_local_query};
/// # async fn fetch_users(ids: Vec<u32>) -> Result<Vec<String>, String> { Ok(Vec::new()) }
/// # #[component] fn Users() -> impl IntoView {
/// let users: Batch<u32, String, String> = use_batch(BatchOptions::new().max_size(100), fetch_users);
/// // Each row is a query of its own, and all rows are one request.
/// let row = move |id: u32| {
///     let user = use_local_query(
///         move || ("user", id),
///         move |(_, id)| async move { users.load(id).await.map_err(|error| error.to_string()) },
///         QueryOptions::new(),
///     );
///     view! { <li>{move || user.data.get().map(|name| name.to_string())}</li> }
/// };
/// view! { <ul>{(0..50).map(row).collect_view()}</ul> }
/// # }
/// ```
pub fn use_batch<I, V, E, F>(options: BatchOptions, load: impl Fn(Vec<I>) -> F + 'static) -> Batch<I, V, E>
where
    I: Clone + Eq + Hash + 'static,
    V: Clone + 'static,
    E: 'static,
    F: Future<Output = Result<Vec<V>, E>> + 'static,
{
    Batch(BrowserHandle::new(|component| {
        Batches::new(options, move |items| component.run(|| ScopedFuture::new_untracked(load(items))))
    }))
}

impl<I, V, E> Batch<I, V, E>
where
    I: Clone + Eq + Hash + 'static,
    V: Clone + 'static,
    E: 'static,
{
    /// Loads an item, with others.
    pub fn load(&self, item: I) -> Ended<V, E> {
        match self.0.get() {
            Some(batch) => batch.load(item),
            None => Ended::ready(Err(NoValue::Cancelled)),
        }
    }

    /// Loads the waiting items now.
    pub fn flush(&self) {
        if let Some(batch) = self.0.get() {
            batch.flush();
        }
    }

    /// Cancels the waiting items. Batches that are being loaded go on.
    pub fn cancel(&self) {
        if let Some(batch) = self.0.get() {
            batch.cancel();
        }
    }

    /// The number of waiting items.
    pub fn pending(&self) -> usize {
        self.0.get().map_or(0, |batch| batch.pending())
    }
}
