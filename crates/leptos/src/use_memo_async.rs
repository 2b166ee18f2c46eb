//! Remembers the results of a function.
use crate::browser_handle::BrowserHandle;
use leptos::reactive::computed::ScopedFuture;
use std::future::Future;
use std::hash::Hash;
use whippet_web::timing::{Ended, MemoAsync as Remembered, MemoOptions, NoValue};

/// A function whose results are remembered, from [`use_memo_async`]. Copies are the same. Once its component was disposed,
/// and on a server, calls are cancelled.
pub struct MemoAsync<K: 'static, V: 'static, E: 'static>(BrowserHandle<Remembered<K, V, E>>);

impl<K, V, E> Clone for MemoAsync<K, V, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, E> Copy for MemoAsync<K, V, E> {}

/// Remembers what `function` gave for an argument, for this component. Calls of one argument share a computation that is under
/// way; failures are not remembered. What several components show is a query instead.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use std::time::Duration;
/// # use whippet_leptos::{MemoOptions, use_memo_async};
/// # async fn suggest(text: String) -> Result<Vec<String>, String> { Ok(Vec::new()) }
/// # #[component] fn Page() -> impl IntoView {
/// let suggest = use_memo_async(MemoOptions::new().ttl(Duration::from_secs(60)).max_size(100), suggest);
/// # leptos::task::spawn_local(async move {
/// let suggestions = suggest.call("whip".to_owned()).await;
/// # });
/// # }
/// ```
pub fn use_memo_async<K, V, E, F>(
    options: MemoOptions,
    function: impl Fn(K) -> F + 'static,
) -> MemoAsync<K, V, E>
where
    K: Clone + Eq + Hash + 'static,
    V: Clone + 'static,
    E: 'static,
    F: Future<Output = Result<V, E>> + 'static,
{
    MemoAsync(BrowserHandle::new(|component| {
        Remembered::new(options, move |key| component.run(|| ScopedFuture::new_untracked(function(key))))
    }))
}

impl<K, V, E> MemoAsync<K, V, E>
where
    K: Clone + Eq + Hash + 'static,
    V: Clone + 'static,
    E: 'static,
{
    /// The remembered result, that of a computation which is under way, or a new one.
    pub fn call(&self, key: K) -> Ended<V, E> {
        match self.0.get() {
            Some(memo) => memo.call(key),
            None => Ended::ready(Err(NoValue::Cancelled)),
        }
    }

    /// Forgets the result for `key`; `false` where there is none.
    pub fn remove(&self, key: &K) -> bool {
        self.0.get().is_some_and(|memo| memo.remove(key))
    }

    /// Forgets all results.
    pub fn clear(&self) {
        if let Some(memo) = self.0.get() {
            memo.clear();
        }
    }
}
