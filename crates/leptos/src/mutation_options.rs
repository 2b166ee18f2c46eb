//! The options of a mutation.
use crate::attempts::Attempts;
use crate::{QueryKey, RetryHint, thrown};
use serde::Serialize;
use std::fmt;
use whippet_engine::query::{NetworkMode, Retry, RunOptions};
use whippet_engine::time::Duration;

/// The options of [`use_mutation`](crate::use_mutation), with the names and defaults of TanStack Query: no retries, and only
/// online.
#[derive(Clone, PartialEq)]
#[must_use]
pub struct MutationOptions {
    pub(crate) attempts: Attempts,
    pub(crate) scope: Option<String>,
    pub(crate) key: Option<QueryKey>,
}

impl Default for MutationOptions {
    fn default() -> Self {
        let run = RunOptions { retry: Retry::NEVER, ..RunOptions::default() };
        Self { attempts: Attempts::new(run), scope: None, key: None }
    }
}

impl fmt::Debug for MutationOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationOptions")
            .field("run", &self.attempts.run)
            .field("scope", &self.scope)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl MutationOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often a failed attempt is retried, with the same variables.
    pub fn retry(mut self, times: u32) -> Self {
        self.attempts.retry(times);
        self
    }

    /// Whether a failed attempt is retried, by how many failed before it and by its error. It takes the place of
    /// [`retry`](Self::retry) for errors of that type.
    pub fn retry_if<E: 'static>(mut self, retry: impl Fn(u32, &E) -> bool + Send + Sync + 'static) -> Self {
        self.attempts.retry_if(retry);
        self
    }

    /// Retries as often as [`retry`](Self::retry) says, unless the error says that it would come again: see [`RetryHint`].
    pub fn retry_by_error<E: RetryHint + 'static>(mut self) -> Self {
        self.attempts.retry_by_error::<E>();
        self
    }

    /// Retries after a fixed delay.
    pub fn retry_delay(mut self, span: impl Into<Duration>) -> Self {
        self.attempts.retry_delay(span.into());
        self
    }

    /// Whether it runs offline. By default it is paused until the browser is online.
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.attempts.network_mode(mode);
        self
    }

    /// Whether the `<ErrorBoundary/>` around the component shows errors of type `E`, until the next call or
    /// [`reset`](crate::Mutation::reset).
    pub fn throw_on_error<E>(self, throw: bool) -> Self
    where
        E: fmt::Debug + fmt::Display + Send + Sync + 'static,
    {
        self.throw_if(move |_: &E| throw)
    }

    /// Which errors the `<ErrorBoundary/>` around the component shows.
    pub fn throw_if<E>(mut self, throw: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self
    where
        E: fmt::Debug + fmt::Display + Send + Sync + 'static,
    {
        self.attempts.throw = Some(thrown::rule(throw));
        self
    }

    /// Mutations of one scope run one after another, across all components.
    pub fn scope(mut self, name: impl Into<String>) -> Self {
        self.scope = Some(name.into());
        self
    }

    /// What [`use_is_mutating`](crate::use_is_mutating) counts it by, and the app's listeners hear.
    pub fn key(mut self, key: &(impl Serialize + ?Sized)) -> Self {
        self.key = Some(QueryKey::new(key));
        self
    }

    /// These options, and those of `defaults` in the place of what was not set.
    pub(crate) fn over(mut self, defaults: &Self) -> Self {
        self.attempts.fill(&defaults.attempts);
        self.scope = self.scope.or_else(|| defaults.scope.clone());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mutation_sets_comes_before_the_clients_options() {
        let client = MutationOptions::new().retry(5).network_mode(NetworkMode::Always);
        let options = MutationOptions::new().retry(1).over(&client);
        assert_eq!(options.attempts.run.retry, Retry::Times(1));
        assert_eq!(options.attempts.run.network_mode, NetworkMode::Always);
        assert_eq!(MutationOptions::new().over(&client).attempts.run.retry, Retry::Times(5));
    }
}
