//! Watching: every 30 s one of the collectors looks at all rules, from the figures that the dashboard shows.
//!
//! ```text
//! rules (config) ─► look: subjects, questions ─► store: one read per subject and window ─► sights
//! sights + kept states ─► round: what changes ─► store: states, history, notifications, minutes, in one transaction
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `rules` | the rules that run, and who is told |
//! | `look`, `subjects`, `sights`, `objectives` | what there is to be seen now |
//! | `round`, `telling`, `kept` | what follows from it: changes of states, and what is sent |
//! | `levels` | levels and budgets, as `/api/levels` shows them |
//! | `words`, `place` | how it is said, and where the dashboard shows it |
//!
//! `crate::watching` drives it. Everything that is remembered is in the store: a collector that takes over goes on where the one before stopped.
mod asked;
mod found;
mod inputs;
mod kept;
mod levels;
mod look;
mod memory;
mod objectives;
mod place;
mod round;
mod rules;
mod sights;
mod subjects;
mod telling;
mod words;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use whippet_watch::alerts::INTERVAL;
use whippet_watch::notification::NotifiedAlert;

use crate::notify::Notifier;
pub use found::FoundRegressions;
pub use inputs::Inputs;
pub use kept::{Kept, states};
pub use levels::{Seen as SeenLevels, read as read_levels};
pub use look::look;
pub use memory::Memory;
pub use round::decide;
pub use rules::RuleSet;

/// After this time without a look nobody has watched, ms.
const UNWATCHED: i64 = 4 * INTERVAL;

/// Who sends what is to be told.
pub trait Teller: Send + Sync {
    /// There is something new among the notifications of the store.
    fn wake(&self);

    /// What fires now and is not silenced, by receiver.
    fn firing(&self, firing: Vec<(String, Vec<NotifiedAlert>)>);
}

impl Teller for Notifier {
    fn wake(&self) {
        Self::wake(self);
    }

    fn firing(&self, firing: Vec<(String, Vec<NotifiedAlert>)>) {
        Self::firing(self, firing);
    }
}

/// What all of watching shares.
pub struct Watch {
    rules: Mutex<Arc<RuleSet>>,
    teller: OnceLock<Arc<dyn Teller>>,
    /// Regressions that last.
    pub found: FoundRegressions,
    levels: Mutex<Option<Arc<SeenLevels>>>,
    memory: Mutex<Memory>,
}

impl Default for Watch {
    fn default() -> Self {
        Self::new(RuleSet::default())
    }
}

impl Watch {
    /// With these rules.
    pub fn new(rules: RuleSet) -> Self {
        Self {
            rules: Mutex::new(Arc::new(rules)),
            teller: OnceLock::new(),
            found: FoundRegressions::default(),
            levels: Mutex::default(),
            memory: Mutex::default(),
        }
    }

    /// The rules that run.
    pub fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Other rules run from the next look on. Alerts of rules that are gone are resolved then.
    pub fn set_rules(&self, rules: RuleSet) {
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
        *self.levels.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Says who sends. Only the first one counts.
    pub fn set_teller(&self, teller: Arc<dyn Teller>) {
        let _ = self.teller.set(teller);
    }

    /// What this collector remembers of its own looks.
    pub fn memory(&self) -> Memory {
        *self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that somebody looks at `now`, after the look at `before`.
    pub fn remember(&self, before: Option<i64>, now: i64) -> Memory {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back: what was remembered of the time to come says nothing.
        memory.started = memory.started.filter(|started| *started <= now);
        memory.resumed = memory.resumed.filter(|resumed| *resumed <= now);
        memory.started.get_or_insert(now);
        if before.is_some_and(|before| now - before > UNWATCHED) {
            memory.resumed = Some(now);
        }
        *memory
    }

    /// The levels of the last time that they were read, if that is not long ago.
    pub fn known_levels(&self, now: i64) -> Option<Arc<SeenLevels>> {
        let known = self.levels.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| (0..=INTERVAL + 5_000).contains(&(now - known.evaluated)))
    }

    /// Remembers levels that were read.
    pub fn keep_levels(&self, seen: &Arc<SeenLevels>) {
        *self.levels.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(seen));
    }

    /// Tells who sends what a look found.
    pub fn tell(&self, notifications: usize, firing: Vec<(String, Vec<NotifiedAlert>)>) {
        if let Some(teller) = self.teller.get() {
            if notifications > 0 {
                teller.wake();
            }
            teller.firing(firing);
        }
    }
}

/// What came of a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Whether it was written: another collector may have been quicker.
    pub written: bool,
    /// How many changes of states there were.
    pub changes: usize,
    /// How many notifications were made.
    pub notifications: usize,
    /// How many windows of subjects were read.
    pub windows: usize,
}
