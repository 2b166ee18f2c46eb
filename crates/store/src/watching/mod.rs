//! What is kept of alerts: their states, their history, silences, what receivers are to be told, and the minutes of objectives.
//!
//! A round of the collector that watches is written in one transaction ([`Round`]), and only if no other collector wrote one
//! since its states were read: so a collector that is killed loses nothing that it said, and says nothing twice.
mod events;
mod minutes;
mod notifications;
mod retention;
mod round;
mod silences;
mod states;
#[cfg(test)]
mod tests;

pub use events::{Event, EventFilter, Events, events};
pub use minutes::{Minute, ObjectiveHour, objective_hours};
pub use notifications::{Attempt, Outcome, Outgoing, due, undelivered};
pub use retention::expire;
pub use round::{Round, Standing, standing};
pub use silences::{KeptSilence, silences};
pub use states::{KeptState, states};

use crate::database::{Database, Result};

/// Something to write.
#[derive(Clone, Debug)]
pub enum Change {
    /// What a round of the collector that watches found.
    Round(Round),
    /// A silence, new or changed.
    Silence(KeptSilence),
    /// What came of sending a notification.
    Attempt(i64, Attempt),
}

impl Change {
    /// Writes it. Returns whether it was written: another collector may have been quicker, or what is to be changed is not there.
    pub(crate) fn write(&self, db: &dyn Database) -> Result<bool> {
        match self {
            Self::Round(round) => round::write(db, round),
            Self::Silence(silence) => silences::put(db, silence),
            Self::Attempt(id, attempt) => notifications::note(db, *id, attempt),
        }
    }
}
