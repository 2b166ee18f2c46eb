//! `whippet check`.
use std::path::PathBuf;

use clap::Args;

/// What to check.
#[derive(Debug, Args)]
pub struct Check {
    /// A file instead of the data folder's, such as a backup
    pub file: Option<PathBuf>,
    /// The data folder
    #[arg(long, env = "WHIPPET_DATA", default_value = "whippet-data", value_name = "FOLDER")]
    pub data: PathBuf,
}
