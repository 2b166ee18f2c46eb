//! The query cache: what TypeScript calls. Values, functions and promises stay in JavaScript.
//!
//! Nothing here is wasm: `cargo xtask boundary` translates it to JavaScript, with the engine behind it
//! (docs/decisions/rules-in-javascript.md). Natively it is called by tests alone, which play sessions that were recorded in JavaScript.
//! Codes stand in `whippet_boundary::query`. Keys do not cross: JavaScript finds queries by them.
//!
//! Any number is an answer: an id that is spent or made up changes nothing.
// Numbers cross, not structures.
#![allow(clippy::too_many_arguments)]

mod codes;
pub mod mutations;
pub mod queries;
