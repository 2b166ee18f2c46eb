//! Whippet for Leptos: hooks and components, on the same engine that the npm package runs on.
//!
//! ```no_run
//! use leptos::prelude::*;
//! use whippet_leptos::{QueryOptions, provide_query_client, use_query};
//!
//! #[component]
//! fn App() -> impl IntoView {
//!     provide_query_client();
//!     view! { <Greeting name="world"/> }
//! }
//!
//! #[component]
//! fn Greeting(#[prop(into)] name: Signal<String>) -> impl IntoView {
//!     // Asked for again when the name changes; two greetings of one name share a request.
//!     let greeting = use_query(move || ("greeting", name.get()), |(_, name)| greet(name), QueryOptions::new());
//!     view! { <p>{move || greeting.data.get().map(|text| text.to_string())}</p> }
//! }
//!
//! async fn greet(name: String) -> Result<String, String> {
//!     # Ok(name)
//!     /* … ask a server … */
//! }
//! ```
//!
//! One hook is one file. No policy is here: what is stale, who fetches, when to try again, when a debounced
//! function runs, the engine decides.
//!
//! For client-side rendering (Leptos' `csr`).
mod json;
mod json_stats;
mod lazy_image;
mod provide_rum;
mod query_client;
mod query_key;
mod query_options;
mod shared;
mod use_debounce_fn;
mod use_debounced;
mod use_focused;
mod use_json_query;
mod use_mutation;
mod use_query;
mod use_throttle_fn;
mod use_throttled;

pub use json::Json;
pub use lazy_image::LazyImage;
pub use provide_rum::{provide_rum, use_rum};
pub use query_client::{QueryClient, provide_query_client, use_query_client};
pub use query_key::QueryKey;
pub use query_options::QueryOptions;
pub use shared::Shared;
pub use use_debounce_fn::use_debounce_fn;
pub use use_debounced::use_debounced;
pub use use_focused::use_focused;
pub use use_json_query::{JsonError, use_json_query};
pub use use_mutation::{Mutation, MutationOptions, MutationStatus, use_mutation};
pub use use_query::{Query, use_query};
pub use use_throttle_fn::use_throttle_fn;
pub use use_throttled::use_throttled;
pub use whippet_engine::query::{FetchStatus, NetworkMode, Refetch, StaleTime, Status};
pub use whippet_engine::time::Duration;
pub use whippet_web::query::Stats;
pub use whippet_web::rum::{ErrorPattern, KeepBounds, Rum, RumOptions, Traceparent};
pub use whippet_web::timing::Paced;
