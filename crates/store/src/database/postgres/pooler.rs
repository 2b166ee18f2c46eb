//! Poolers that hand out a connection for one transaction: locks and prepared statements would belong to somebody else afterwards.
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::{Client, SimpleQueryMessage};

use super::super::{Error, ErrorKind, Result};
use super::server::Server;
use super::waits::Waits;

/// Refuses such a pooler. What one session is set to, another that has a transaction open must not see, and the first must
/// still have.
///
/// # Errors
/// Also where the server cannot be reached.
pub fn refuse(server: &Arc<Server>) -> Result<()> {
    server.handle().block_on(async {
        let one = server.connect(&Waits::WRITER).await?;
        let other = server.connect(&Waits::WRITER).await?;
        refuse_shared(server, &one, &other).await
    })
}

/// The same of two connections that are there.
pub async fn refuse_shared(server: &Server, one: &Client, other: &Client) -> Result<()> {
    match is_pooled(one, other).await {
        // A server that does not know such settings says nothing of poolers.
        Ok(false) | Err(_) => Ok(()),
        Ok(true) => Err(Error::new(
            ErrorKind::Denied,
            format!(
                "a pooler at {} hands out connections by the transaction (PgBouncer's pool_mode=transaction), but locks and prepared \
                 statements belong to a session: set pool_mode=session for this database, or connect to the server itself",
                server.address().hosts()
            ),
        )),
    }
}

/// How often it is tried: other clients of the pooler may take and give back connections meanwhile.
const ROUNDS: usize = 4;

async fn is_pooled(one: &Client, other: &Client) -> std::result::Result<bool, tokio_postgres::Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    for round in 0..ROUNDS {
        let mark = format!("{}-{now}-{round}", std::process::id());
        if is_shared(one, other, &mark).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn is_shared(
    one: &Client,
    other: &Client,
    mark: &str,
) -> std::result::Result<bool, tokio_postgres::Error> {
    // Simple queries: a prepared one may end up on another connection, too.
    one.batch_execute(&format!("SELECT set_config('whippet.session', '{mark}', false)")).await?;
    // A pooler that hands them out in turn (PgBouncer's `server_round_robin`) has another one next. Asked only once the other
    // session has taken its own, of two connections the first session would get the same again.
    if mark_of(one).await?.as_deref() != Some(mark) {
        return Ok(true);
    }
    if other.batch_execute("BEGIN").await.is_err() {
        // By the statement, even.
        return Ok(true);
    }
    let seen = mark_of(other).await?.as_deref() == Some(mark);
    // Then the first session need not be asked: where the pooler has no connection to spare, it would wait for the end of this
    // transaction.
    let kept = seen || mark_of(one).await?.as_deref() == Some(mark);
    other.batch_execute("ROLLBACK").await?;
    Ok(seen || !kept)
}

async fn mark_of(client: &Client) -> std::result::Result<Option<String>, tokio_postgres::Error> {
    let answer = client.simple_query("SELECT current_setting('whippet.session', true)").await?;
    Ok(answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
