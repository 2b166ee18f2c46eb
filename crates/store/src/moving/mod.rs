//! Taking what is kept elsewhere, and looking whether it is sound: from outside the process that writes, also while it runs.
//!
//! | file | holds |
//! |---|---|
//! | `backup` | a copy of SQLite's file |
//! | `check` | whether what is kept is sound |
//! | `catalog` | the tables that are there |
//! | `references`, `values` | what rows refer to, and what their bytes are |
pub mod backup;
mod catalog;
pub mod check;
mod error;
mod references;
mod source;
mod values;

pub use error::MovingError;
pub use source::Progress;
