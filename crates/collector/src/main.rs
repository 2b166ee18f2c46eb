//! The program `whippet`: `server` is `whippet serve`, `commands` has the other commands, a file each.
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;
use tracing_subscriber::{Layer, Registry, reload};
use whippet_collector::args::{Cli, Command, Format, Log};
use whippet_collector::commands::{backup, check, config, export, migrate, names};
use whippet_collector::server;
use whippet_collector::settings::Sources;
use whippet_collector::settings::reload::SetLog;

/// A beacon is read on one thread and written on another: the C library's allocator spent a sixth of a beacon's CPU on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long free memory is kept before the system gets it back, ms. The system clears what it gives again: a quarter of a
/// beacon's CPU where memory comes and goes within a second.
const KEPT_FREE: std::ffi::c_long = 1_000;

/// `mi_option_purge_delay`, which `libmimalloc-sys` has no name for: its number in `mimalloc.h` of the version in Cargo.toml.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

#[expect(unsafe_code, reason = "an option is set before there is another thread")]
fn keep_free_memory() {
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, KEPT_FREE) }
}

fn main() -> ExitCode {
    keep_free_memory();
    let cli = Cli::from_process();
    let set_log = start_log(&cli.log);
    let arguments = match cli.command {
        Command::Serve(arguments) => arguments,
        Command::Names(arguments) => return print(names::run(&arguments)),
        Command::Migrate(arguments) => return print(migrate::run(&arguments)),
        Command::Export(arguments) => return print(export::run(&arguments)),
        Command::Backup(arguments) => return print(backup::run(&arguments)),
        Command::Check(arguments) => return verdict(check::run(&arguments)),
        Command::Config(arguments) => return verdict(config::run(&arguments)),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("whippet: cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let sources = Sources::new(std::env::args_os().collect(), &arguments);
    match runtime.block_on(server::serve(sources, set_log)) {
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

/// Events go to stderr, as `log` says. What is returned sets that anew: the configuration file has a say, too.
fn start_log(log: &Log) -> SetLog {
    let (filter, wrong) = filter(log);
    let (filter, handle) = reload::Layer::new(filter);
    let (layer, format) = reload::Layer::new(lines(log.log_format));
    tracing_subscriber::registry().with(layer.with_filter(filter)).init();
    if let Some(error) = wrong {
        tracing::warn!(%error, "RUST_LOG is not understood: write a level (debug), or some by module (info,hyper=warn)");
    }
    Arc::new(move |log| {
        // These fail only where the log is gone.
        let _ = handle.reload(self::filter(log).0);
        let _ = format.reload(lines(log.log_format));
    })
}

fn lines(format: Format) -> Box<dyn Layer<Registry> + Send + Sync> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    match format {
        Format::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        // The members of an event stand beside its time, level and message.
        Format::Json => lines.with_target(true).json().flatten_event(true).boxed(),
    }
}

fn filter(log: &Log) -> (Targets, Option<String>) {
    match log.log_level.clone() {
        Some(targets) => (targets, None),
        None => rust_log(),
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
