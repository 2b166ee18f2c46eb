//! A round of the collector that watches.
use serde::{Deserialize, Serialize};

use super::events::{self, Event};
use super::minutes::{self, Minute};
use super::notifications;
use super::states::{self, KeptState};
use crate::database::{Database, Result};
use crate::shared_state::{self, SharedState};

/// Where how far watching has come is kept.
const NAME: &str = "watching";

/// How far watching has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many rounds were written. A round is refused where another was written since.
    pub rounds: i64,
    /// When the last one looked, ms since the epoch.
    pub evaluated: Option<i64>,
    /// Up to when minutes are judged, ms since the epoch.
    pub judged: Option<i64>,
}

#[derive(Default, Serialize, Deserialize)]
struct Value {
    evaluated: Option<i64>,
    judged: Option<i64>,
}

/// What a round found. All of it is written, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// How far watching had come before it, and with the times of now.
    pub standing: Standing,
    /// States that changed.
    pub states: Vec<KeptState>,
    /// The ids of states that are over.
    pub over: Vec<String>,
    /// The history.
    pub events: Vec<Event>,
    /// What is to be told: the receiver, and the notification as JSON.
    pub notifications: Vec<(String, String)>,
    /// Minutes that were judged.
    pub minutes: Vec<Minute>,
}

/// How far watching has come.
pub fn standing(db: &dyn Database) -> Result<Standing> {
    let state = shared_state::get(db, NAME)?;
    let value: Value = serde_json::from_slice(&state.value).unwrap_or_default();
    Ok(Standing { rounds: state.version, evaluated: value.evaluated, judged: value.judged })
}

pub(super) fn write(db: &dyn Database, round: &Round) -> Result<bool> {
    let standing = &round.standing;
    let value = Value { evaluated: standing.evaluated, judged: standing.judged };
    let value = serde_json::to_vec(&value).unwrap_or_default();
    let state = SharedState { name: NAME.to_owned(), version: standing.rounds, value };
    if !shared_state::put(db, &state, true)? {
        return Ok(false);
    }
    for state in &round.states {
        states::put(db, state)?;
    }
    for id in &round.over {
        states::forget(db, id)?;
    }
    for event in &round.events {
        events::add(db, event)?;
    }
    let now = standing.evaluated.unwrap_or_default();
    for (receiver, body) in &round.notifications {
        notifications::add(db, receiver, now, body)?;
    }
    if !round.notifications.is_empty() {
        notifications::bound(db, now)?;
    }
    for minute in &round.minutes {
        minutes::judge(db, minute)?;
    }
    Ok(true)
}
