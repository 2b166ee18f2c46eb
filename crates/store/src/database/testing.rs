//! Both engines for tests: what is tried on one is tried on the other.
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Database, Server, ServerAddress, Session, Waits, postgres, register_functions};
use crate::schema;

/// The variable that names a server for tests, such as `postgres://whippet@127.0.0.1:5432/whippet`.
pub const VARIABLE: &str = "WHIPPET_TEST_POSTGRES";

/// Runs `check` on an empty store of each engine: on SQLite in memory, and on the server that [`VARIABLE`] names, if any.
pub fn each_engine(mut check: impl FnMut(&dyn Database)) {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    register_functions(&connection).unwrap();
    schema::migrate(&mut connection).unwrap();
    check(&connection);
    if let Some(place) = TestSchema::new() {
        let session = place.session(Waits::PATIENT);
        postgres::migrate(&session).unwrap();
        check(&session);
    }
}

/// A schema of its own on the server for tests, dropped at the end.
pub struct TestSchema {
    /// The server, with that schema in its address.
    pub server: Arc<Server>,
}

impl TestSchema {
    /// `None` if no server is named.
    pub fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let address = std::env::var(VARIABLE).ok()?;
        let separator = if address.contains('?') { '&' } else { '?' };
        let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let address: ServerAddress =
            format!("{address}{separator}schema=t_{process}_{number}").parse().unwrap();
        Some(Self { server: Server::new(address).unwrap() })
    }

    /// A session that finds its tables in the schema.
    pub fn session(&self, waits: Waits) -> Session {
        Session::new(Arc::clone(&self.server), waits)
    }
}

impl Drop for TestSchema {
    fn drop(&mut self) {
        let schema = self.server.address().schema();
        let session = self.session(Waits::PATIENT);
        let dropped = session.execute_batch(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        if !std::thread::panicking() {
            dropped.unwrap();
        }
    }
}
