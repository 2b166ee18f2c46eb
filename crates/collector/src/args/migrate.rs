//! `whippet migrate`.
use clap::Args;
use whippet_store::moving::Place;

use super::values::Unshown;

/// What to move where.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Where the data is: a data folder, or the address of a PostgreSQL server. No collector may run on it
    #[arg(long, env = "WHIPPET_FROM", value_name = "PLACE", value_parser = Unshown(str::parse::<Place>))]
    pub from: Place,
    /// Where it is to go, likewise: ./whippet-data, or postgres://USER:PASSWORD@HOST:5432/DATABASE?schema=NAME. It must be empty
    #[arg(long, env = "WHIPPET_TO", value_name = "PLACE", value_parser = Unshown(str::parse::<Place>))]
    pub to: Place,
    /// Delete what a move that was stopped has brought so far, and begin again
    #[arg(long)]
    pub restart: bool,
}
