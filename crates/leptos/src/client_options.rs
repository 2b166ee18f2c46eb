//! The options of a query client.
use crate::query_key::untyped;
use crate::{MutationOptions, QueryKey, QueryOptions};
use std::any::Any;
use std::sync::Arc;
use whippet_engine::query::Limits;
use whippet_web::query::Key;

/// How a fetch or a mutation of the app ended.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct CacheEvent<'a> {
    key: &'a QueryKey,
    outcome: Outcome<'a>,
}

impl<'a> CacheEvent<'a> {
    pub(crate) fn new(
        key: &'a QueryKey,
        outcome: Result<&'a (dyn Any + Send + Sync), &'a (dyn Any + Send + Sync)>,
    ) -> Self {
        Self { key, outcome }
    }

    /// The key of the query, or of the mutation: that of `()` where it has none.
    pub fn key(&self) -> &'a QueryKey {
        self.key
    }

    /// Whether it failed, after its retries.
    pub fn is_error(&self) -> bool {
        self.outcome.is_err()
    }

    /// What it gave, if that is a `T`.
    pub fn data<T: 'static>(&self) -> Option<&'a T> {
        self.outcome.ok()?.downcast_ref()
    }

    /// Its error, if that is an `E`.
    pub fn error<E: 'static>(&self) -> Option<&'a E> {
        self.outcome.err()?.downcast_ref()
    }
}

type OnEvent = Arc<dyn Fn(CacheEvent<'_>) + Send + Sync>;

/// The options of a whole app: what its queries and mutations are unless they say otherwise, and who hears how each of them
/// ends. See [`provide_query_client_with`](crate::provide_query_client_with).
#[derive(Clone, Default)]
#[must_use]
pub struct QueryClientOptions {
    pub(crate) queries: QueryOptions,
    pub(crate) mutations: MutationOptions,
    /// Those of queries whose key begins with that; later ones come first.
    pub(crate) by_prefix: Vec<(QueryKey, QueryOptions)>,
    pub(crate) on_query: Vec<OnEvent>,
    pub(crate) on_mutation: Vec<OnEvent>,
    /// `None` where nothing is limited.
    pub(crate) limits: Option<Limits>,
}

impl QueryClientOptions {
    /// Nothing but the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The options of queries that do not set their own.
    pub fn queries(mut self, options: QueryOptions) -> Self {
        self.queries = options;
        self
    }

    /// The options of mutations that do not set their own.
    pub fn mutations(mut self, options: MutationOptions) -> Self {
        self.mutations = options;
        self
    }

    /// The options of queries whose key begins with `prefix`. They come before those of [`queries`](Self::queries), and
    /// before those of a prefix that was named earlier.
    pub fn queries_of(mut self, prefix: &(impl serde::Serialize + ?Sized), options: QueryOptions) -> Self {
        self.by_prefix.push((QueryKey::new(prefix), options));
        self
    }

    /// Replaces what was set for `prefix`, in its place.
    pub(crate) fn set_queries_of(&mut self, prefix: QueryKey, options: QueryOptions) {
        // Of several, the last one counts.
        match self.by_prefix.iter_mut().rfind(|(known, _)| *known == prefix) {
            Some((_, known)) => *known = options,
            None => self.by_prefix.push((prefix, options)),
        }
    }

    /// The number of queries beyond which those are forgotten that nobody observes, the least recently used first. One that was
    /// just fetched is kept for a moment. By default there is no limit.
    pub fn max_entries(mut self, most: usize) -> Self {
        self.limits.get_or_insert_default().entries = most;
        self
    }

    /// The size of all data, in bytes, beyond which those are forgotten that nobody observes. See
    /// [`QueryOptions::size_of`].
    ///
    /// ```
    /// # use whippet_leptos::QueryClientOptions;
    /// let options = QueryClientOptions::new().max_entries(500).max_bytes(20_000_000);
    /// ```
    pub fn max_bytes(mut self, most: usize) -> Self {
        self.limits.get_or_insert_default().bytes = most as f64;
        self
    }

    /// Calls `then` after each fetch that succeeded.
    pub fn on_success(self, then: impl Fn(CacheEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_settled(move |event| {
            if !event.is_error() {
                then(event);
            }
        })
    }

    /// Calls `then` after each fetch that failed, once its retries are over: such as to tell the user.
    ///
    /// ```
    /// use whippet_leptos::QueryClientOptions;
    ///
    /// let options = QueryClientOptions::new().on_error(|event| {
    ///     if let Some(reason) = event.error::<String>() {
    ///         leptos::logging::warn!("{:?}: {reason}", event.key());
    ///     }
    /// });
    /// ```
    pub fn on_error(self, then: impl Fn(CacheEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_settled(move |event| {
            if event.is_error() {
                then(event);
            }
        })
    }

    /// Calls `then` after each fetch that succeeded or failed.
    pub fn on_settled(mut self, then: impl Fn(CacheEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_query.push(Arc::new(then));
        self
    }

    /// Calls `then` after each mutation that succeeded, before the mutation's own handlers.
    pub fn on_mutation_success(self, then: impl Fn(CacheEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_mutation_settled(move |event| {
            if !event.is_error() {
                then(event);
            }
        })
    }

    /// Calls `then` after each mutation that failed, once its retries are over, before the mutation's own handlers.
    pub fn on_mutation_error(self, then: impl Fn(CacheEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_mutation_settled(move |event| {
            if event.is_error() {
                then(event);
            }
        })
    }

    /// Calls `then` after each mutation that succeeded or failed, before the mutation's own handlers.
    pub fn on_mutation_settled(mut self, then: impl Fn(CacheEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_mutation.push(Arc::new(then));
        self
    }

    /// What the query cache tells of fetches; `None` where nobody listens.
    pub(crate) fn on_query(&self) -> Option<impl Fn(&Key, Outcome<'_>) + Send + Sync + use<>> {
        let listeners = self.on_query.clone();
        (!listeners.is_empty()).then_some(move |key: &Key, outcome: Outcome<'_>| {
            let key = untyped(key.clone());
            let event = CacheEvent::new(&key, outcome);
            listeners.iter().for_each(|listener| listener(event));
        })
    }

    /// The options of a query of `key`.
    pub(crate) fn complete(&self, key: Option<&QueryKey>, options: &mut QueryOptions) {
        let matches = |prefix: &QueryKey| key.is_some_and(|key| key.0.0.starts_with(&prefix.0.0));
        for (prefix, defaults) in self.by_prefix.iter().rev() {
            if matches(prefix) {
                options.fill(defaults);
            }
        }
        options.fill(&self.queries);
        options.complete();
    }
}

/// How a fetch ended.
pub(crate) type Outcome<'a> = Result<&'a (dyn Any + Send + Sync), &'a (dyn Any + Send + Sync)>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Duration;
    use whippet_engine::query::{Retry, StaleTime};

    fn complete(
        client: &QueryClientOptions,
        key: Option<&QueryKey>,
        mut options: QueryOptions,
    ) -> QueryOptions {
        client.complete(key, &mut options);
        options
    }

    fn after(ms: f64) -> QueryOptions {
        QueryOptions::new().stale_time(Duration::from_ms(ms))
    }

    fn stale_ms(options: &QueryOptions) -> f64 {
        match options.observer.stale_time {
            StaleTime::After(span) => span.as_ms(),
            StaleTime::Static => f64::NAN,
        }
    }

    #[test]
    fn what_a_query_sets_comes_before_its_prefix_and_that_before_the_clients() {
        let client = QueryClientOptions::new()
            .queries(after(1.0).retry(7))
            .queries_of(&"todos", after(2.0).enabled(false))
            .queries_of(&("todos", "old"), after(3.0));
        let of = |key: &QueryKey, options| complete(&client, Some(key), options);
        let (other, todos, old) =
            (QueryKey::new(&"users"), QueryKey::new(&("todos", 1)), QueryKey::new(&("todos", "old", 1)));
        assert_eq!(stale_ms(&of(&other, QueryOptions::new())), 1.0);
        assert_eq!(stale_ms(&of(&todos, QueryOptions::new())), 2.0);
        assert_eq!(stale_ms(&of(&old, QueryOptions::new())), 3.0);
        assert_eq!(stale_ms(&of(&old, after(9.0))), 9.0);
        let old = of(&old, QueryOptions::new());
        assert!(!old.observer.enabled, "what the nearer prefix leaves open, the other says");
        assert_eq!(old.attempts.run.retry, Retry::Times(7));
        assert!(of(&other, QueryOptions::new()).observer.enabled);
    }

    #[test]
    fn a_prefix_whose_options_are_set_again_keeps_its_place() {
        let (todos, old) = (QueryKey::new(&"todos"), QueryKey::new(&("todos", "old")));
        let mut client = QueryClientOptions::new().queries_of(&"todos", after(1.0));
        client.set_queries_of(old.clone(), after(2.0));
        client.set_queries_of(todos.clone(), after(3.0));
        assert_eq!(stale_ms(&complete(&client, Some(&old), QueryOptions::new())), 2.0);
        assert_eq!(stale_ms(&complete(&client, Some(&todos), QueryOptions::new())), 3.0);
    }

    #[test]
    fn a_number_of_retries_comes_before_a_rule_of_the_client() {
        let client = QueryClientOptions::new().queries(QueryOptions::new().retry_if(|_, _: &String| true));
        assert!(complete(&client, None, QueryOptions::new()).attempts.judge.is_some());
        assert!(complete(&client, None, QueryOptions::new().retry(2)).attempts.judge.is_none());
        let rule = QueryOptions::new().retry_if(|_, _: &String| false);
        let own = rule.attempts.judge.clone().unwrap();
        let complete = complete(&client, None, rule).attempts.judge.unwrap();
        assert!(Arc::ptr_eq(&own, &complete));
    }

    #[test]
    fn who_fetches_by_name_does_not_retry_unless_told() {
        let retries = |mut options: QueryOptions| {
            options.complete();
            options.once().attempts.run.retry
        };
        assert_eq!(retries(QueryOptions::new()), Retry::NEVER);
        assert_eq!(retries(QueryOptions::new().retry(3)), Retry::Times(3));
        let mut by_default = QueryOptions::new();
        by_default.fill(&QueryOptions::new().retry(2));
        assert_eq!(retries(by_default), Retry::Times(2));
    }

    #[test]
    fn who_fetches_by_name_fetches_what_is_disabled() {
        let client = QueryClientOptions::new().queries_of(&"todos", QueryOptions::new().enabled(false));
        let todos = complete(&client, Some(&QueryKey::new(&("todos", 1))), QueryOptions::new());
        assert!(!todos.observer.enabled);
        assert!(todos.once().observer.enabled, "what is disabled is never stale, and would not be fetched");
    }
}
