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
//! The manual, `docs/leptos.md`, has an example of everything.
//!
//! | feature | brings |
//! |---|---|
//! | `query` | queries, mutations, infinite lists, the client |
//! | `json` | JSON that is deserialized only where it changed; with `query` |
//! | `timing` | debounced and throttled functions and values, batches, rate limits, remembered results |
//! | `lazy` | [`LazyImage`], [`Lazy`] |
//! | `rum` | [`provide_rum`], [`use_lcp`] and its sisters |
//! | `otlp` | [`otlp()`], beacons for OpenTelemetry's collectors; off by default |
//! | `devtools` | [`QueryDevtools`], a panel with what queries do, in development builds; off by default |
//!
//! All of the others are on unless an app turns off the default features.
//!
//! One hook is one file. No policy is here: what is stale, who fetches, when to try again, when a debounced
//! function runs, the engine decides.
#![cfg_attr(not(feature = "rum"), allow(dead_code, reason = "figures that nothing but `rum` reports"))]
#[cfg(feature = "query")]
mod attempts;
#[cfg(feature = "timing")]
mod browser_handle;
#[cfg(feature = "query")]
mod call;
#[cfg(feature = "query")]
mod client_options;
#[cfg(any(feature = "query", feature = "timing", feature = "lazy"))]
mod component;
#[cfg(feature = "query")]
mod dependencies;
#[cfg(feature = "query")]
mod derived;
#[cfg(feature = "query")]
mod devtools;
mod environment;
#[cfg(feature = "query")]
mod error_boundary;
#[cfg(all(feature = "query", any(test, all(target_family = "wasm", not(feature = "ssr")))))]
mod fetching;
mod host;
#[cfg(feature = "lazy")]
mod image_source;
#[cfg(feature = "query")]
mod infinite_data;
#[cfg(feature = "query")]
mod infinite_options;
#[cfg(feature = "query")]
mod infinite_query;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod json_error;
#[cfg(feature = "query")]
mod json_length;
#[cfg(feature = "json")]
mod json_request;
#[cfg(feature = "json")]
mod json_stats;
#[cfg(feature = "query")]
mod key_text;
#[cfg(feature = "lazy")]
mod lazy;
#[cfg(feature = "lazy")]
mod lazy_image;
#[cfg(feature = "json")]
mod line_splitter;
#[cfg(feature = "query")]
mod live;
#[cfg(feature = "query")]
mod maybe_key;
#[cfg(feature = "query")]
mod misuse;
#[cfg(feature = "query")]
mod mutation;
#[cfg(feature = "query")]
mod mutation_calls;
#[cfg(feature = "query")]
mod mutation_options;
#[cfg(feature = "query")]
mod mutation_status;
#[cfg(feature = "timing")]
mod on_change;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "timing")]
mod paced_fn;
pub mod prelude;
#[cfg(feature = "rum")]
mod provide_rum;
#[cfg(feature = "query")]
mod query;
#[cfg(feature = "query")]
mod query_client;
#[cfg(feature = "query")]
mod query_filter;
#[cfg(feature = "query")]
mod query_flags;
#[cfg(feature = "query")]
mod query_is;
#[cfg(feature = "query")]
mod query_key;
#[cfg(feature = "query")]
mod query_options;
#[cfg(feature = "query")]
mod query_select;
#[cfg(feature = "query")]
mod query_source;
#[cfg(feature = "query")]
mod query_state;
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
mod ready;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
#[path = "ready_in_browser.rs"]
mod ready;
#[cfg(feature = "query")]
mod retry_hint;
#[cfg(feature = "query")]
mod scalar;
#[cfg(feature = "query")]
mod seen;
#[cfg(feature = "query")]
mod settled;
#[cfg(feature = "json")]
mod shared;
#[cfg(feature = "query")]
mod shown_error;
#[cfg(feature = "query")]
mod suspense;
#[cfg(feature = "query")]
mod thrown;
#[cfg(feature = "rum")]
mod toolkit_counters;
#[cfg(feature = "query")]
mod undo;
#[cfg(feature = "timing")]
mod use_batch;
#[cfg(feature = "timing")]
mod use_debounce_fn;
#[cfg(feature = "timing")]
mod use_debounced;
#[cfg(feature = "query")]
mod use_focused;
#[cfg(feature = "query")]
mod use_infinite_query;
#[cfg(feature = "query")]
mod use_is_fetching;
#[cfg(feature = "json")]
mod use_json_lines_query;
#[cfg(feature = "json")]
mod use_json_query;
#[cfg(feature = "timing")]
mod use_memo_async;
#[cfg(feature = "query")]
mod use_mutation;
#[cfg(feature = "query")]
mod use_prefetch;
#[cfg(feature = "query")]
mod use_queries;
#[cfg(feature = "query")]
mod use_query;
#[cfg(feature = "timing")]
mod use_rate_limit;
#[cfg(feature = "timing")]
mod use_throttle_fn;
#[cfg(feature = "timing")]
mod use_throttled;
#[cfg(feature = "rum")]
mod use_vitals;
#[cfg(feature = "timing")]
mod wait;

#[cfg(feature = "query")]
pub use call::{Call, CallError};
#[cfg(feature = "query")]
pub use client_options::{CacheEvent, QueryClientOptions};
#[cfg(feature = "devtools")]
pub use devtools::{DevtoolsButtonPosition, DevtoolsPosition, QueryDevtools};
#[cfg(feature = "lazy")]
pub use image_source::ImageSource;
#[cfg(feature = "query")]
pub use infinite_data::InfiniteData;
#[cfg(feature = "query")]
pub use infinite_options::InfiniteOptions;
#[cfg(feature = "query")]
pub use infinite_query::InfiniteQuery;
#[cfg(feature = "json")]
pub use json::Json;
#[cfg(feature = "json")]
pub use json_error::JsonError;
#[cfg(feature = "json")]
pub use json_request::{JsonRequest, RequestFn};
#[cfg(feature = "lazy")]
pub use lazy::Lazy;
#[cfg(feature = "lazy")]
pub use lazy_image::LazyImage;
#[cfg(feature = "query")]
pub use maybe_key::MaybeKey;
#[cfg(feature = "query")]
pub use mutation::Mutation;
#[cfg(feature = "query")]
pub use mutation_options::MutationOptions;
#[cfg(feature = "query")]
pub use mutation_status::MutationStatus;
#[cfg(feature = "otlp")]
pub use otlp::{OtlpOptions, otlp};
#[cfg(feature = "timing")]
pub use paced_fn::{PacedFn, use_paced_fn};
#[cfg(feature = "rum")]
pub use provide_rum::{provide_rum, use_rum};
#[cfg(feature = "query")]
pub use query::Query;
#[cfg(feature = "query")]
pub use query_client::{QueryClient, provide_query_client, provide_query_client_with, use_query_client};
#[cfg(feature = "query")]
pub use query_filter::QueryFilter;
#[cfg(feature = "query")]
pub use query_key::QueryKey;
#[cfg(feature = "query")]
pub use query_options::QueryOptions;
#[cfg(feature = "query")]
pub use query_state::QueryState;
#[cfg(feature = "query")]
pub use retry_hint::RetryHint;
#[cfg(feature = "json")]
pub use shared::Shared;
#[cfg(feature = "query")]
pub use thrown::Thrown;
#[cfg(feature = "query")]
pub use undo::Undo;
#[cfg(feature = "timing")]
pub use use_batch::{Batch, use_batch};
#[cfg(feature = "timing")]
pub use use_debounce_fn::use_debounce_fn;
#[cfg(feature = "timing")]
pub use use_debounced::use_debounced;
#[cfg(feature = "query")]
pub use use_focused::use_focused;
#[cfg(feature = "query")]
pub use use_infinite_query::{use_infinite_query, use_local_infinite_query};
#[cfg(feature = "query")]
pub use use_is_fetching::{use_is_fetching, use_is_mutating};
#[cfg(feature = "json")]
pub use use_json_lines_query::use_json_lines_query;
#[cfg(feature = "json")]
pub use use_json_query::use_json_query;
#[cfg(feature = "timing")]
pub use use_memo_async::{MemoAsync, use_memo_async};
#[cfg(feature = "query")]
pub use use_mutation::use_mutation;
#[cfg(feature = "query")]
pub use use_prefetch::use_prefetch;
#[cfg(feature = "query")]
pub use use_queries::{Queries, use_local_queries, use_queries};
#[cfg(feature = "query")]
pub use use_query::{use_local_query, use_query};
#[cfg(feature = "timing")]
pub use use_rate_limit::{RateLimit, use_rate_limit};
#[cfg(feature = "timing")]
pub use use_throttle_fn::use_throttle_fn;
#[cfg(feature = "timing")]
pub use use_throttled::use_throttled;
#[cfg(feature = "rum")]
pub use use_vitals::{use_cls, use_fcp, use_inp, use_lcp, use_ttfb};
#[cfg(feature = "timing")]
pub use wait::Wait;
#[cfg(feature = "timing")]
pub use whippet_engine::pace::Pacing;
#[cfg(feature = "query")]
pub use whippet_engine::query::{FetchStatus, NetworkMode, Refetch, StaleTime, Status};
pub use whippet_engine::time::Duration;
#[cfg(feature = "query")]
pub use whippet_web::query::Stats;
#[cfg(feature = "query")]
pub use whippet_web::query::fetch::FetchError;
#[cfg(feature = "rum")]
pub use whippet_web::rum::{
    Attribution, ErrorPattern, Format, FormattedRequest, KeepBounds, Metric, Navigation, Rating, Rum,
    RumOptions, Traceparent, WebVital,
};
#[cfg(feature = "timing")]
pub use whippet_web::timing::{BatchOptions, Ended, MemoOptions, NoValue, RateLimitOptions};

/// The examples of the manual compile.
#[cfg(all(
    doctest,
    feature = "query",
    feature = "json",
    feature = "timing",
    feature = "lazy",
    feature = "rum"
))]
#[doc = include_str!("../../../docs/leptos.md")]
struct Manual;
