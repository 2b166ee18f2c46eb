//! `whippet backup`.
use std::path::PathBuf;

use clap::Args;

/// Where to copy what is kept.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write. It appears once the copy is whole and checked
    pub file: PathBuf,
    /// The data folder
    #[arg(long, env = "WHIPPET_DATA", default_value = "whippet-data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}
