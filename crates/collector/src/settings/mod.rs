//! What the command line, the variables and the configuration file say together: read at start, and again while the collector
//! runs.
mod all;
mod changes;
mod error;
mod file;
pub mod reload;
mod sources;

pub use all::Settings;
pub use changes::changes;
pub use error::SettingsError;
pub use file::FileWatch;
pub use sources::Sources;
