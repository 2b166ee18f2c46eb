//! What most components use, for `use whippet_leptos::prelude::*`.
//!
//! [`use_query`](crate::use_query) and [`Duration`](crate::Duration) are not here, as `leptos_router` and the standard library
//! have others of that name: write `whippet_leptos::use_query`, and give options a `std::time::Duration`.
//!
//! ```no_run
//! use leptos::prelude::*;
//! use std::time::Duration;
//! use whippet_leptos::prelude::*;
//!
//! #[component]
//! fn Price(id: u32) -> impl IntoView {
//!     let options = QueryOptions::new().refetch_every(Duration::from_secs(5));
//!     let price = whippet_leptos::use_query(move || ("price", id), |(_, id)| fetch_price(id), options);
//!     view! { <p>{move || price.data.get().map(|price| price.to_string())}</p> }
//! }
//!
//! async fn fetch_price(id: u32) -> Result<u32, String> {
//!     # Ok(id)
//!     /* … ask a server … */
//! }
//! ```
#[cfg(feature = "timing")]
pub use crate::{
    BatchOptions, MemoOptions, Pacing, RateLimitOptions, use_batch, use_debounce_fn, use_debounced,
    use_memo_async, use_paced_fn, use_rate_limit, use_throttle_fn, use_throttled,
};
#[cfg(feature = "query")]
pub use crate::{
    CallError, FetchStatus, InfiniteData, InfiniteOptions, MutationOptions, MutationStatus, NetworkMode,
    Query, QueryClient, QueryClientOptions, QueryFilter, QueryKey, QueryOptions, Refetch, RetryHint, Status,
    provide_query_client, provide_query_client_with, use_focused, use_infinite_query, use_is_fetching,
    use_is_mutating, use_local_infinite_query, use_local_queries, use_local_query, use_mutation,
    use_prefetch, use_queries, use_query_client,
};
#[cfg(feature = "devtools")]
pub use crate::{DevtoolsButtonPosition, DevtoolsPosition, QueryDevtools};
#[cfg(feature = "lazy")]
pub use crate::{ImageSource, LazyImage};
#[cfg(feature = "json")]
pub use crate::{Json, JsonError, JsonRequest, Shared, use_json_lines_query, use_json_query};
#[cfg(feature = "otlp")]
pub use crate::{OtlpOptions, otlp};
#[cfg(feature = "rum")]
pub use crate::{RumOptions, provide_rum, use_cls, use_fcp, use_inp, use_lcp, use_rum, use_ttfb};
