//! Paced functions, by id. The functions themselves stay in JavaScript.
mod batches;
mod host;
mod memos;
mod pacers;
mod rate_limits;
mod retries;
mod state;

pub use batches::*;
pub use host::*;
pub use memos::*;
pub use pacers::*;
pub use rate_limits::*;
pub use retries::*;
