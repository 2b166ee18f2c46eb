//! The server as all sessions share it.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::{Error, ErrorKind, Result};
use super::address::ServerAddress;
use super::waits::Waits;
use super::{failure, hosts, tls};

/// How long log-in may take after a host had its time to accept the connection.
const LOGIN: Duration = Duration::from_secs(5);

/// What a session is set to, where the server knows the setting. A collector that is gone without a word must not hold locks:
/// the server notices within half a minute, and ends a transaction that nobody goes on with. What takes as long as it takes
/// may also pause for as long, as where whoever reads an export does.
fn settings(waits: &Waits) -> String {
    let (unanswered, idle) = if waits.statement.is_none() { (0, 0) } else { (25_000, 60_000) };
    format!(
        "SELECT set_config(known.name, wanted.value, false) FROM pg_settings AS known JOIN (VALUES
           ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
           ('tcp_user_timeout', '{unanswered}'), ('idle_in_transaction_session_timeout', '{idle}'),
           ('transaction_timeout', '0'), ('client_min_messages', 'warning'), ('jit', 'off')
         ) AS wanted (name, value) ON wanted.name = known.name"
    )
}

/// A server, and the thread that its connections run on.
pub struct Server {
    address: ServerAddress,
    /// With the certificates of the start.
    tls: MakeRustlsConnect,
    // `None` once it is dropped.
    runtime: Option<Runtime>,
    open: Arc<AtomicUsize>,
    opened: AtomicUsize,
    refused: AtomicUsize,
}

impl Server {
    /// Gets ready. No connection is made yet.
    ///
    /// # Errors
    /// What is wrong with certificates that the address names.
    pub fn new(address: ServerAddress) -> Result<Arc<Self>> {
        let tls = tls::connector(&address.tls).map_err(|reason| {
            Error::new(ErrorKind::Denied, format!("TLS to the database at {}: {reason}", address.hosts()))
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("database")
            .enable_all()
            .build()
            .map_err(|error| Error::other(format!("cannot start a thread: {error}")))?;
        Ok(Arc::new(Self {
            address,
            tls,
            runtime: Some(runtime),
            open: Arc::default(),
            opened: AtomicUsize::default(),
            refused: AtomicUsize::default(),
        }))
    }

    /// The address, without its password when it is shown.
    pub fn address(&self) -> &ServerAddress {
        &self.address
    }

    /// How many connections are open, how many were ever opened, and how many tries failed.
    pub fn connections(&self) -> (usize, usize, usize) {
        let read = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (read(&self.open), read(&self.opened), read(&self.refused))
    }

    pub(in super::super) fn handle(&self) -> &Handle {
        self.runtime.as_ref().expect("it is there until the server is dropped").handle()
    }

    /// Connects, and sets the session up: without a time limit of its own where `waits` has none.
    pub(in super::super) async fn connect(&self, waits: &Waits) -> Result<Client> {
        let mut failures = Vec::new();
        for config in hosts::each(&self.address.config) {
            let host = hosts::shown(&config);
            let limit = config.get_connect_timeout().copied().unwrap_or(LOGIN) + LOGIN;
            match tokio::time::timeout(limit, self.begin(&config, waits)).await {
                Ok(Ok(client)) => {
                    self.opened.fetch_add(1, Ordering::Relaxed);
                    return Ok(client);
                }
                Ok(Err(error)) => failures.push(failure::connect(&error, &host)),
                Err(_) => {
                    let reason = format!("no answer within {} s", limit.as_secs());
                    failures.push(failure::unreachable(&host, &reason));
                }
            }
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        Err(failure::of_all(failures))
    }

    /// Logs in at one host, and sets the session up.
    async fn begin(
        &self,
        config: &Config,
        waits: &Waits,
    ) -> std::result::Result<Client, tokio_postgres::Error> {
        let client = self.log_in(config).await?;
        let settings = format!(
            "SET search_path TO {}; SET statement_timeout = {}; SET lock_timeout = {}; {}; \
             SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
            self.address.schema(),
            waits.statement.map_or(0, |wait| wait.as_millis()),
            waits.lock.map_or(0, |wait| wait.as_millis()),
            settings(waits),
        );
        client.batch_execute(&settings).await?;
        Ok(client)
    }

    /// How TLS begins. The files that the address names are read for each connection, as PostgreSQL's own client does: certificates
    /// are renewed while a collector runs. Where that fails, as in the midst of it, those of the start count.
    fn tls(&self) -> MakeRustlsConnect {
        let options = &self.address.tls;
        if options.roots.is_none() && options.own.is_none() {
            return self.tls.clone();
        }
        tls::connector(options).unwrap_or_else(|reason| {
            tracing::warn!(reason, "TLS to the database goes by the certificates of the start");
            self.tls.clone()
        })
    }

    async fn log_in(&self, config: &Config) -> std::result::Result<Client, tokio_postgres::Error> {
        let mut plain = config.clone();
        plain.ssl_mode(SslMode::Disable);
        match self.connect_with(config).await {
            // As PostgreSQL's own client does where TLS is only preferred.
            Err(error) if config.get_ssl_mode() == SslMode::Prefer && is_tls_failure(&error) => {
                self.connect_with(&plain).await
            }
            // As there, too: the server's `pg_hba.conf` may let this user in without TLS only (`hostnossl`).
            Err(error) if config.get_ssl_mode() == SslMode::Prefer && is_not_let_in(&error) => {
                self.connect_with(&plain).await.map_err(|_| error)
            }
            connected => connected,
        }
    }

    async fn connect_with(&self, config: &Config) -> std::result::Result<Client, tokio_postgres::Error> {
        let (client, connection) = config.connect(self.tls()).await?;
        let open = Arc::clone(&self.open);
        open.fetch_add(1, Ordering::Relaxed);
        self.handle().spawn(async move {
            if let Err(error) = connection.await {
                // Whoever uses it is told.
                tracing::debug!(%error, "a connection to the database ended");
            }
            open.fetch_sub(1, Ordering::Relaxed);
        });
        Ok(client)
    }
}

/// Whether nobody of this kind may log in, whatever the password.
fn is_not_let_in(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

fn is_tls_failure(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_none() && error.to_string().contains("TLS")
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dropped where waiting is not allowed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Waits, settings};

    #[test]
    fn no_session_is_ended_in_a_transaction_by_a_time_limit_of_the_servers_own() {
        for waits in [Waits::WRITER, Waits::PATIENT] {
            let settings = settings(&waits);
            assert!(settings.contains("('transaction_timeout', '0')"), "{settings}");
        }
    }
}
