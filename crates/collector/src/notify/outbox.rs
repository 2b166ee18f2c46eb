//! What waits to be sent. It stands in the store, so that a collector that is killed loses none.
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use whippet_store::{Store, StoreError, WATCHER, watching};

use super::deliveries::Verdict;

/// A notification that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Names it. Later ones have greater numbers.
    pub id: i64,
    /// Who is to have it.
    pub receiver: String,
    /// The notification, as JSON.
    pub body: String,
}

/// What is noted of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it was made, ms since the epoch.
    pub at: i64,
    /// What became of it.
    pub verdict: Verdict,
}

/// An answer that is waited for.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where notifications wait.
pub trait Outbox: Send + Sync + 'static {
    /// Whether this collector is the one that sends.
    fn leads(&self) -> Answer<'_, bool>;

    /// Those that were neither sent nor given up, at most `limit` of each receiver; the oldest first.
    fn waiting(&self, limit: usize) -> Answer<'_, Result<Vec<Outgoing>, StoreError>>;

    /// Notes an attempt to send the notification `id`.
    fn note(&self, id: i64, attempt: Attempt) -> Answer<'_, Result<(), StoreError>>;
}

/// The outbox in the store, which all collectors on it share. One of them sends.
pub struct Stored(pub Arc<Store>);

impl Outbox for Stored {
    fn leads(&self) -> Answer<'_, bool> {
        Box::pin(self.0.lead(WATCHER))
    }

    fn waiting(&self, limit: usize) -> Answer<'_, Result<Vec<Outgoing>, StoreError>> {
        Box::pin(async move {
            let kept = self.0.due_notifications(limit).await?;
            let outgoing =
                |kept: watching::Outgoing| Outgoing { id: kept.id, receiver: kept.receiver, body: kept.body };
            Ok(kept.into_iter().map(outgoing).collect())
        })
    }

    fn note(&self, id: i64, attempt: Attempt) -> Answer<'_, Result<(), StoreError>> {
        let outcome = match attempt.verdict {
            Verdict::Sent => watching::Outcome::Sent,
            Verdict::Again(error) => watching::Outcome::Failed(error),
            Verdict::GivenUp(error) => watching::Outcome::GivenUp(error),
        };
        Box::pin(self.0.note_notification(id, watching::Attempt { at: attempt.at, outcome }))
    }
}
