//! The engine's query cache, driven in a browser for Rust callers.
//!
//! [`Client`] holds one [`Cache`](whippet_engine::query::Cache) and does what it says: it calls the query
//! functions, keeps their values, arms the one timer, and tells the engine when the page is looked at and when
//! there is a network. [`Watch`] is one who looks at a query. What is stale, who fetches, when to try again
//! and what is forgotten, the engine decides.
//!
//! Values have no type here (they are `Rc<dyn Any>`): a face such as `whippet-leptos` gives them theirs.
mod client;
pub mod fetch;
mod fetcher;
mod kept;
mod keys;
mod lifecycle;
mod mutator;
mod watch;

pub use client::Client;
pub use fetcher::{Fetcher, Value};
pub use keys::Key;
pub use lifecycle::{Change, Lifecycle};
pub use mutator::{MutationTerms, Progress};
pub use watch::{Seen, Terms, Watch};
