//! The configuration file, `whippet serve --config whippet.toml`: raw tables first (`target.rs`), then what they mean, checked.
//!
//! A key that is not known is refused with its line and the nearest known one. Times and sizes are written as on the
//! command line; secrets may come from the environment. Keys that are flags, too, are checked by their flags (`flags.rs`). A
//! setting that is wrong refuses the file; a rule that is wrong is left out and named (`rules.rs`).
mod document;
mod error;
mod example;
mod flags;
mod health;
mod list;
mod prometheus;
mod receiver;
mod rule;
mod rules;
mod secret;
mod signals;
mod silence;
mod target;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;
use whippet_catalogue::{Pattern, PatternError};

use crate::args::{Cli, FromFile, Key};
use crate::scrape::{List, Target};
use document::Value;
pub use error::{ConfigError, Fault};
pub use example::example;
pub use health::ConfigHealth;
pub use prometheus::{Prometheus, RemoteWrite};
use prometheus::{PrometheusTable, RemoteWriteTable};
use rules::RulesReader;
pub(crate) use rules::what;
pub use rules::{RuleFault, Rules};
pub use secret::Secret;
use target::{Source, TargetTable};

/// What a configuration file says, checked.
#[derive(Debug, Default)]
pub struct Config {
    /// What it says of settings that are flags, too.
    pub flags: Vec<FromFile>,
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
    /// What is watched.
    pub rules: Rules,
    /// Where it is read from, and the lines of its targets, by name.
    file: PathBuf,
    target_lines: HashMap<String, usize>,
}

/// The longest configuration file, bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Tables and keys that are no flags.
const OWN: [&str; 4] = ["target", "mapping", "prometheus", "remote_write"];

impl Config {
    /// Reads a file. Relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// If it cannot be read, or a setting is wrong: all that is.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read_file(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder, &|name| std::env::var(name).ok())
            .map(|config| Self { file: path.to_owned(), ..config })
            .map_err(|faults| ConfigError::Wrong { path: path.to_owned(), faults })
    }

    /// What a target is called where something is wrong with it: `whippet.toml: line 3: target 'shop'`.
    pub fn target(&self, name: &str) -> String {
        match self.target_lines.get(name) {
            Some(line) => format!("{}: line {line}: target '{name}'", self.file.display()),
            None => format!("target '{name}'"),
        }
    }

    /// Reads a text. `env` looks up environment variables.
    ///
    /// # Errors
    /// All that is wrong, in the order of the text, if a setting is. Rules alone are left out, and named in [`Rules::faults`].
    pub fn parse(
        text: &str,
        folder: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Fault>> {
        let entries = document::parse(text)?;
        let mut reader = Reader {
            text,
            folder,
            env,
            keys: Cli::keys(),
            config: Self::default(),
            rules: RulesReader::new(text, folder, env),
            faults: Vec::new(),
        };
        for (key, value) in entries {
            reader.entry(&key, value);
        }
        let wrong = |error: PatternError| Fault { line: Some(error.line), message: error.message };
        match whippet_catalogue::mappings("", text) {
            Ok(mappings) => reader.config.mappings = mappings,
            Err(error) => reader.faults.push(wrong(error)),
        }
        reader.config.rules = reader.rules.finish();
        if reader.faults.is_empty() {
            return Ok(reader.config);
        }
        // Whoever mends the settings learns of the rules, too.
        let rules = reader.config.rules.faults.iter();
        reader.faults.extend(
            rules.map(|fault| Fault {
                line: fault.line,
                message: format!("{}: {}", fault.what, fault.message),
            }),
        );
        reader.faults.sort_by_key(|fault| fault.line);
        Err(reader.faults)
    }
}

/// The text of a file, within a bound.
///
/// # Errors
/// Why it cannot be read.
pub fn read_file(path: &Path) -> Result<String, ConfigError> {
    let read = |source| ConfigError::Read { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(read)?.len() > LONGEST {
        let fault = Fault { line: None, message: "a configuration has at most 4 MiB".to_owned() };
        return Err(ConfigError::Wrong { path: path.to_owned(), faults: vec![fault] });
    }
    std::fs::read_to_string(path).map_err(read)
}

struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    env: &'a dyn Fn(&str) -> Option<String>,
    keys: Vec<Key>,
    config: Config,
    rules: RulesReader<'a>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Takes in a key of the root.
    fn entry(&mut self, key: &Spanned<String>, value: Value<'a>) {
        let name = key.get_ref().as_str();
        if let Some(table) = rules::TABLES.into_iter().find(|table| *table == name) {
            self.rules.read(table, value);
            return;
        }
        let read = match name {
            "target" => self.targets(value),
            // The catalogue reads them from the text, as it reads its own patterns.
            "mapping" => Ok(()),
            "prometheus" => self.prometheus(value),
            "remote_write" => self.remote_write(value),
            _ => self.flag(key, value),
        };
        if let Err(fault) = read {
            self.faults.push(fault);
        }
    }

    fn flag(&mut self, key: &Spanned<String>, value: Value<'a>) -> Result<(), Fault> {
        if let Some(known) = self.keys.iter().find(|known| known.path == *key.get_ref()) {
            let given = flags::read(self.text, known, value, self.env)?;
            self.config.flags.push(given);
            return Ok(());
        }
        let plain = self.keys.iter().map(|known| known.path.as_str()).filter(|path| !path.contains('.'));
        let known: Vec<&str> = plain.chain(OWN).chain(rules::TABLES).collect();
        Err(Fault::at(self.text, Some(key.span()), error::unknown_key(key.get_ref(), &known)))
    }

    fn targets(&mut self, value: Value<'a>) -> Result<(), Fault> {
        let mut names: Vec<String> = Vec::new();
        for entry in document::tables(self.text, "target", value)? {
            let span = entry.span();
            let wrong = |message: String| Fault::at(self.text, Some(span.clone()), message);
            let read = document::read(self.text, entry).and_then(|table: TargetTable| {
                if names.contains(&table.name) {
                    return Err(wrong(format!(
                        "two targets are called '{}': give each a name of its own, or one of them both addresses in `urls`",
                        table.name
                    )));
                }
                names.push(table.name.clone());
                self.config.target_lines.insert(table.name.clone(), error::line(self.text, &span));
                table.checked(self.folder, self.env).map_err(wrong)
            });
            match read {
                Ok(Source::Target(target)) => self.config.targets.push(target),
                Ok(Source::List(list)) => self.config.lists.push(list),
                Err(fault) => self.faults.push(fault),
            }
        }
        Ok(())
    }

    fn prometheus(&mut self, value: Value<'a>) -> Result<(), Fault> {
        let span = value.span();
        document::expect_table(self.text, "prometheus", &value)?;
        let table: PrometheusTable = document::read(self.text, value)?;
        let checked = table.checked(self.env).map_err(|message| Fault::at(self.text, Some(span), message))?;
        self.config.prometheus = Some(checked);
        Ok(())
    }

    fn remote_write(&mut self, value: Value<'a>) -> Result<(), Fault> {
        let span = value.span();
        document::expect_table(self.text, "remote_write", &value)?;
        // Of its keys, those that are plain are flags, too; the others are checked with the table.
        if let DeValue::Table(table) = value.get_ref() {
            for (key, member) in document::entries(table.clone()) {
                let path = format!("remote_write.{}", key.get_ref());
                if let Some(known) =
                    self.keys.iter().find(|known| known.path == path && RemoteWriteTable::is_plain(known))
                {
                    match flags::read(self.text, known, member, self.env) {
                        Ok(given) => self.config.flags.push(given),
                        Err(fault) => self.faults.push(fault),
                    }
                }
            }
        }
        let table: RemoteWriteTable = document::read(self.text, value)?;
        let checked = table.checked(self.env).map_err(|message| Fault::at(self.text, Some(span), message))?;
        self.config.remote_write = Some(checked);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
