//! What the writer can be asked to do.
use tokio::sync::oneshot;
use whippet_engine::beacon::Beacon;

use super::StoreError;
use crate::scrape::Sample;

/// What became of a beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is new, and kept.
    New,
    /// Its id was seen before: it was counted then, and not again.
    Duplicate,
}

/// One successful scrape.
#[derive(Clone, Debug, PartialEq)]
pub struct Scrape {
    /// The target's name.
    pub target: String,
    /// When, ms since the epoch.
    pub time: i64,
    /// What was found.
    pub samples: Vec<Sample>,
}

/// A promise of an answer, kept once the transaction is committed.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub(super) enum Job {
    Beacon {
        beacon: Box<Beacon>,
        received: i64,
        reply: Reply<Kept>,
    },
    Scrape {
        scrape: Scrape,
        reply: Reply<()>,
    },
    /// Answers whether everything is swept, or there is more to do.
    Sweep {
        now: i64,
        reply: Reply<bool>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}
