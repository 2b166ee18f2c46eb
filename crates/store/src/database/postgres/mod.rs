//! The seam over a server that speaks PostgreSQL's protocol.
//!
//! | file | holds |
//! |---|---|
//! | `address` | what an address like `postgres://user@host/database?schema=whippet` says |
//! | `tls` | what `sslmode` means for a connection |
//! | `hosts` | each of several hosts by itself |
//! | `server` | the server as all sessions share it: how to connect, and the thread that the connections run on |
//! | `session` | one session, which connects when it is needed, and again after a failure |
//! | `waits` | how long a session waits |
//! | `pooler` | refuses poolers that share sessions |
//! | `sql` | the statements as PostgreSQL wants them |
//! | `encode`, `decode` | parameters and values as bytes |
//! | `row_key` | the key of a row, to be compared |
//! | `migrate`, `locks` | the tables and their versions; one collector at a time |
//! | `failure` | the server's errors in kinds and words |
mod address;
mod decode;
mod encode;
mod failure;
mod hosts;
mod locks;
mod migrate;
mod pooler;
mod row_key;
mod server;
mod session;
mod sql;
#[cfg(test)]
mod tests;
mod tls;
mod waits;

pub use address::{AddressError, ServerAddress};
pub use locks::{key, lock_condition, lock_until_commit};
pub use migrate::{VERSION as SERVER_FORMAT, format, migrate};
pub use pooler::refuse as refuse_pooler;
pub use server::Server;
pub use session::{SERVING, Session};
pub use waits::Waits;
