//! The query cache: the state of each query, and every decision about it.
//!
//! # The model
//!
//! A [`Cache`] holds *entries*, one per query, found by their key: a list of [segments](key), each a number that stands
//! for a value the host interned. The host stores data, errors, functions and promises by [`QueryId`]; the cache never
//! sees them. An *observer* uses a query with options of its own; a *run* is one fetch, from its first attempt to its
//! last retry. Everything that waits (a retry, a refetch interval, data that becomes stale, garbage collection) is in
//! one heap of [deadlines](crate::deadlines).
//!
//! It is sans-IO: `now` is an argument, and nothing here calls out. The host that drives it loops:
//!
//! 1. **Input**: call a method with what happened (a component mounted, a response arrived).
//! 2. **Effects**: call [`Cache::poll_effect`] until it gives `None`, carrying out each. The host may answer an effect
//!    with another input before it polls the next one.
//! 3. **Timer**: arm one host timer for [`Cache::next_deadline`]; when it fires, [`Cache::tick`], then 2.
//!
//! # A fetch, from beginning to end
//!
//! [`Effect::Fetch`] says that a query should be fetched now (a host also fetches when its user asks). The host answers
//! with [`Cache::fetch`], which joins the current run or starts one, and [`Effect::Run`] says to call the query function.
//! The host passes its answer to [`Cache::succeeded`] or [`Cache::failed`]; a retry is another [`Effect::Run`]. An
//! answer for a run that was cancelled or replaced is ignored: its id is spent.
//!
//! ```
//! use whippet_engine::query::*;
//! use whippet_engine::time::{Duration, Instant};
//!
//! let now = Instant::from_ms(0.0);
//! let mut cache = Cache::new();
//! let users = cache.insert(now, &[1], State::default(), Duration::from_ms(300_000.0));
//! let observer = cache.observe(now, users, ObserverOptions::default());
//! assert_eq!(cache.poll_effect(), Some(Effect::Fetch { query: users, observer }));
//! cache.fetch(now, users, &RunOptions::default(), false);
//! let Some(Effect::Run { run, .. }) = cache.effects().find(|e| matches!(e, Effect::Run { .. })) else { panic!() };
//! cache.succeeded(now, run);
//! assert_eq!(cache.state(users).unwrap().status, Status::Success);
//! ```
//!
//! # Who decides what
//!
//! | decision | where |
//! |---|---|
//! | whether and when data is stale | [`freshness`] |
//! | fetch on mount, on new options, on focus or reconnect | [`observer`], asked by [`Cache::observe`], [`Cache::set_options`], [`Cache::handle_trigger`] |
//! | begin, join or replace a fetch | [`Cache::intent`] |
//! | whether and when to retry | [`retry`] |
//! | when an attempt times out | [`retry`], as a deadline |
//! | stop requests to an origin that keeps failing | [`breaker`], asked by [`Cache::admit`] |
//! | pause and resume | [`network`], asked by [`Cache::begin`] and [`Cache::resume`] |
//! | cancel when the last observer leaves | [`Cache::detach`] |
//! | garbage-collect | [`cache`], as deadlines |
//! | evict the least recently used | `cache_limits`, [`lru`] |
//! | which keys match | [`index`] |
//! | which page of an infinite query is fetched next, and which are kept | [`pages`] |
//! | which observers to notify | [`Changes`], asked by [`Cache::update`] |
//! | what is due, and why: for devtools | [`timers`] |
//! | when a mutation runs, and in which order within a scope | [`mutation`], `scopes` |
//!
//! Behaviour follows TanStack Query v5's documentation, by name and by rule, except where a method says
//! otherwise. One difference: a fetch that began before an invalidation never satisfies it.

pub mod breaker;
pub mod cache;
mod cache_limits;
pub mod defaults;
mod due;
pub mod effect;
pub mod entry;
mod fetching;
pub mod freshness;
pub mod ids;
pub mod index;
pub mod key;
pub mod latency;
pub mod lru;
pub mod mutation;
mod mutation_entry;
pub mod network;
pub mod observer;
mod observing;
pub mod pages;
mod queue;
pub mod retry;
mod scopes;
pub mod stats;
#[cfg(test)]
mod tests;
pub mod timers;
mod unlinking;

pub use breaker::{BreakerOptions, BreakerState};
pub use cache::Cache;
pub use effect::{Effect, Outcome};
pub use entry::{FetchStatus, State, Status};
pub use fetching::{Intent, Start};
pub use freshness::StaleTime;
pub use ids::{Id, MutationId, ObserverId, QueryId, RunId, slot_of};
pub use index::NoKeys;
pub use key::Segment;
pub use lru::Limits;
pub use mutation::{MutationEffect, Mutations};
pub use network::{Host, NetworkMode};
pub use observer::{Changes, ObserverOptions, Refetch, Snapshot};
pub use observing::{Detached, Trigger};
pub use retry::{Delay, LONGEST_RETRY_AFTER, Next, Retry, RunOptions, Verdict};
pub use stats::Stats;
pub use timers::{Timer, TimerKind};
