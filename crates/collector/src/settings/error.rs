//! Why settings do not go together.
use crate::scrape::TargetError;

/// Why settings do not go together.
#[derive(Debug)]
#[non_exhaustive]
pub enum SettingsError {
    /// The addresses of one target do not go together.
    Target {
        /// Its name.
        name: String,
        /// Why not.
        source: TargetError,
    },
    /// A scrape could take longer than the time to the next.
    SlowTimeout,
    /// A scrape of this target could.
    SlowTarget(String),
}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Target { name, source } => write!(f, "target '{name}': {source}"),
            Self::SlowTarget(name) => write!(
                f,
                "the scrapes of target '{name}' may take longer than the time between two of them: shorten its `timeout` or lengthen its `interval`"
            ),
            Self::SlowTimeout => {
                f.write_str("--scrape-timeout must not be longer than --scrape-interval: shorten the one or lengthen the other")
            }
        }
    }
}

impl std::error::Error for SettingsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Target { source, .. } => Some(source),
            Self::SlowTarget(_) | Self::SlowTimeout => None,
        }
    }
}
