//! The variables beside the flags. clap reads them where the flag is not given; this adds what it does not know: an empty variable
//! is none, one may hold a list, and an error says that the value came from a variable.
use std::ffi::{OsStr, OsString};

use clap::builder::{BoolishValueParser, StyledStr};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::keys::{FromFile, may_be_bare, with_file};

/// What `--help` says of them.
pub const HELP: &str = "A flag with [env: NAME] may also be set by that environment variable. The flag takes precedence over the \
                        variable, and the variable over the configuration file. An empty variable counts as not set. Lists have \
                        commas between their items, or each item on a line of its own.";

/// Finds a variable.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Reads a command line of `command`, which gets what the variables say, and `whippet serve` what the configuration file says.
/// What `lookup` finds must be what the process has as variables, but for lists.
pub fn read<T: Into<OsString> + Clone>(
    command: &mut Command,
    arguments: impl IntoIterator<Item = T>,
    lookup: Lookup<'_>,
    file: &[FromFile],
) -> Result<ArgMatches, clap::Error> {
    if !file.is_empty() {
        *command = std::mem::take(command)
            .mut_args(|arg| with_file(arg, file))
            .mut_subcommand("serve", |serve| serve.mut_args(|arg| with_file(arg, file)));
    }
    *command = with_variables(std::mem::take(command), lookup);
    command.try_get_matches_from_mut(arguments).map_err(|error| naming_its_variable(error, command, lookup))
}

fn with_variables(command: Command, lookup: Lookup<'_>) -> Command {
    command
        .mut_args(|arg| with_variable(arg, lookup))
        .mut_subcommands(|command| with_variables(command, lookup))
}

fn with_variable(arg: Arg, lookup: Lookup<'_>) -> Arg {
    let Some(name) = arg.get_env().map(|name| name.to_string_lossy().into_owned()) else { return arg };
    // A value may be a secret.
    let arg = arg.hide_env_values(true);
    let arg = match arg.get_action() {
        ArgAction::SetTrue => arg.value_parser(BoolishValueParser::new()),
        _ => arg,
    };
    match lookup(&name) {
        None => arg,
        Some(value) if value.is_empty() => shown(arg, &name).env(None::<&str>),
        // It counts more than the file, which may switch it on.
        Some(value) if may_be_bare(&arg) && is_off(&value) => {
            shown(arg, &name).env(None::<&str>).default_values(Vec::<String>::new())
        }
        Some(value) if matches!(arg.get_action(), ArgAction::Append) => {
            let items = items(&value.to_string_lossy());
            shown(arg, &name).env(None::<&str>).default_values(items).hide_default_value(true)
        }
        Some(_) => arg,
    }
}

/// Whether a variable says that its flag is not given.
fn is_off(value: &OsStr) -> bool {
    let text = value.to_str().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(text.as_str(), "0" | "false" | "no" | "off")
}

/// Says the name of the variable in `--help`, where clap no longer does.
fn shown(arg: Arg, name: &str) -> Arg {
    let help = arg.get_help().map(StyledStr::to_string).unwrap_or_default();
    arg.help(format!("{help} [env: {name}]"))
}

/// The items of a list: between line breaks, or where there are none, between commas that stand neither in braces nor in quotes.
pub fn items(text: &str) -> Vec<String> {
    let (mut items, mut item, mut depth, mut quoted) = (Vec::new(), String::new(), 0_u32, false);
    let lines = text.contains('\n');
    for character in text.chars() {
        let ends = match character {
            '\n' => true,
            ',' => !lines && depth == 0 && !quoted,
            _ => false,
        };
        match character {
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth = depth.saturating_sub(1),
            _ => (),
        }
        if ends {
            items.push(std::mem::take(&mut item));
        } else {
            item.push(character);
        }
    }
    items.push(item);
    items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// Adds to the error for a wrong value which variable it is from. clap names the flag alone.
fn naming_its_variable(mut error: clap::Error, command: &Command, lookup: Lookup<'_>) -> clap::Error {
    let (Some(ContextValue::String(flag)), Some(ContextValue::String(value))) =
        (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue))
    else {
        return error;
    };
    let variable = all(command).into_iter().find_map(|arg| {
        let name = variable(arg)?;
        let held = lookup(&name)?.to_string_lossy().into_owned();
        let is_it = arg.to_string() == *flag && (held == *value || items(&held).contains(value));
        is_it.then_some(name)
    });
    if let Some(name) = variable {
        let tip = StyledStr::from(format!("the value is that of the variable {name}"));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// The variable of a flag. Its name follows from the flag's, as a test holds.
pub fn variable(arg: &Arg) -> Option<String> {
    let flag = arg.get_long()?;
    Some(format!("WHIPPET_{}", flag.replace('-', "_").to_ascii_uppercase()))
}

fn all(command: &Command) -> Vec<&Arg> {
    command.get_arguments().chain(command.get_subcommands().flat_map(all)).collect()
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn a_list_is_split_where_no_item_is() {
        for (text, expected) in [
            ("", &[][..]),
            ("shop", &["shop"]),
            ("shop, blog,,", &["shop", "blog"]),
            ("a={x=\"1\",y=~\"2,3\"},{job=\"b\"}", &["a={x=\"1\",y=~\"2,3\"}", "{job=\"b\"}"]),
            ("X-A=1,2\nX-B=3\n", &["X-A=1,2", "X-B=3"]),
            ("X-A=1,2\n", &["X-A=1,2"]),
        ] {
            assert_eq!(items(text), expected, "{text}");
        }
    }
}
