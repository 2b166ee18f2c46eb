//! The command line.
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The demo's backend: a package explorer, its site and its metrics.
#[derive(Clone, Debug, Parser)]
#[command(name = "whippet-demo-backend", version)]
pub struct Args {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:7301")]
    pub listen: SocketAddr,
    /// Folder of the database; created if missing.
    #[arg(long, value_name = "DIR", default_value = "www/data")]
    pub data: PathBuf,
    /// Folder of the built site.
    #[arg(long, value_name = "DIR", default_value = "www/dist")]
    pub site: PathBuf,
    /// Dependency graphs to import: the output of `cargo metadata --format-version 1`, or a
    /// `package-lock.json`. Without any, the packages of an earlier run are served.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub graph: Vec<PathBuf>,
    /// Where the page sends its beacons, and where the dashboard is.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7300")]
    pub collector: String,
}
