//! The query cache: the engine's machines, by number. Values, functions and promises stay in JavaScript.
//!
//! States, keys and lists of ids cross through buffers in linear memory, which JavaScript reads and writes in
//! place; pkg/src/query/engine.ts knows their layout.
//!
//! A machine is a number, its address, and an export a plain function of numbers: JavaScript calls it with no
//! glue in between, and no export pays for a guard that could never find anyone else at the machine.
// Numbers cross, not structures.
#![allow(clippy::too_many_arguments)]

mod codes;
pub mod mutations;
pub mod queries;
