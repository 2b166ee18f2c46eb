//! The engine's query cache, driven in a browser for Rust callers.
//!
//! [`Client`] holds one [`Cache`](whippet_engine::query::Cache) and carries out its effects: it calls the query
//! functions, keeps their values, arms the one timer, and passes on whether the page is visible and online.
//! [`QueryObserver`] subscribes to a query. The engine decides what is stale, when to fetch and to retry, and what is
//! garbage-collected.
//!
//! Values are untyped here (`Rc<dyn Any>`): a face such as `whippet-leptos` types them.
mod client;
pub mod fetch;
mod fetcher;
mod keys;
mod lifecycle;
mod mutator;
mod observer;
mod options;
mod state;
mod stats;

pub use client::Client;
pub use fetcher::{Fetcher, Value};
pub use keys::Key;
pub use lifecycle::{Change, Lifecycle};
pub use mutator::{MutationOptions, Progress};
pub use observer::QueryObserver;
pub use options::{QueryObserverOptions, QueryResult};
pub use stats::Stats;
