//! JSON bodies as bytes: finds out what a new body changes.
//!
//! [`Bodies`] keeps the last body of each query within a [`Budget`]. It compares a new body with the old one chunk by chunk
//! as it arrives, up to the first difference. If there is none, nothing needs to be parsed, and the host returns the value
//! that it has. Otherwise [`finish`](Bodies::finish) reads the new text beside the old one and writes a
//! [patch], which makes the new value from the old one and from the few slices that must be parsed.
//!
//! ```
//! # use whippet_engine::json::{Bodies, Budget, Outcome};
//! # let mut bodies = Bodies::new(Budget::default());
//! # let receive = |bodies: &mut Bodies, previous: Option<_>, chunks: &[&str]| {
//! let incoming = bodies.begin(previous, 0);
//! for chunk in chunks {
//!     bodies.room(incoming, chunk.len()).copy_from_slice(chunk.as_bytes());
//!     bodies.received(incoming);
//! }
//! let outcome = bodies.finish(incoming, previous.is_some());
//! // Same: use the previous value. Patch: parse `bodies.slices()`, and apply `bodies.program()` to the previous value.
//! // Whole, Unknown: parse `bodies.bytes(incoming)`. Then keep the body for the next time.
//! (outcome, bodies.keep(incoming))
//! # };
//! # let (first, body) = receive(&mut bodies, None, &["[1,", "2]"]);
//! # assert_eq!(first, Outcome::Unknown);
//! # assert_eq!(receive(&mut bodies, body, &["[1,2]"]).0, Outcome::Same);
//! # assert_eq!(receive(&mut bodies, body, &["[1 ", ",2]"]).0, Outcome::Same);
//! ```
mod alignment;
mod bodies;
mod change;
mod checked;
mod child_table;
mod close;
mod compare;
mod container;
mod diff;
mod elements;
mod id;
mod incoming;
mod member_name;
mod outcome;
pub mod patch;
mod scan;
mod search;
mod sip;
mod tape;
mod tape_edit;
#[cfg(test)]
mod tests;
mod text;

pub use bodies::{Bodies, Budget, Progress, Stats};
pub use compare::common_prefix;
pub use id::{BodyId, IncomingId};
pub use outcome::Outcome;
pub use scan::SyntaxError;
