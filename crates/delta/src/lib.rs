//! A tower layer that answers a refetch with what changed.
//!
//! Browsers with Compression Dictionary Transport (RFC 9842) offer the last body of a URL as a dictionary. The layer keeps
//! the last bodies of each URL, within a bound, and compresses the next one with the body that the browser has: of 1 MB of
//! JSON in which one row changed, about a hundred bytes are sent. Browsers without dictionaries get as much through
//! `whippet/json/delta`, by [edits](mod@edits). Whoever has neither gets the whole body, as before.
//!
//! ```
//! use axum::{Json, Router, routing::get};
//! use whippet_delta::DeltaLayer;
//!
//! async fn rows() -> Json<Vec<u32>> {
//!     Json((0..10_000).collect())
//! }
//!
//! let app: Router = Router::new().route("/api/rows", get(rows)).layer(DeltaLayer::new());
//! # let _ = app;
//! ```
//!
//! Whole bodies are not compressed here: a layer that compresses, such as tower-http's, goes outside of this one, and leaves
//! alone what is compressed already.
//!
//! | question | decided in |
//! |---|---|
//! | which responses are looked at | `respond.rs` |
//! | whose bodies may be a dictionary for whom | `scope.rs` |
//! | which bodies are kept | `bodies.rs` |
//! | what caches are told | `freshness.rs` |
//! | what the request accepts | `ask.rs` |

mod ask;
mod bodies;
mod body;
mod dictionary;
pub mod edits;
mod freshness;
mod headers;
mod layer;
mod options;
mod respond;
mod scope;
mod shared;
mod stats;
#[cfg(test)]
mod tests;

pub use body::DeltaBody;
pub use layer::{Delta, DeltaLayer};
pub use stats::Stats;
