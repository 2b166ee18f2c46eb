//! The numbers that Rust and TypeScript must agree on, each written once.
//!
//! `crates/npm` uses the constants; `cargo xtask boundary` (a part of `cargo xtask build`) writes one TypeScript file
//! per module of this crate into `pkg/src/boundary`. Nobody edits those files, and git ignores them.
#![no_std]

mod table;

pub mod json;
pub mod lazy;
pub mod pacer;
pub mod query;
pub mod rum;
pub mod timing;
pub mod vitals;

pub use table::{Constant, Value};

/// A TypeScript file: its name without the extension, and what stands in it.
pub struct File {
    /// `rum` becomes `pkg/src/boundary/rum.ts`.
    pub name: &'static str,
    /// The constants, in order.
    pub constants: &'static [&'static [Constant]],
}

/// All files.
pub const FILES: &[File] = &[
    File { name: "json", constants: json::TABLES },
    File { name: "lazy", constants: lazy::TABLES },
    File { name: "pacer", constants: pacer::TABLES },
    File { name: "query", constants: query::TABLES },
    File { name: "rum", constants: rum::TABLES },
    File { name: "timing", constants: timing::TABLES },
    File { name: "vitals", constants: vitals::TABLES },
];
