//! `whippet backup`.
use std::path::PathBuf;

use clap::Args;
use whippet_store::database::ServerAddress;

use super::values::{Folder, Unshown};

/// Where to copy what is kept.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write, in the format of a data folder's. It appears once the copy is whole and checked
    pub file: PathBuf,
    /// The data folder
    #[arg(long, env = "WHIPPET_DATA", default_value = "whippet-data", value_name = "FOLDER", value_parser = Folder)]
    pub data: PathBuf,
    /// The PostgreSQL server that collectors use instead of a folder
    #[arg(long, env = "WHIPPET_STORE", value_name = "URL", value_parser = Unshown(str::parse::<ServerAddress>))]
    pub store: Option<ServerAddress>,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}
