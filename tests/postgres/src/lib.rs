//! A real PostgreSQL server in a folder of one's own: found, created, started, paused, killed and stopped.
//!
//! It needs neither systemd nor Debian's clusters, listens on loopback alone, and ends with the process that started it,
//! however that ends.
mod account;
mod programs;
mod server;

pub use account::Account;
pub use programs::Programs;
pub use server::{Server, Settings, psql};

/// The variable with the URL of a running server that tests may use: the user is its superuser.
pub const URL: &str = "WHIPPET_TEST_POSTGRES";

/// The variable with the folder of PostgreSQL's programs, for tests that start a server of their own.
pub const PROGRAMS: &str = "WHIPPET_TEST_POSTGRES_PROGRAMS";
