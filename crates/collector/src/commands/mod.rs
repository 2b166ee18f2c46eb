//! The commands beside `serve`, a file each.
pub mod backup;
pub mod check;
pub mod config;
pub mod export;
pub mod migrate;
pub mod names;
mod progress;
mod store;
