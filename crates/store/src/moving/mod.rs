//! Taking what is kept elsewhere, and looking whether it is sound: from outside the process that writes, also while it runs.
//!
//! | file | holds |
//! |---|---|
//! | `backup` | a copy of SQLite's file |
//! | `check` | whether what is kept is sound |
//! | `copy`, `proof`, `sequences` | everything from one database to another, and the proof that it is there |
//! | `place` | a data folder or a server, which nobody else uses meanwhile |
//! | `catalog`, `owned`, `merged` | the tables that are there, their values, their cells |
//! | `references`, `values` | what rows refer to, and what their bytes are |
pub mod backup;
mod catalog;
pub mod check;
pub mod copy;
mod error;
mod merged;
mod owned;
mod place;
mod proof;
mod references;
mod sequences;
mod source;
#[cfg(test)]
mod tests;
mod values;

pub use error::MovingError;
pub use place::{Opened, Place};
pub use proof::{Compared, Proof};
pub use source::Progress;
