//! What the command line, the variables and the configuration file say together: read at start, and again while the collector
//! runs.
mod all;
mod changes;
mod error;
mod file;
mod idle;
mod openness;
pub mod reload;
mod sources;

pub use all::Settings;
pub use changes::changes;
pub use error::SettingsError;
pub use file::FileWatch;
pub use idle::warn_if_idle;
pub use openness::warn_if_open;
pub use sources::Sources;
