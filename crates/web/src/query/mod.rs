//! The engine's query cache, driven in a browser for Rust callers.
//!
//! [`Client`] holds one [`Cache`](whippet_engine::query::Cache) and carries out its effects: it calls the query
//! functions, keeps their values, arms the one timer, and passes on whether the page is visible and online.
//! [`QueryObserver`] subscribes to a query. The engine decides what is stale, when to fetch and to retry, and what is
//! garbage-collected.
//!
//! Values are untyped here (`Arc<dyn Any>`): a face such as `whippet-leptos` types them.
mod by_id;
mod client;
mod commands;
mod engine_timer;
mod error_type;
pub mod fetch;
mod fetcher;
mod filter;
mod inspect;
mod inspectors;
mod keys;
mod lifecycle;
mod mutator;
mod observer;
mod options;
mod state;
mod stats;
mod waiters;

pub use client::Client;
pub use commands::Subscription;
#[cfg(all(feature = "devtools", debug_assertions))]
pub use error_type::ErrorType;
pub use fetcher::{Fetcher, Value};
pub use filter::{Filter, Found, Predicate};
#[cfg(all(feature = "devtools", debug_assertions))]
pub use inspect::{Details, Inspected, Inspection};
#[cfg(all(feature = "devtools", debug_assertions))]
pub use inspectors::Touched;
pub use keys::Key;
pub use lifecycle::{Change, Lifecycle};
pub use mutator::{After, MutationOptions, Progress, Work};
pub use observer::QueryObserver;
pub use options::{Judge, QueryObserverOptions, QueryResult, SizeOf};
pub use state::now;
pub use stats::Stats;
