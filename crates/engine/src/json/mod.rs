//! JSON bodies as bytes: is this answer the one of last time?
//!
//! [`Bodies`] keeps the last body of each query within a [`Budget`]. A new body is compared with the old one
//! as it arrives, chunk by chunk, until the first difference. While there is none, nothing is stored twice;
//! if there is none to the end, nothing needs to be parsed, and the host hands out the value that it has.
//!
//! A *receipt* is one body on its way:
//!
//! ```
//! # use whippet_engine::json::{Bodies, Budget, Outcome};
//! # let mut bodies = Bodies::new(Budget::default());
//! # let receive = |bodies: &mut Bodies, previous, chunks: &[&str]| {
//! let receipt = bodies.begin(previous);
//! for chunk in chunks {
//!     bodies.room(receipt, chunk.len()).copy_from_slice(chunk.as_bytes());
//!     bodies.received(receipt);
//! }
//! let outcome = bodies.finish(receipt);
//! // Changed: decode and parse `bodies.bytes(receipt)`. Parsed: keep it for the next time.
//! (outcome, bodies.keep(receipt))
//! # };
//! # let (first, body) = receive(&mut bodies, None, &["[1,", "2]"]);
//! # assert_eq!(first, Outcome::Changed);
//! # assert_eq!(receive(&mut bodies, body, &["[1,2]"]).0, Outcome::Unchanged);
//! # assert_eq!(receive(&mut bodies, body, &["[1,2", ",3]"]).0, Outcome::Changed);
//! ```
mod bodies;
mod compare;
mod receipt;
#[cfg(test)]
mod tests;

pub use bodies::{Bodies, BodyId, Budget, Outcome, Progress, ReceiptId, Stats};
pub use compare::common_prefix;
