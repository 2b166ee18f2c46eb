//! Where a collector of the harness keeps its data: in a folder or, where the variable `WHIPPET_TEST_STORE` says `postgres`, in
//! a schema of its own on the server for tests.
use std::sync::atomic::{AtomicU32, Ordering};

use whippet_test_postgres::{Programs, psql};

/// Which store tests open.
const STORE: &str = "WHIPPET_TEST_STORE";

/// A schema, dropped at the end.
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// A new one. `None` if tests run on SQLite.
    pub fn wanted() -> Option<Self> {
        match std::env::var(STORE).as_deref() {
            Ok("postgres") => {
                Some(Self::new().expect("WHIPPET_TEST_STORE=postgres needs WHIPPET_TEST_POSTGRES=URL"))
            }
            Ok("sqlite") | Err(_) => None,
            Ok(other) => panic!("WHIPPET_TEST_STORE is sqlite or postgres, not {other}"),
        }
    }

    /// A new one on the server for tests. `None` if there is no server.
    pub fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var(whippet_test_postgres::URL) else {
            println!("left out: {} names no server", whippet_test_postgres::URL);
            return None;
        };
        let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Some(Self { server, name: format!("it_{process}_{number}") })
    }

    /// The URL for `--store`.
    pub fn url(&self) -> String {
        let joint = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{joint}schema={}", self.server, self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let Some(programs) = Programs::find(None) else { return };
        let dropped = psql(&programs, &self.server, &format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        if !std::thread::panicking() {
            dropped.unwrap();
        }
    }
}
