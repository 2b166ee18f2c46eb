//! The keys of the configuration file that are flags, too. They are made of the flags themselves: what a flag means, and which
//! values it takes, stands once.
use std::error::Error as _;

use clap::builder::BoolishValueParser;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};

/// The tables whose keys are the flags that begin with their names.
const TABLES: [(&str, &str); 2] = [("prometheus", "prometheus"), ("remote-write", "remote_write")];

/// What the configuration file says of a flag.
#[derive(Clone, PartialEq, Eq)]
pub struct FromFile {
    /// The flag's name, as clap knows it.
    pub id: String,
    /// Its values. They may be secrets.
    pub values: Vec<String>,
}

impl std::fmt::Debug for FromFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FromFile({})", self.id)
    }
}

/// A flag of `whippet serve` that has a key.
#[derive(Clone, Debug)]
pub struct Key {
    /// As it is written in the file: `scrape_interval`, or with its table, `remote_write.queue`.
    pub path: String,
    arg: Arg,
}

/// The key of a flag. Its name follows from the flag's: `--max-size` is `max_size`; those of `--remote-write-…` stand in the
/// table `remote_write`, whose `url` is the flag `--remote-write` itself.
pub fn key(arg: &Arg) -> Option<String> {
    let flag = arg.get_long()?;
    if matches!(flag, "help" | "version" | "config") {
        return None;
    }
    for (prefix, table) in TABLES {
        match flag.strip_prefix(prefix) {
            Some("") => return Some(format!("{table}.url")),
            Some(rest) if rest.starts_with('-') => {
                // In a table, a list has a name of its own.
                let plural = if is_list(arg) { "s" } else { "" };
                return Some(format!("{table}.{}{plural}", rest[1..].replace('-', "_")));
            }
            _ => {}
        }
    }
    Some(flag.replace('-', "_"))
}

fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// Whether a flag has a value that may be left out: `--export-pages` beside `--export-pages=app`.
pub fn may_be_bare(arg: &Arg) -> bool {
    let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
    !is_switch && arg.get_num_args().is_some_and(|range| range.min_values() == 0)
}

/// All keys, in the order in which `whippet serve --help` lists the flags.
pub fn keys(root: &Command) -> Vec<Key> {
    let serve = root.find_subcommand("serve").into_iter().flat_map(Command::get_arguments);
    serve
        .chain(root.get_arguments())
        .filter_map(|arg| Some(Key { path: key(arg)?, arg: arg.clone() }))
        .collect()
}

impl Key {
    /// What clap calls the flag.
    pub fn id(&self) -> &str {
        self.arg.get_id().as_str()
    }

    /// The flag.
    pub fn flag(&self) -> String {
        format!("--{}", self.arg.get_long().unwrap_or_default())
    }

    /// What it means: the flag's help, without what concerns flags alone.
    pub fn help(&self) -> String {
        let help = self.arg.get_help().map(ToString::to_string).unwrap_or_default();
        help.replace("; may be given several times", "")
    }

    /// What counts where it is not given.
    pub fn defaults(&self) -> Vec<String> {
        let defaults = self.arg.get_default_values().iter();
        defaults.map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty()).collect()
    }

    /// What its value is called in the help: `TIME`.
    pub fn value_name(&self) -> String {
        self.arg
            .get_value_names()
            .and_then(|names| names.first())
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// Whether it has several values.
    pub fn is_list(&self) -> bool {
        is_list(&self.arg)
    }

    /// Whether it is on or off.
    pub fn is_switch(&self) -> bool {
        matches!(self.arg.get_action(), ArgAction::SetTrue)
    }

    /// Whether its value may be left out.
    pub fn may_be_bare(&self) -> bool {
        may_be_bare(&self.arg)
    }

    /// Checks `values` as the flag would.
    ///
    /// # Errors
    /// What is wrong with the first that is.
    pub fn check(&self, values: Vec<String>) -> Result<FromFile, String> {
        if !self.is_switch() {
            let arg = self.arg.clone().env(None::<&str>);
            let mut command = Command::new("whippet").no_binary_name(true).disable_help_flag(true).arg(arg);
            for value in &values {
                let given = format!("{}={value}", self.flag());
                command.try_get_matches_from_mut([given]).map_err(|error| reason(&error))?;
            }
        }
        Ok(FromFile { id: self.arg.get_id().to_string(), values })
    }
}

/// The flag with what the file says as its default.
pub fn with_file(arg: Arg, file: &[FromFile]) -> Arg {
    let Some(given) = file.iter().find(|given| given.id == arg.get_id().as_str()) else { return arg };
    let arg = match arg.get_action() {
        ArgAction::SetTrue => arg.value_parser(BoolishValueParser::new()),
        // A value may be a secret.
        _ => arg.hide_default_value(true),
    };
    arg.default_values(given.values.clone())
}

/// What is wrong with a value, without the flag's name.
fn reason(error: &clap::Error) -> String {
    if let Some(source) = error.source() {
        return source.to_string();
    }
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue)
        && !values.is_empty()
    {
        return format!("must be one of {}", values.join(", "));
    }
    let text = error.to_string();
    let text = text.split("\n\n").next().unwrap_or_default().trim();
    // The text of `Unshown`, which does not repeat the value.
    text.split_once("': ").map_or(text, |(_, reason)| reason).to_owned()
}
