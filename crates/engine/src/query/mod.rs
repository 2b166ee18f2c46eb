//! The query cache: what is known of each query, and what is to be done about it.
//!
//! # The model
//!
//! A [`Cache`] holds *entries*, one per query, found by their key: a list of [segments](key), each a number
//! that stands for something the face interned. The values themselves (data, errors, functions, promises)
//! never come here: a face stores them beside the [`QueryId`], and the cache decides. *Observers* are those
//! who look at an entry and want it fresh on their own terms; a *run* is one fetch, from its first attempt to
//! its last retry. Everything that waits (a retry, a refetch interval, the moment data turns stale, the
//! collection of what nobody looks at) is in one heap of [deadlines](crate::deadlines).
//!
//! It is sans-IO: `now` is an argument, nothing here calls out. The face that drives it loops:
//!
//! 1. **Input**: call a method with what happened (a component mounted, an answer came).
//! 2. **Effects**: call [`Cache::poll_effect`] until it gives `None`, doing what each says. An effect may be
//!    answered by another input before the next one is polled.
//! 3. **Timer**: arm one host timer for [`Cache::next_deadline`]; when it fires, [`Cache::tick`], then 2.
//!
//! # A fetch, from beginning to end
//!
//! [`Effect::Fetch`] says that a query should be fetched now (a face also fetches when its user asks). The
//! face answers with [`Cache::fetch`]: it joins the run that is on its way, or starts one, and
//! [`Effect::Run`] says to call the query function. The answer goes to [`Cache::succeeded`] or
//! [`Cache::failed`]; after a failure there may be a retry, and [`Effect::Run`] comes again. What comes back
//! for a run that was cancelled or replaced is ignored: its id is spent.
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
//! | is it stale, and when will it be | [`freshness`] |
//! | fetch on mounting, on new terms, on focus or reconnecting | [`observer`], asked by [`Cache::observe`], [`Cache::set_options`], [`Cache::handle_trigger`] |
//! | begin, join or replace a fetch | [`Cache::intent`] |
//! | try again, and when | [`retry`] |
//! | an attempt takes too long | [`retry`], as a deadline |
//! | leave an origin alone that keeps failing | [`breaker`], asked by [`Cache::admit`] |
//! | pause, and go on | [`network`], asked by [`Cache::begin`] and [`Cache::resume`] |
//! | cancel when the last observer leaves | [`Cache::detach`] |
//! | collect | [`cache`], as deadlines |
//! | let go what is too much, but not what someone waits for | [`limits`] |
//! | which keys match | [`index`] |
//! | who is told | [`Changes`], asked by [`Cache::update`] |
//! | when a mutation runs, and whose turn it is in a scope | [`mutation`], `scopes` |
//!
//! Behaviour follows TanStack Query v5's documentation, by name and by rule, except where a method says
//! otherwise: an invalidation, here, is never satisfied by a fetch that began before it.

pub mod breaker;
pub mod cache;
mod cache_limits;
pub mod defaults;
pub mod effect;
pub mod entry;
mod fetching;
pub mod freshness;
pub mod ids;
pub mod index;
pub mod key;
pub mod lru;
pub mod mutation;
mod mutation_entry;
pub mod network;
pub mod observer;
mod observing;
pub mod retry;
mod scopes;
pub mod stats;
mod table;
#[cfg(test)]
mod tests;

pub use breaker::{BreakerOptions, BreakerState};
pub use cache::Cache;
pub use effect::{Effect, Outcome};
pub use entry::{FetchStatus, State, Status};
pub use fetching::{Intent, Start};
pub use freshness::StaleTime;
pub use ids::{Id, MutationId, ObserverId, QueryId, RunId};
pub use key::Segment;
pub use lru::Limits;
pub use mutation::{MutationEffect, Mutations};
pub use network::{Host, NetworkMode};
pub use observer::{Changes, ObserverOptions, Refetch, Snapshot};
pub use observing::{Detached, Trigger};
pub use retry::{Delay, LONGEST_RETRY_AFTER, Next, Retry, RunOptions, Verdict};
pub use stats::Stats;
