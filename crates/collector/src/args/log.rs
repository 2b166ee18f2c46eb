//! What every command logs, and how.
use clap::{Args, ValueEnum};
use tracing_subscriber::filter::Targets;

/// What is logged, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub struct Log {
    /// What is logged: error, warn, info, debug, trace or off, or some by module, such as info,hyper=warn. Without it, the
    /// variable RUST_LOG says so; without that, it is info
    #[arg(long, env = "WHIPPET_LOG_LEVEL", value_name = "LEVEL", value_parser = level, global = true)]
    pub log_level: Option<Targets>,
    /// A line of text per event, or an object of JSON
    #[arg(long, env = "WHIPPET_LOG_FORMAT", value_enum, default_value_t = Format::Text, value_name = "FORMAT", global = true)]
    pub log_format: Format,
}

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one object per line.
    Json,
}

fn level(text: &str) -> Result<Targets, String> {
    // `Targets` takes any word for the name of a module, also a misspelt level.
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let known = |part: &str| {
        let level = part.rsplit('=').next().unwrap_or(part).trim().to_ascii_lowercase();
        levels.contains(&level.as_str())
    };
    match text.parse() {
        Ok(targets) if text.split(',').all(known) => Ok(targets),
        _ => Err(format!("write one of {}, or some by module: info,hyper=warn", levels.join(", "))),
    }
}
