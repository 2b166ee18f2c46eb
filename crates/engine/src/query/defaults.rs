//! What holds where the options say nothing, as in TanStack Query 5.
use super::retry::Retry;
use crate::time::Duration;

/// How long what nobody looks at is kept: five minutes. On a server for as long as the cache lives, which is
/// one request, so that no timer outlives it.
pub fn gc_time(server: bool) -> Duration {
    match server {
        true => Duration::INFINITE,
        false => Duration::from_ms(5.0 * 60.0 * 1000.0),
    }
}

/// How often what failed is tried again: three times; not on a server, where someone waits for the page.
pub fn retry(server: bool) -> Retry {
    Retry::Times(if server { 0 } else { 3 })
}

/// Whether those who listen to a group of so many queries are told of all changes at once, when notifications
/// next go out, rather than of each. Each of them is given the results of the whole group, so that telling a
/// large group of every change of every query would cost its size squared.
pub fn batches_notifications(queries: usize) -> bool {
    queries >= 100
}
