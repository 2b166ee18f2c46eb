//! `whippet config`.
use std::path::PathBuf;

use clap::Args;

/// What to do about configuration files.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ConfigCommand {
    /// Print a configuration file with every key, its default and its meaning
    #[arg(long)]
    pub example: bool,
    /// Say all that is wrong with a file. Exit code: 0 if nothing is, 1 if something is, 2 if it cannot be read
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}
