//! The query cache: the engine's machines, by number. Values, functions and promises stay in JavaScript.
//!
//! States, keys and lists of ids cross through buffers in linear memory, which JavaScript reads and writes in place. The
//! layout of the buffers and all codes stand in `whippet_boundary::query`.
//!
//! An export is a plain function of numbers, which JavaScript calls with no glue in between. Any number is an answer: a
//! machine's number that is spent or was never given out names an *empty machine*, which has no queries and no mutations
//! and forgets what it is told; an id that is spent or made up changes nothing. So `query_create` on a freed machine gives
//! an id that nothing knows, `query_poll` gives 0, buffers are there, hold zeros and say that nothing is due, and freeing a
//! machine twice does nothing.
// Numbers cross, not structures.
#![allow(clippy::too_many_arguments)]

mod codes;
mod machines;
pub mod mutations;
pub mod queries;
