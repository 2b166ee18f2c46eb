//! Faults that are known. These lists only shrink: what is no fault any more must leave them.

/// Circles of imports, as the rule names them.
pub const CIRCLES: &[&str] = &[
    "crates/engine/src/beacon: decode → mod → decode",
    "crates/engine/src/beacon: queue → encode → queue",
    "crates/engine/src/beacon/queue: mod → pack → mod",
    "crates/engine/src/json: bodies → receipt → bodies",
    "crates/engine/src/json: diff → frame → diff",
    "crates/engine/src/lazy/placeholder: mod → thumbhash → mod",
    "crates/npm/src/timing: mod → pacers → mod",
    "crates/web/src/rum: driver → mod → driver",
    "crates/web/src/rum/vitals: cls → mod → cls",
    "pkg/src/query: breaker → engine → breaker",
    "pkg/src/query: fetch → query → fetch",
    "pkg/src/query: hydration → types → hydration",
    "pkg/src/query: mutation → mutationCache → mutation",
    "pkg/src/query/types: mutations → options → mutations",
    "pkg/src/timing: host → withoutWasm → host",
    "www/backend/src/graph: cargo → mod → cargo",
];

/// Rooms whose numbers are still written in Rust and in TypeScript.
pub const NUMBERS: &[&str] = &["lazy", "query", "timing"];
