//! The program `whippet`.
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;
use whippet_collector::args::{Cli, Command, Format, Log};
use whippet_collector::commands::{backup, check, export, migrate, names};
use whippet_collector::server;

fn main() -> ExitCode {
    let cli = Cli::from_process();
    start_log(&cli.log);
    let arguments = match cli.command {
        Command::Serve(arguments) => arguments,
        Command::Names(arguments) => return print(names::run(&arguments)),
        Command::Migrate(arguments) => return print(migrate::run(&arguments)),
        Command::Export(arguments) => return print(export::run(&arguments)),
        Command::Backup(arguments) => return print(backup::run(&arguments)),
        Command::Check(arguments) => return verdict(check::run(&arguments)),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("whippet: cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(server::serve(*arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("whippet: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(result: Result<String, impl std::error::Error>) -> ExitCode {
    match result {
        Ok(text) => {
            // Whoever reads may have read enough: `whippet names | head`.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("whippet: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The exit codes of `grep` and `diff`: 1 is an answer, 2 is none.
fn verdict(result: Result<(String, bool), impl std::error::Error>) -> ExitCode {
    match result {
        Ok((text, true)) => print(Ok::<_, std::convert::Infallible>(text)),
        Ok((text, false)) => {
            print(Ok::<_, std::convert::Infallible>(text));
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("whippet: {error}");
            ExitCode::from(2)
        }
    }
}

/// Events go to stderr, as `log` says.
fn start_log(log: &Log) {
    let (filter, wrong) = match log.log_level.clone() {
        Some(targets) => (targets, None),
        None => rust_log(),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match log.log_format {
        Format::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        // The members of an event stand beside its time, level and message.
        Format::Json => lines.with_target(true).json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    if let Some(error) = wrong {
        tracing::warn!(%error, "RUST_LOG is not understood: write a level (debug), or some by module (info,hyper=warn)");
    }
}

/// What is logged by `RUST_LOG`; and what is wrong with that.
fn rust_log() -> (Targets, Option<String>) {
    let usual = Targets::new().with_default(LevelFilter::INFO);
    match std::env::var("RUST_LOG") {
        Ok(text) if !text.trim().is_empty() => match text.parse() {
            Ok(targets) => (targets, None),
            Err(error) => (usual, Some(format!("{error}"))),
        },
        _ => (usual, None),
    }
}
