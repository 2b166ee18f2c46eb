//! Pacing: when a function that is called often shall run.
//!
//! [`Pacing`] says how ([`Pacing::debounce`], [`Pacing::throttle`]), and [`Pacers`] holds every paced
//! function of a module on one heap of deadlines. The functions themselves, their arguments and their
//! results stay with the host; it
//!
//! 1. tells of each call ([`Pacers::call`]) and does what the [`Step`] says,
//! 2. keeps one timer, armed for [`Pacers::arm`] whenever a step asks for it,
//! 3. when that timer fires calls [`Pacers::handle_timeout`], then [`Pacers::poll_expired`] until it gives
//!    `None`, then arms again.
//!
//! The rules are lodash's, to the letter, as its `debounce` documents and does them: edges, `maxWait`, the
//! call after a flush, the clock that was set back. The tests hold them against a plain transliteration.
//! A call within a burst touches no deadline: the waiting one is looked at when it comes due, and moved then.
//! A host may even keep such calls to itself for a while ([`Pacers::quiet_until`]).
mod pacer;
mod pacers;
mod steady;
#[cfg(test)]
mod tests;

pub use pacer::Pacing;
pub use pacers::{PacerId, Pacers, Step};
