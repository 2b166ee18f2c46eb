//! How the configuration file is doing.
use serde::{Deserialize, Serialize};

use crate::alerts::WrongRule;

/// The configuration that is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfigState {
    /// The file; `None` where there is none.
    pub file: Option<String>,
    /// When it was taken last, ms since the epoch.
    pub taken: Option<i64>,
    /// Why the file as it is now is not taken; what it said before is in force.
    pub error: Option<String>,
    /// The keys of settings that are others in the file now, and need a restart.
    pub restart: Vec<String>,
    /// Rules that are wrong; the rest is in force.
    pub wrong: Vec<WrongRule>,
}
