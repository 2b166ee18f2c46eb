//! Defaults of the options, those of TanStack Query 5.
use super::retry::Retry;
use crate::time::Duration;

/// The default `gcTime`: five minutes. On a server it is infinite: the cache lives for one request, and no timer may
/// outlive it.
pub const fn gc_time(server: bool) -> Duration {
    match server {
        true => Duration::INFINITE,
        false => Duration::from_const(5.0 * 60.0 * 1000.0),
    }
}

/// The default number of retries: three. On a server none, where retries would delay the page.
pub const fn retry(server: bool) -> Retry {
    match server {
        true => Retry::NEVER,
        false => Retry::DEFAULT,
    }
}

/// The subscribers of a group of this many queries (`useQueries`) are notified once per flush rather than once per changed
/// query. A subscriber is passed the results of the whole group, so in a large group one notification per changed query
/// would cost the square of its size.
pub const BATCHED_QUERIES: usize = 100;
