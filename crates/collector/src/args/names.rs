//! `whippet names`.
use std::path::PathBuf;

use clap::{Args, Subcommand};
use whippet_store::Kind;
use whippet_store::database::ServerAddress;

use super::values::{Folder, Unshown};

/// What to do with names.
#[derive(Debug, Args)]
pub struct Names {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<NamesCommand>,
    /// The data folder
    #[arg(long, env = "WHIPPET_DATA", default_value = "whippet-data", value_name = "FOLDER", value_parser = Folder, global = true)]
    pub data: PathBuf,
    /// The PostgreSQL server that collectors use instead of a folder
    #[arg(long, env = "WHIPPET_STORE", value_name = "URL", value_parser = Unshown(str::parse::<ServerAddress>), global = true)]
    pub store: Option<ServerAddress>,
    /// Only names of this application
    #[arg(long, value_name = "NAME", global = true)]
    pub app: Option<String>,
}

/// What to do with names.
#[derive(Debug, Subcommand)]
pub enum NamesCommand {
    /// List all names, or those of one kind (the default)
    List {
        /// The kind: app, page, counter, histogram, host, element, script, gauge, url, state or release
        #[arg(value_parser = kind)]
        kind: Option<Kind>,
    },
    /// Drop a name, also while the collector runs. Its figures are moved to (other)
    Drop {
        /// The kind: app, page, counter, histogram, host, element, script, gauge, url, state or release
        #[arg(value_parser = kind)]
        kind: Kind,
        /// The name
        #[arg(allow_hyphen_values = true)]
        name: String,
        /// Delete its figures instead of moving them
        #[arg(long)]
        delete: bool,
    },
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_label(text).ok_or_else(|| {
        let labels = Kind::ALL.map(Kind::label);
        format!("must be one of {}", labels.join(", "))
    })
}
