//! The seam between what is kept and the engine that keeps it: SQLite in a file, or a server that speaks PostgreSQL's protocol.
//!
//! Everything above this folder is written once, in one set of SQL texts that both understand:
//!
//! ```text
//! parameters      ?1 ?2 …  only; an optional one: CAST(?1 AS TEXT) IS NULL OR …
//! conflicts       ON CONFLICT (columns) DO …; RETURNING id
//! numbers         CAST(sum(x) AS BIGINT); least(a, b) and greatest(a, b); no shifts
//! truth           0 and 1
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `param`, `row`, `tables`, `error` | what goes in, what comes out, many rows at once, what went wrong |
//! | `seam` | what a session with either of them can do |
//! | `sqlite` | the seam over a [`rusqlite::Connection`] |
//! | `place` | a file or a server, and sessions that read |
//! | `leaders` | which of several collectors does what only one may do |
//! | `postgres` | the seam over a connection to a server |
mod error;
mod leaders;
mod param;
mod place;
mod postgres;
mod row;
mod seam;
mod sqlite;
mod tables;
#[cfg(test)]
pub mod testing;

pub use crate::params;
pub use error::{Error, ErrorKind, Result};
pub use leaders::Leaders;
pub use param::Param;
pub use place::{Place, Reader};
pub use postgres::{
    AddressError, SERVER_FORMAT, SERVING, Server, ServerAddress, Session, Waits, format, key, lock_condition,
    lock_until_commit, migrate, refuse_pooler,
};
pub use row::{FromValue, Row, Value};
pub use seam::{Access, Database, Each, Engine, Lock};
pub use sqlite::register_functions;
pub use tables::{Lookup, Type, Upsert};
