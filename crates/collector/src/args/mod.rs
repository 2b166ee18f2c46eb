//! The command line: a file per command.
mod backup;
mod check;
mod config;
mod environment;
mod export;
mod keys;
mod log;
mod migrate;
mod names;
mod serve;
mod values;

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use environment::Lookup;

pub use backup::Backup;
pub use check::Check;
pub use config::ConfigCommand;
pub use environment::items;
pub use export::Export;
pub use keys::{FromFile, Key};
pub use log::{Format, Log};
pub use migrate::Migrate;
pub use names::{Names, NamesCommand};
pub use serve::Serve;
pub use values::app;

/// Collects what browsers measured and what backends expose, and shows both.
///
/// Flags marked with [env: NAME] may also be set by that environment variable; a flag takes precedence.
#[derive(Debug, Parser)]
#[command(name = "whippet", version, about, after_help = environment::HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What is logged.
    #[command(flatten)]
    pub log: Log,
}

impl Cli {
    /// The command line of this process, and its variables. Ends the process where they are wrong, or ask for help.
    pub fn from_process() -> Self {
        Self::read(std::env::args_os(), &|name| std::env::var_os(name)).unwrap_or_else(|error| error.exit())
    }

    /// A command line, and the variables that `lookup` finds.
    ///
    /// # Errors
    /// What is wrong with them; or the help, where it is asked for.
    pub fn read<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
        lookup: Lookup<'_>,
    ) -> Result<Self, clap::Error> {
        Self::read_with(arguments, lookup, &[]).map(|(cli, _)| cli)
    }

    /// The same, and what the configuration file says. Also returns the values that count, by their keys.
    ///
    /// # Errors
    /// As those of [`Cli::read`].
    pub fn read_with<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
        lookup: Lookup<'_>,
        file: &[FromFile],
    ) -> Result<(Self, Values), clap::Error> {
        let mut command = Self::command();
        let matches = environment::read(&mut command, arguments, lookup, file)?;
        let mut cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        cli.prefer_folder(&matches);
        Ok((cli, values(&command, &matches)))
    }

    /// A folder that the command line names counts more than a server that a variable names: a copy is looked at, or changed, and
    /// not what collectors run on.
    fn prefer_folder(&mut self, matches: &ArgMatches) {
        let Some((_, given)) = matches.subcommand() else { return };
        let is_flag = |id: &str| {
            given.try_contains_id(id).unwrap_or_default()
                && given.value_source(id) == Some(ValueSource::CommandLine)
        };
        if !is_flag("data") || is_flag("store") {
            return;
        }
        match &mut self.command {
            Command::Backup(backup) => backup.store = None,
            Command::Check(check) => check.store = None,
            Command::Names(names) => names.store = None,
            _ => {}
        }
    }

    /// The keys of the configuration file that are flags of `whippet serve`, too.
    pub fn keys() -> Vec<Key> {
        keys::keys(&Self::command())
    }
}

/// The values that count, as they were written, by their keys. They may be secrets.
pub type Values = BTreeMap<String, Vec<OsString>>;

fn values(command: &clap::Command, matches: &clap::ArgMatches) -> Values {
    let given = matches.subcommand_matches("serve").unwrap_or(matches);
    let value = |key: Key| {
        let values = given.try_get_raw(key.id()).ok().flatten()?;
        Some((key.path, values.map(ToOwned::to_owned).collect()))
    };
    keys::keys(command).into_iter().filter_map(value).collect()
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the collector, with the dashboard at /
    Serve(Box<Serve>),
    /// List the names that beacons bring (apps, pages, hosts …), or drop one
    Names(Box<Names>),
    /// Copy all data into one file, also while the collector runs
    Backup(Backup),
    /// Check the data, or a copy of it, for damage, also while the collector runs. Exit code: 0 if there is none, 1 if there is, 2
    /// if that cannot be said
    Check(Check),
    /// Move everything from a data folder to a PostgreSQL server, or back. A move that was stopped goes on when it is started
    /// again
    Migrate(Migrate),
    /// Print a configuration file with every key, or say what is wrong with one
    Config(ConfigCommand),
    /// Write everything as JSON Lines, also while collectors run: docs/export.md describes them
    Export(Export),
}

#[cfg(test)]
mod tests;
