//! The query cache: the engine's machines, by number. Values, functions and promises stay in JavaScript.
//!
//! States, and the ids of effects, cross through a buffer in linear memory, which JavaScript reads and writes in place. Its
//! layout and all codes stand in `whippet_boundary::query`. Keys do not cross: JavaScript finds queries by them.
//!
//! An export is a plain function of numbers, which JavaScript calls with no glue in between. Any number is an answer: a
//! machine's number that is spent or was never given out names an *empty machine*, which has no queries or mutations
//! and forgets what it is told; an id that is spent or made up changes nothing. So `query_create` on a freed machine gives
//! an id that nothing knows, `query_poll` gives 0, a buffer is there, holds zeros and says that nothing is due, and freeing a
//! machine twice does nothing.
// Numbers cross, not structures.
#![allow(clippy::too_many_arguments)]

mod codes;
mod machines;
pub mod mutations;
pub mod queries;
