//! JSON bodies as bytes: what does this answer change?
//!
//! [`Bodies`] keeps the last body of each query within a [`Budget`]. A new body is compared with the old one
//! as it arrives, chunk by chunk, until the first difference. If there is none to the end, nothing needs to be
//! parsed, and the host hands out the value that it has. Otherwise [`finish`](Bodies::finish) reads the new text
//! with the old one beside it, and writes a [patch](self::patch): how to make the new value of the old one and of
//! the few slices that must be parsed.
//!
//! A *receipt* is one body on its way:
//!
//! ```
//! # use whippet_engine::json::{Bodies, Budget, Outcome};
//! # let mut bodies = Bodies::new(Budget::default());
//! # let receive = |bodies: &mut Bodies, previous: Option<_>, chunks: &[&str]| {
//! let receipt = bodies.begin(previous, 0);
//! for chunk in chunks {
//!     bodies.room(receipt, chunk.len()).copy_from_slice(chunk.as_bytes());
//!     bodies.received(receipt);
//! }
//! let outcome = bodies.finish(receipt, previous.is_some());
//! // Whole, Unknown: decode and parse `bodies.bytes(receipt)`. Patch: apply `bodies.program()` to the previous value, with
//! // what `bodies.slices()` is parsed to. Done: keep it for the next time.
//! (outcome, bodies.keep(receipt))
//! # };
//! # let (first, body) = receive(&mut bodies, None, &["[1,", "2]"]);
//! # assert_eq!(first, Outcome::Unknown);
//! # assert_eq!(receive(&mut bodies, body, &["[1,2]"]).0, Outcome::Same);
//! # assert_eq!(receive(&mut bodies, body, &["[1 ", ",2]"]).0, Outcome::Same);
//! ```
mod bodies;
mod compare;
mod diff;
mod frame;
mod hash;
mod names;
pub mod patch;
mod receipt;
mod scan;
mod sip;
mod tape;
#[cfg(test)]
mod tests;
mod text;

pub use bodies::{Bodies, BodyId, Budget, Outcome, Progress, ReceiptId, Stats};
pub use compare::common_prefix;
pub use scan::Fault;
