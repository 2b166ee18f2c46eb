//! How the configuration file is doing, for everybody to see.
use std::sync::{Mutex, MutexGuard, PoisonError};

use whippet_api::{ConfigState, WrongRule};

use super::rules::{RuleFault, Rules};

/// The state of the configuration, as `/api/status` shows it.
#[derive(Debug, Default)]
pub struct ConfigHealth(Mutex<ConfigState>);

impl ConfigHealth {
    /// As it is now.
    pub fn get(&self) -> ConfigState {
        self.state().clone()
    }

    fn state(&self) -> MutexGuard<'_, ConfigState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A configuration was taken from `file` at `now`, ms since the epoch. The keys of `restart` are others in it now, and need
    /// a restart.
    pub fn taken(&self, file: Option<String>, rules: &Rules, (restart, now): (Vec<String>, i64)) {
        for fault in &rules.faults {
            tracing::error!("{}: {fault} (the other rules run)", file.as_deref().unwrap_or_default());
        }
        let wrong = rules.faults.iter().map(RuleFault::shown).collect();
        *self.state() = ConfigState { file, taken: Some(now), error: None, restart, wrong };
    }

    /// The file as it is now is not taken.
    pub fn refused(&self, error: String) {
        self.state().error = Some(error);
    }
}

impl RuleFault {
    /// As the dashboard shows it.
    pub fn shown(&self) -> WrongRule {
        WrongRule {
            name: self.what.clone(),
            line: self.line.map(|line| line as u64),
            message: self.message.clone(),
        }
    }
}
