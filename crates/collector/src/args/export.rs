//! `whippet export`.
use std::path::PathBuf;

use clap::Args;
use whippet_store::moving::Place;

use super::values::Unshown;

/// What to write where.
#[derive(Debug, Args)]
pub struct Export {
    /// Where the data is: a data folder, or the address of a PostgreSQL server. Collectors may run on it
    #[arg(long, env = "WHIPPET_FROM", default_value = "whippet-data", value_name = "PLACE", value_parser = Unshown(str::parse::<Place>))]
    pub from: Place,
    /// The file to write, which appears once it is whole. Without it: the standard output
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "to")]
    pub force: bool,
}
