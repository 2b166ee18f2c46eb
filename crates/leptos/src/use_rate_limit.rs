//! Limits how often a function runs.
use crate::browser_handle::BrowserHandle;
use leptos::reactive::computed::ScopedFuture;
use std::future::Future;
use whippet_web::timing::{Ended, NoValue, RateLimit as Limit, RateLimitOptions};

/// A function that runs only so often, from [`use_rate_limit`]. Copies are the same. Once its component was disposed, and on a
/// server, calls are cancelled.
pub struct RateLimit<A: 'static, V: 'static, E: 'static>(BrowserHandle<Limit<A, V, E>>);

impl<A, V, E> Clone for RateLimit<A, V, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, V, E> Copy for RateLimit<A, V, E> {}

/// Runs `function` no more often than `options` say; further calls wait, and run in the order in which they were made.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use std::time::Duration;
/// # use whippet_leptos::{RateLimitOptions, use_rate_limit};
/// # async fn geocode(place: String) -> Result<(f64, f64), String> { Ok((0.0, 0.0)) }
/// # #[component] fn Page() -> impl IntoView {
/// // A service that allows two requests per second; ten may wait.
/// let geocode = use_rate_limit(RateLimitOptions::new(2, Duration::from_secs(1)).max_queue(10), geocode);
/// # leptos::task::spawn_local(async move {
/// let place = geocode.call("Bern".to_owned()).await;
/// # });
/// # }
/// ```
pub fn use_rate_limit<A, V, E, F>(
    options: RateLimitOptions,
    function: impl Fn(A) -> F + 'static,
) -> RateLimit<A, V, E>
where
    A: 'static,
    V: 'static,
    E: 'static,
    F: Future<Output = Result<V, E>> + 'static,
{
    RateLimit(BrowserHandle::new(|component| {
        Limit::new(options, move |argument| component.run(|| ScopedFuture::new_untracked(function(argument))))
    }))
}

impl<A: 'static, V: 'static, E: 'static> RateLimit<A, V, E> {
    /// Runs the function now, or once it may.
    pub fn call(&self, argument: A) -> Ended<V, E> {
        match self.0.get() {
            Some(limit) => limit.call(argument),
            None => Ended::ready(Err(NoValue::Cancelled)),
        }
    }

    /// The number of waiting calls.
    pub fn pending(&self) -> usize {
        self.0.get().map_or(0, |limit| limit.pending())
    }

    /// Cancels the waiting calls.
    pub fn clear(&self) {
        if let Some(limit) = self.0.get() {
            limit.clear();
        }
    }
}
