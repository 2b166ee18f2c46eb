//! The commands of the writer.
use tokio::sync::oneshot;
use whippet_engine::beacon::Beacon;

use crate::backend_event::BackendEvent;
use crate::error::StoreError;
use crate::score::Client;
use crate::scrape::Scrape;
use crate::shared_state::SharedState;
use crate::sweep::Stage;
use crate::watching;

/// The result of ingesting a beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It is new and was stored.
    New,
    /// Its id was seen before: it was counted then, and not again.
    Duplicate,
}

/// Receives the answer once the transaction is committed.
pub type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// A beacon, who sent it, and when it was received.
pub type Arrival<'a> = (&'a Beacon, Client, i64);

/// A command for the writer.
pub enum Command {
    Beacon {
        beacon: Box<Beacon>,
        client: Client,
        received: i64,
        reply: Reply<Ingested>,
    },
    Scrape {
        scrape: Scrape,
        /// How many samples were left out because their target has too many series.
        reply: Reply<u64>,
    },
    /// Counts what of the lists of a target's documents is new.
    BackendEvents {
        target: String,
        events: Vec<BackendEvent>,
        whole: bool,
        now: i64,
        reply: Reply<()>,
    },
    /// Sets what all collectors see, and stores the scrapes that belong to it. `checked`: only if nobody else set it since.
    Share {
        scrapes: Vec<Scrape>,
        state: SharedState,
        checked: bool,
        /// How many samples were left out because their target has too many series; `None` where somebody else was quicker.
        reply: Reply<Option<u64>>,
    },
    /// Writes what watching found or is told.
    Watch {
        change: Box<watching::Change>,
        reply: Reply<bool>,
    },
    /// Sets the address of a target.
    SetTargetAddress {
        target: String,
        address: String,
        reply: Reply<()>,
    },
    /// Runs one portion of a stage. The answer is whether the stage is done.
    Sweep {
        now: i64,
        stage: Stage,
        reply: Reply<bool>,
    },
    /// Has all that was acknowledged in the rows of cells, for those who read.
    WriteJournal {
        reply: Reply<()>,
    },
    /// Merges the log into the file.
    Checkpoint {
        reply: Reply<()>,
    },
    /// Writes the time, to see whether anything can be written.
    Probe {
        now: i64,
        reply: Reply<()>,
    },
    Close {
        reply: Reply<()>,
    },
}

/// The result of a command whose transaction was committed.
pub enum Outcome {
    Ingested(Ingested),
    /// How many samples of a scrape were left out.
    Scraped(u64),
    Done,
    Swept(bool),
    /// How many samples of the scrapes were left out, if it was set.
    Shared(Option<u64>),
    /// Whether it was written.
    Watched(bool),
}

impl Command {
    /// Answers the command. Without an outcome, its transaction was rolled back. The receiver may be gone: then the answer
    /// is dropped.
    pub fn answer(self, outcome: Option<Outcome>) {
        match (self, outcome) {
            (Self::Beacon { reply, .. }, Some(Outcome::Ingested(kept))) => drop(reply.send(Ok(kept))),
            (Self::Beacon { reply, .. }, _) => drop(reply.send(Err(StoreError::Failed))),
            (Self::Scrape { reply, .. }, Some(Outcome::Scraped(dropped))) => drop(reply.send(Ok(dropped))),
            (Self::Scrape { reply, .. }, _) => drop(reply.send(Err(StoreError::Failed))),
            (
                Self::BackendEvents { reply, .. }
                | Self::SetTargetAddress { reply, .. }
                | Self::WriteJournal { reply }
                | Self::Checkpoint { reply }
                | Self::Probe { reply, .. }
                | Self::Close { reply },
                outcome,
            ) => drop(reply.send(match outcome {
                Some(Outcome::Done) => Ok(()),
                _ => Err(StoreError::Failed),
            })),
            (Self::Share { reply, .. }, Some(Outcome::Shared(set))) => drop(reply.send(Ok(set))),
            (Self::Share { reply, .. }, _) => drop(reply.send(Err(StoreError::Failed))),
            (Self::Watch { reply, .. }, Some(Outcome::Watched(written))) => drop(reply.send(Ok(written))),
            (Self::Watch { reply, .. }, _) => drop(reply.send(Err(StoreError::Failed))),
            (Self::Sweep { reply, .. }, Some(Outcome::Swept(all))) => drop(reply.send(Ok(all))),
            (Self::Sweep { reply, .. }, _) => drop(reply.send(Err(StoreError::Failed))),
        }
    }

    /// The beacon, if it brings one.
    pub fn arrival(&self) -> Option<Arrival<'_>> {
        match self {
            Self::Beacon { beacon, client, received, .. } => Some((beacon, *client, *received)),
            _ => None,
        }
    }

    /// The target whose row it locks.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Scrape { scrape, .. } => Some(&scrape.target),
            Self::BackendEvents { target, .. } | Self::SetTargetAddress { target, .. } => Some(target),
            Self::Share { scrapes, .. } => scrapes.first().map(|scrape| scrape.target.as_str()),
            _ => None,
        }
    }

    /// Whether it runs outside the transaction that commands share.
    pub fn is_alone(&self) -> bool {
        matches!(self, Self::Sweep { .. } | Self::Checkpoint { .. } | Self::Close { .. })
    }

    /// The name of its transaction in the collector's own metrics.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Beacon { .. } => "write_beacons",
            Self::Scrape { .. }
            | Self::BackendEvents { .. }
            | Self::Share { .. }
            | Self::SetTargetAddress { .. } => "write_scrape",
            Self::Watch { .. } => "write_watching",
            Self::Sweep { .. } => "sweep",
            Self::WriteJournal { .. } => "write_journal",
            Self::Checkpoint { .. } => "checkpoint",
            Self::Probe { .. } => "ready",
            Self::Close { .. } => "close",
        }
    }
}
