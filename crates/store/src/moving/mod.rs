//! Taking what is kept elsewhere, and looking whether it is sound: from outside the process that writes, also while it runs.
//!
//! | file | holds |
//! |---|---|
//! | `backup`, `part` | a copy of SQLite's file; a file that gets its name once it is whole |
//! | `dump` | a copy of what a server holds, as such a file |
//! | `check` | whether what is kept is sound |
//! | `copy`, `step`, `proof`, `sequences` | everything from one database to another, and the proof that it is there |
//! | `export` | everything as JSON Lines |
//! | `place` | a data folder or a server, which nobody else uses meanwhile |
//! | `catalog`, `owned`, `merged` | the tables that are there, their values, their cells |
//! | `references`, `values` | what rows refer to, and what their bytes are |
pub mod backup;
mod catalog;
pub mod check;
pub mod copy;
pub mod dump;
mod error;
pub mod export;
mod merged;
mod owned;
mod part;
mod place;
mod proof;
mod references;
mod sequences;
mod source;
mod step;
#[cfg(test)]
mod tests;
mod values;

pub use error::MovingError;
pub use part::Part;
pub use place::{Opened, Place};
pub use proof::{Compared, Proof};
pub use source::Progress;
pub use step::{Step, Watch};
