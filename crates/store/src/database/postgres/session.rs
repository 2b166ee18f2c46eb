//! One session with a server.
//!
//! What needs no answer (a `BEGIN`, rows that are written) is sent and not waited for: the next question or the commit waits
//! for all that went out before, so that a transaction takes few round trips. The server does one thing after the other,
//! and refuses all that follows a failure, so nothing that was sent too early can do harm.
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use futures_util::future::join;
use tokio_postgres::{Client, Statement};

use super::super::{Access, Database, Each, Engine, Error, ErrorKind, Lookup, Param, Result, Row, Upsert};
use super::encode::{self, Encoded};
use super::row_key::Part;
use super::server::Server;
use super::waits::Waits;
use super::{failure, locks, pooler, sql};

/// The most prepared statements; then all are forgotten. There are fewer texts than this.
const STATEMENTS: usize = 512;
/// The most rows of one statement: bounds the memory that both sides need for it.
const ROWS: usize = 4_096;
/// After a failed try to connect, the next one is made after this. Until then the same error is the answer.
const RETRY: Duration = Duration::from_millis(250);

/// The lock that all who write share, and whoever moves the data has alone.
pub const SERVING: &str = "serve";

/// What was sent and is not answered yet.
type Sent = Pin<Box<dyn Future<Output = std::result::Result<(), tokio_postgres::Error>> + Send>>;

/// A session. It connects when it is needed, and again after the connection was lost, but never within a transaction. To be
/// used on threads that may wait, not in asynchronous code.
pub struct Session {
    server: Arc<Server>,
    waits: Waits,
    /// The number of the advisory lock that the session holds while it is connected.
    alone: Option<i64>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    client: Option<Arc<Client>>,
    statements: HashMap<String, Statement>,
    sent: Vec<Sent>,
    /// When the transaction began, if one is open.
    began: Option<Instant>,
    /// Whether the server was told to commit it: from then on nobody knows what a connection that is lost has left.
    committing: bool,
    /// The first failure in the transaction: nothing of it can be committed.
    failed: Option<Error>,
    /// Whether rows are being handed out.
    asking: bool,
    /// When the last try to connect failed, and why.
    refused: Option<(Instant, Error)>,
    /// What the server calls the last connection: its process, and when that began.
    backend: Option<(i64, String)>,
}

/// What ended a question.
enum Stopped {
    ByServer(tokio_postgres::Error),
    ByReader(Error),
}

impl Session {
    /// A session with `server`; it is not connected yet.
    pub fn new(server: Arc<Server>, waits: Waits) -> Self {
        Self { server, waits, alone: None, state: RefCell::default() }
    }

    /// The same, for what must never run twice as `role`. Where a connection was lost in the midst of a transaction, the server
    /// may still be working on it, and may commit it. A new connection waits until that one has ended, so that it sees all
    /// that it left behind.
    pub fn alone(server: Arc<Server>, waits: Waits, role: &str) -> Self {
        let alone = Some(locks::key(server.address().schema(), role));
        Self { alone, ..Self::new(server, waits) }
    }

    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// Whether there is a connection that did not end.
    pub fn is_connected(&self) -> bool {
        self.state.borrow().client.as_ref().is_some_and(|client| !client.is_closed())
    }

    /// The connection; a new one where there is none and no transaction is open.
    fn client(&self) -> Result<Arc<Client>> {
        {
            let mut state = self.state.borrow_mut();
            if state.asking {
                return Err(Error::other("a statement was run while the rows of another were read"));
            }
            if let Some(client) = state.client.as_ref().filter(|client| !client.is_closed()) {
                return Ok(Arc::clone(client));
            }
            if state.began.is_some() {
                let lost =
                    Error::new(ErrorKind::Unavailable, "the connection to the database was lost").undone();
                return Err(state.failed.get_or_insert(lost).clone());
            }
            state.forget_connection();
            if let Some((_, error)) = state.refused.as_ref().filter(|(at, _)| at.elapsed() < RETRY) {
                return Err(error.clone());
            }
        }
        let connected: Result<Client> = self.server.handle().block_on(async {
            let client = self.server.connect(&self.waits).await?;
            self.end_previous(&client).await?;
            Ok(client)
        });
        let mut state = self.state.borrow_mut();
        match connected {
            Ok(client) => {
                let client = Arc::new(client);
                (state.client, state.refused) = (Some(Arc::clone(&client)), None);
                Ok(client)
            }
            Err(error) => {
                state.refused = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Ends what the last connection left behind on the server, and waits for its end.
    async fn end_previous(&self, client: &Client) -> Result<()> {
        let Some(key) = self.alone else { return Ok(()) };
        let is_again = self.state.borrow().backend.is_some();
        // A pooler may have been told to share sessions since the start. Without a connection to spare that cannot be seen.
        if is_again && let Ok(other) = self.server.connect(&self.waits).await {
            pooler::refuse_shared(&self.server, client, &other).await?;
        }
        let failed = |error| failure::connect(&error, &self.server.address().hosts());
        // A server shows and ends sessions by who logged in, and not by the role that is set for it (`ALTER ROLE … SET role`).
        client.batch_execute("SET ROLE NONE").await.map_err(failed)?;
        let previous = self.state.borrow().backend.clone();
        if let Some((process, began)) = previous {
            // Another process may have got the number since.
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE CAST(pid AS BIGINT) = $1 AND CAST(backend_start AS TEXT) = $2 AND usename = current_user";
            client.query(sql, &[&process, &began]).await.map_err(failed)?;
        }
        client.query("SELECT pg_advisory_lock($1)", &[&key]).await.map_err(failed)?;
        // Whoever copies all of it needs that nobody writes.
        let serving = locks::key(self.server.address().schema(), SERVING);
        let sql = "SELECT pg_try_advisory_lock_shared($1)";
        let allowed = client.query_one(sql, &[&serving]).await.map_err(failed)?;
        if !allowed.get::<_, bool>(0) {
            let text =
                format!("what {} holds is being moved: wait until that is done", self.server.address());
            return Err(Error::new(ErrorKind::Unavailable, text));
        }
        let sql = "SELECT CAST(pid AS BIGINT), CAST(backend_start AS TEXT) FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        let own = client.query_opt(sql, &[]).await.map_err(failed)?;
        client.batch_execute("RESET ROLE").await.map_err(failed)?;
        self.state.borrow_mut().backend = own.map(|row| (row.get(0), row.get(1)));
        Ok(())
    }

    /// Waits for `work`, and for what was sent before it.
    fn wait<T>(
        &self,
        work: impl Future<Output = std::result::Result<T, Stopped>>,
    ) -> std::result::Result<T, Error> {
        let sent = std::mem::take(&mut self.state.borrow_mut().sent);
        let earlier = async {
            for sent in sent {
                sent.await?;
            }
            Ok::<(), tokio_postgres::Error>(())
        };
        let both = async {
            // The first poll of `work` sends it: it does not wait until what was sent before is answered.
            let (earlier, done) = join(earlier, work).await;
            earlier.map_err(Stopped::ByServer)?;
            done
        };
        let outcome = self.server.handle().block_on(async {
            match self.waits.answer {
                Some(limit) => tokio::time::timeout(limit, both).await.map_err(|_| limit),
                None => Ok(both.await),
            }
        });
        let error = match outcome {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(Stopped::ByReader(error))) => error,
            Ok(Err(Stopped::ByServer(error))) => self.by_server(&error),
            Err(limit) => {
                let text = format!("the database did not answer within {} s", limit.as_secs());
                Error::new(ErrorKind::Unavailable, text)
            }
        };
        Err(self.fail(error))
    }

    /// What the server said, or that the connection ended: a server ends those that are idle for long, and says so when they are
    /// used again.
    fn by_server(&self, error: &tokio_postgres::Error) -> Error {
        let error = failure::statement(error);
        let state = self.state.borrow();
        let is_lost = error.kind() == ErrorKind::Unavailable;
        if is_lost && state.began.is_some() && !state.committing { error.undone() } else { error }
    }

    /// Remembers a failure. Returns the first one of the transaction, which is the reason for all others.
    fn fail(&self, error: Error) -> Error {
        let mut state = self.state.borrow_mut();
        if failure::ends_connection(&error) {
            state.forget_connection();
        }
        if state.began.is_none() {
            return error;
        }
        state.failed.get_or_insert(error).clone()
    }

    fn statement(&self, client: &Arc<Client>, text: &str) -> Result<Statement> {
        if let Some(statement) = self.state.borrow().statements.get(text) {
            return Ok(statement.clone());
        }
        let numbered = sql::numbered(text);
        let statement = self.wait(async { client.prepare(&numbered).await.map_err(Stopped::ByServer) })?;
        let mut state = self.state.borrow_mut();
        if state.statements.len() >= STATEMENTS {
            state.statements.clear();
        }
        state.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Sends a statement without waiting for its answer; outside of a transaction, with waiting.
    fn send(
        &self,
        sent: impl Future<Output = std::result::Result<(), tokio_postgres::Error>> + Send + 'static,
    ) -> Result<()> {
        let mut sent: Sent = Box::pin(sent);
        let first = {
            let _entered = self.server.handle().enter();
            // The first poll hands it to the connection.
            sent.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        match first {
            std::task::Poll::Ready(Ok(())) => {}
            std::task::Poll::Ready(Err(error)) => return Err(self.fail(self.by_server(&error))),
            std::task::Poll::Pending => self.state.borrow_mut().sent.push(sent),
        }
        if self.state.borrow().began.is_none() { self.wait(async { Ok(()) }) } else { Ok(()) }
    }

    fn send_statement(
        &self,
        client: &Arc<Client>,
        statement: &Statement,
        params: Vec<Encoded>,
    ) -> Result<()> {
        let (client, statement) = (Arc::clone(client), statement.clone());
        self.send(async move { client.execute_raw(&statement, params).await.map(drop) })
    }

    /// Asks, hands out the rows, and returns how many rows were changed.
    fn ask(
        &self,
        client: &Arc<Client>,
        statement: &Statement,
        params: Vec<Encoded>,
        each: Each<'_>,
    ) -> Result<usize> {
        let until = self.check_patience()?;
        let asking = Asking::begin(&self.state);
        let changed = self.wait(async {
            let rows = client.query_raw(statement, params).await.map_err(Stopped::ByServer)?;
            let mut rows = pin!(rows);
            while let Some(row) = rows.try_next().await.map_err(Stopped::ByServer)? {
                each(&Row(&row)).map_err(Stopped::ByReader)?;
                if until.is_some_and(|until| Instant::now() > until) {
                    return Err(Stopped::ByReader(too_long()));
                }
            }
            Ok(rows.rows_affected().unwrap_or(0))
        });
        drop(asking);
        Ok(usize::try_from(changed?).unwrap_or(usize::MAX))
    }

    /// Until when the transaction may go on.
    fn check_patience(&self) -> Result<Option<Instant>> {
        let (began, limit) = (self.state.borrow().began, self.waits.transaction);
        let until = began.zip(limit).map(|(began, limit)| began + limit);
        match until.is_some_and(|until| Instant::now() > until) {
            true => Err(self.fail(too_long())),
            false => Ok(until),
        }
    }
}

fn too_long() -> Error {
    Error::new(ErrorKind::Interrupted, "the query took too long, and was cut off")
}

impl State {
    fn forget_connection(&mut self) {
        self.client = None;
        self.statements.clear();
        self.sent.clear();
    }
}

/// Marks that rows are handed out, also while whoever gets them panics.
struct Asking<'a>(&'a RefCell<State>);

impl<'a> Asking<'a> {
    fn begin(state: &'a RefCell<State>) -> Self {
        state.borrow_mut().asking = true;
        Self(state)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().asking = false;
    }
}

impl Database for Session {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        let client = self.client()?;
        let statement = self.statement(&client, sql)?;
        let params = encode::params(statement.params(), params).map_err(|error| self.fail(error))?;
        self.ask(&client, &statement, params, &mut |_| Ok(()))
    }

    fn query(&self, sql: &str, params: &[Param<'_>], each: Each<'_>) -> Result<()> {
        let client = self.client()?;
        let statement = self.statement(&client, sql)?;
        let params = encode::params(statement.params(), params).map_err(|error| self.fail(error))?;
        self.ask(&client, &statement, params, each).map(drop)
    }

    fn execute_batch(&self, sql: &str) -> Result<()> {
        let client = self.client()?;
        self.wait(async { client.batch_execute(sql).await.map_err(Stopped::ByServer) })
    }

    fn execute_many(&self, sql: &str, rows: &[Vec<Param<'_>>]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let client = self.client()?;
        let statement = self.statement(&client, sql)?;
        for row in rows {
            let params = encode::params(statement.params(), row).map_err(|error| self.fail(error))?;
            self.send_statement(&client, &statement, params)?;
        }
        Ok(())
    }

    fn write_rows(&self, table: &Upsert, rows: &[Vec<Param<'_>>]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let client = self.client()?;
        let statement = self.statement(&client, &sql::insert(table))?;
        for rows in rows.chunks(ROWS) {
            let params = encode::columns(statement.params(), rows).map_err(|error| self.fail(error))?;
            self.send_statement(&client, &statement, params)?;
        }
        Ok(())
    }

    fn write_rows_returning(&self, table: &Upsert, rows: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let client = self.client()?;
        let statement = self.statement(&client, &sql::insert(table))?;
        for rows in rows.chunks(ROWS) {
            let params = encode::columns(statement.params(), rows).map_err(|error| self.fail(error))?;
            self.ask(&client, &statement, params, each)?;
        }
        Ok(())
    }

    fn insert_new(&self, table: &Upsert, key: usize, rows: &[Vec<Param<'_>>]) -> Result<Vec<bool>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let client = self.client()?;
        let statement = self.statement(&client, &sql::insert_new(table, key))?;
        let mut written: HashSet<Vec<Part>> = HashSet::with_capacity(rows.len());
        for rows in rows.chunks(ROWS) {
            let params = encode::columns(statement.params(), rows).map_err(|error| self.fail(error))?;
            self.ask(&client, &statement, params, &mut |row| {
                let key: Result<Vec<Part>> = (0..key).map(|index| Part::of(row.value(index)?)).collect();
                written.insert(key?);
                Ok(())
            })?;
        }
        rows.iter()
            .map(|row| {
                let key: Result<Vec<Part>> = row[..key].iter().map(|param| Part::sent(*param)).collect();
                Ok(written.contains(&key?))
            })
            .collect()
    }

    fn read_rows(&self, table: &Lookup, keys: &[Vec<Param<'_>>], each: Each<'_>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let client = self.client()?;
        let statement = self.statement(&client, &sql::select(table))?;
        for keys in keys.chunks(ROWS) {
            let params = encode::columns(statement.params(), keys).map_err(|error| self.fail(error))?;
            self.ask(&client, &statement, params, each)?;
        }
        Ok(())
    }

    fn begin(&self, access: Access) -> Result<()> {
        let client = self.client()?;
        {
            let mut state = self.state.borrow_mut();
            if state.began.is_some() {
                return Err(Error::other("a transaction was begun within another"));
            }
            (state.began, state.committing, state.failed) = (Some(Instant::now()), false, None);
        }
        let begin = match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        self.send(async move { client.batch_execute(begin).await }).inspect_err(|_| self.rollback())
    }

    fn commit(&self) -> Result<()> {
        let failed = self.state.borrow().failed.clone();
        if let Some(error) = failed {
            // The server would answer with success, having undone everything.
            self.rollback();
            return Err(error);
        }
        let client = self.client().inspect_err(|_| self.rollback())?;
        self.state.borrow_mut().committing = true;
        let committed = self.wait(async { client.batch_execute("COMMIT").await.map_err(Stopped::ByServer) });
        if committed.is_err() {
            self.rollback();
        } else {
            self.state.borrow_mut().began = None;
        }
        committed
    }

    fn rollback(&self) {
        let client = {
            let state = self.state.borrow();
            if state.began.is_none() {
                return;
            }
            state.client.clone()
        };
        if let Some(client) = client {
            // Answers of what was sent before come first; their errors are known or no longer matter.
            let sent = std::mem::take(&mut self.state.borrow_mut().sent);
            let undone = self.server.handle().block_on(async {
                let earlier = async {
                    for sent in sent {
                        let _ = sent.await;
                    }
                };
                let limit = self.waits.answer.unwrap_or(Duration::from_secs(30));
                let both = join(earlier, client.batch_execute("ROLLBACK"));
                matches!(tokio::time::timeout(limit, both).await, Ok(((), Ok(()))))
            });
            if !undone {
                // The server undoes what a connection leaves behind.
                self.state.borrow_mut().forget_connection();
            }
        }
        let mut state = self.state.borrow_mut();
        (state.began, state.failed) = (None, None);
    }

    fn sqlite(&self) -> Option<&rusqlite::Connection> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::ServerAddress;
    use crate::database::testing::{TestSchema, VARIABLE};

    #[test]
    fn a_session_whose_server_sets_a_role_ends_the_one_before_it() {
        let Some(place) = TestSchema::new() else { return };
        let address = std::env::var(VARIABLE).unwrap();
        let role = format!("whippet_role_{}", std::process::id());
        let admin = place.session(Waits::PATIENT);
        // It may not see what whoever logs in does.
        admin.execute_batch(&format!("CREATE ROLE {role}")).unwrap();
        let separator = if address.contains('?') { '&' } else { '?' };
        let address: ServerAddress =
            format!("{address}{separator}options=-c%20role%3D{role}").parse().unwrap();
        let session = Session::alone(Server::new(address).unwrap(), Waits::WRITER, "test of roles");
        let lost = session.client().unwrap();
        session.state.borrow_mut().forget_connection();
        let next = session.client().unwrap();
        assert!(!Arc::ptr_eq(&lost, &next));
        let database: &dyn Database = &session;
        assert_eq!(database.scalar::<String>("SELECT CAST(current_user AS TEXT)", &[]), Ok(role.clone()));
        drop(session);
        admin.execute_batch(&format!("DROP ROLE {role}")).unwrap();
    }
}
