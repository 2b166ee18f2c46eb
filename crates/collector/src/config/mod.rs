//! The configuration file, `whippet serve --config whippet.toml`: raw tables first (`target.rs`), then what they mean, checked.
//!
//! A key that is not known is refused with its line and the nearest known one. Times and sizes are written as on the
//! command line; secrets may come from the environment. What the command line says is added to the file.
mod error;
mod prometheus;
mod rule;
mod secret;
mod target;

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;
use whippet_catalogue::{Pattern, PatternError};
use whippet_store::database::{AddressError, ServerAddress};

use crate::scrape::{List, Target};
pub use error::{ConfigError, Fault};
pub use prometheus::{Prometheus, RemoteWrite};
use prometheus::{PrometheusTable, RemoteWriteTable};
pub use secret::Secret;
use target::{Source, TargetTable};

/// What a configuration file says, checked.
#[derive(Debug, Default)]
pub struct Config {
    /// The targets that it names.
    pub targets: Vec<Target>,
    /// Lists of further targets.
    pub lists: Vec<List>,
    /// `[[mapping]]`: the operator's own patterns for the catalogue of signals.
    pub mappings: Vec<Pattern>,
    /// `[prometheus]`: a Prometheus that is there already.
    pub prometheus: Option<Prometheus>,
    /// `[remote_write]`: where samples are sent on to.
    pub remote_write: Option<RemoteWrite>,
    /// `store`: the server that keeps everything.
    pub store: Option<ServerAddress>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    store: Option<Spanned<Secret>>,
    #[serde(default)]
    target: Vec<Spanned<TargetTable>>,
    /// The catalogue reads them from the text, as it reads its own patterns.
    #[serde(default, rename = "mapping")]
    _mapping: IgnoredAny,
    prometheus: Option<Spanned<PrometheusTable>>,
    remote_write: Option<Spanned<RemoteWriteTable>>,
}

/// The longest configuration file, bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

impl Config {
    /// Reads a file. Relative paths in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let read = |source| ConfigError::Read { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(read)?.len() > LONGEST {
            let fault = Fault { line: None, message: "a configuration has at most 4 MiB".to_owned() };
            return Err(ConfigError::Wrong { path: path.to_owned(), fault });
        }
        let text = std::fs::read_to_string(path).map_err(read)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder, &|name| std::env::var(name).ok())
            .map_err(|fault| ConfigError::Wrong { path: path.to_owned(), fault })
    }

    /// Reads a text. `env` looks up environment variables.
    pub fn parse(text: &str, folder: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Fault> {
        let raw: Raw = toml::from_str(text).map_err(|error| Fault::parsed(text, &error))?;
        let wrong = |error: PatternError| Fault { line: Some(error.line), message: error.message };
        let mappings = whippet_catalogue::mappings("", text).map_err(wrong)?;
        let mut config = Self { mappings, ..Self::default() };
        if let Some(store) = raw.store {
            let span = store.span();
            // The error says nothing of the address, which may hold a password.
            let address = store
                .into_inner()
                .reveal(env)
                .and_then(|text| text.parse().map_err(|error: AddressError| format!("`store` {error}")));
            config.store = Some(address.map_err(|message| Fault::at(text, Some(span), message))?);
        }
        if let Some(table) = raw.prometheus {
            let span = table.span();
            let checked = table.into_inner().checked(env);
            config.prometheus = Some(checked.map_err(|message| Fault::at(text, Some(span), message))?);
        }
        if let Some(table) = raw.remote_write {
            let span = table.span();
            let checked = table.into_inner().checked(env);
            config.remote_write = Some(checked.map_err(|message| Fault::at(text, Some(span), message))?);
        }
        let mut names: Vec<String> = Vec::new();
        for table in raw.target {
            let span = table.span();
            let wrong = |message: String| Fault::at(text, Some(span.clone()), message);
            let table = table.into_inner();
            if names.contains(&table.name) {
                return Err(wrong(format!(
                    "two targets are called '{}': give each a name of its own, or one of them both addresses in `urls`",
                    table.name
                )));
            }
            names.push(table.name.clone());
            match table.checked(folder, env).map_err(wrong)? {
                Source::Target(target) => config.targets.push(target),
                Source::List(list) => config.lists.push(list),
            }
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
