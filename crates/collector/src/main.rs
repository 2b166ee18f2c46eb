//! The program `whippet`.
use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::filter::LevelFilter;
use whippet_collector::args::{Cli, Command};
use whippet_collector::server;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_max_level(LevelFilter::INFO)
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("whippet: cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let Command::Serve(arguments) = cli.command;
    match runtime.block_on(server::serve(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("whippet: {error}");
            ExitCode::FAILURE
        }
    }
}
