//! Chooses which of several collectors does what only one may do at a time: folding, the scrapes of a target.
//!
//! Each role is an advisory lock on a session that does nothing else. When the collector that holds it ends, is cut off or
//! is paused, the server ends its session, and another collector gets the lock.
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio_postgres::Client;

use super::postgres::{Server, Waits, key};

/// A role counts as held for this long after the server confirmed it.
const CONFIRMED: Duration = Duration::from_secs(5);
/// How long after a refusal, or a failure to connect, the server is asked again.
const REFUSED: Duration = Duration::from_secs(2);
/// How often the session shows that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(8);
/// After this without a sign of life the server ends the session, ms.
const SILENCE: u64 = 30_000;
/// How long the server has to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// The roles of one collector.
pub struct Leaders {
    server: Arc<Server>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    client: Option<Client>,
    /// When each role was last confirmed or refused.
    roles: HashMap<String, (bool, Instant)>,
    failed: Option<Instant>,
    closed: bool,
}

impl Leaders {
    /// Of a collector on `server`. Nothing is held yet.
    pub fn new(server: Arc<Server>) -> Arc<Self> {
        let leaders = Arc::new(Self { server: Arc::clone(&server), state: Mutex::default() });
        server.handle().spawn(beat(Arc::downgrade(&leaders)));
        leaders
    }

    /// Whether this collector has `role`; it takes it if nobody has it.
    pub async fn lead(self: &Arc<Self>, role: &str) -> bool {
        let (leaders, role) = (Arc::clone(self), role.to_owned());
        // On the thread of the server: the connection lives there.
        self.server.handle().spawn(async move { leaders.ask(&role).await }).await.unwrap_or(false)
    }

    /// Gives a role to whoever asks next.
    pub async fn resign(&self, role: &str) {
        let mut state = self.state.lock().await;
        if let (Some((true, _)), Some(client)) = (state.roles.remove(role), &state.client) {
            let key = key(self.server.address().schema(), role);
            // If this fails, the session ends, and the lock with it.
            let _ =
                tokio::time::timeout(ANSWER, client.query("SELECT pg_advisory_unlock($1)", &[&key])).await;
        }
    }

    /// Gives up all roles, for good.
    pub async fn close(&self) {
        let mut state = self.state.lock().await;
        *state = State { closed: true, ..State::default() };
    }

    async fn ask(&self, role: &str) -> bool {
        let mut state = self.state.lock().await;
        if state.client.as_ref().is_none_or(Client::is_closed) {
            state.client = None;
            state.roles.clear();
        } else if let Some((held, at)) = state.roles.get(role)
            && at.elapsed() < if *held { CONFIRMED } else { REFUSED }
        {
            return *held;
        }
        if state.closed || state.failed.is_some_and(|at| at.elapsed() < REFUSED) {
            return false;
        }
        // The time before the answer: it was true then.
        let asked = Instant::now();
        match self.ask_server(&mut state, role).await {
            Some(held) => {
                state.roles.insert(role.to_owned(), (held, asked));
                held
            }
            None => {
                // Whatever was held is no longer sure to be.
                *state = State { failed: Some(Instant::now()), ..State::default() };
                false
            }
        }
    }

    async fn ask_server(&self, state: &mut State, role: &str) -> Option<bool> {
        let held = state.roles.get(role).is_some_and(|(held, _)| *held);
        if state.client.is_none() {
            state.client = Some(self.connect().await?);
        }
        let client = state.client.as_ref()?;
        if held {
            return answered(client.query_one("SELECT TRUE", &[])).await;
        }
        let key = key(self.server.address().schema(), role);
        answered(client.query_one("SELECT pg_try_advisory_lock($1)", &[&key])).await
    }

    async fn connect(&self) -> Option<Client> {
        let waits = Waits { statement: Some(ANSWER), lock: Some(ANSWER), answer: None, transaction: None };
        let connected = async {
            let client = self.server.connect(&waits).await?;
            let silence = format!(
                "SELECT set_config(name, '{SILENCE}', false) FROM pg_settings WHERE name = 'idle_session_timeout'"
            );
            let set = client.batch_execute(&silence).await;
            set.map(|()| client).map_err(|error| super::Error::other(error.to_string()))
        };
        connected
            .await
            .inspect_err(|error| tracing::warn!(%error, "cannot ask which collector folds and scrapes"))
            .ok()
    }
}

async fn answered(
    answer: impl Future<Output = Result<tokio_postgres::Row, tokio_postgres::Error>>,
) -> Option<bool> {
    tokio::time::timeout(ANSWER, answer).await.ok()?.ok()?.try_get(0).ok()
}

async fn beat(leaders: Weak<Leaders>) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let Some(leaders) = leaders.upgrade() else { return };
        let mut state = leaders.state.lock().await;
        let Some(client) = &state.client else { continue };
        if answered(client.query_one("SELECT TRUE", &[])).await.is_none() {
            *state = State { failed: Some(Instant::now()), closed: state.closed, ..State::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::TestSchema;
    use super::*;

    #[test]
    fn one_leads_and_another_takes_over_when_it_ends() {
        let Some(place) = TestSchema::new() else { return };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let first = Leaders::new(Arc::clone(&place.server));
            let second = Leaders::new(Arc::clone(&place.server));
            assert!(first.lead("fold").await && first.lead("fold").await);
            assert!(!second.lead("fold").await);
            assert!(second.lead("scrape:shop").await, "another role");
            assert!(!first.lead("scrape:shop").await);
            first.resign("fold").await;
            second.state.lock().await.roles.clear();
            assert!(second.lead("fold").await);
            // The server ends the session of the one that holds it.
            drop(second.state.lock().await.client.take());
            for _ in 0..100 {
                first.state.lock().await.roles.clear();
                if first.lead("fold").await {
                    return;
                }
                tokio::task::yield_now().await;
            }
            panic!("nobody took over");
        });
    }
}
