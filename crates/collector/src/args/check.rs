//! `whippet check`.
use std::path::PathBuf;

use clap::Args;
use whippet_store::database::ServerAddress;

use super::values::{Folder, Unshown};

/// What to check.
#[derive(Debug, Args)]
pub struct Check {
    /// A file, such as a backup, instead of the data folder or the server
    pub file: Option<PathBuf>,
    /// The data folder
    #[arg(long, env = "WHIPPET_DATA", default_value = "whippet-data", value_name = "FOLDER", value_parser = Folder)]
    pub data: PathBuf,
    /// The PostgreSQL server that collectors use instead of a folder
    #[arg(long, env = "WHIPPET_STORE", value_name = "URL", value_parser = Unshown(str::parse::<ServerAddress>))]
    pub store: Option<ServerAddress>,
}
