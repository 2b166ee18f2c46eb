//! The query cache: the engine's machines, by number. Values, functions and promises stay in JavaScript.
//!
//! States, keys and lists of ids cross through buffers in linear memory, which JavaScript reads and writes in
//! place; pkg/src/query/engine.ts knows their layout.
mod codes;
mod mutations;
mod queries;

pub use mutations::MutationMachine;
pub use queries::QueryMachine;
