//! `whippet names`: what beacons name, listed and dropped.
use std::fmt::Write;

use whippet_store::name_admin::{self, Dropped, ListedName, NamesError, Source};

use super::store::with_password;
use crate::args::{Names, NamesCommand};
use crate::rfc3339::rfc3339;

/// Does what the command line says. Returns what is to be printed.
pub fn run(arguments: &Names) -> Result<String, NamesError> {
    let app = arguments.app.as_deref();
    let server = arguments.store.as_ref().map(with_password);
    let source = server.as_ref().map_or(Source::Folder(&arguments.data), Source::Server);
    match &arguments.command {
        None => name_admin::list(source, None, app).map(|names| table(&names)),
        Some(NamesCommand::List { kind }) => name_admin::list(source, *kind, app).map(|names| table(&names)),
        Some(NamesCommand::Drop { kind, name, delete }) => {
            let dropped = name_admin::drop_name(source, *kind, name, app, *delete)?;
            let done = if *delete { "deleted" } else { "moved to (other)" };
            let (kind, name) = (kind.label(), shown(name));
            Ok(match dropped {
                Dropped::Done => format!("dropped the {kind} '{name}': its figures are {done}\n"),
                Dropped::LeftToCollector => format!(
                    "dropped the {kind} '{name}': the collector goes on, and its figures are {done} \
                     within some seconds\n"
                ),
            })
        }
    }
}

/// A line per name, with tabs between the columns.
fn table(names: &[ListedName]) -> String {
    let mut text = "KIND\tAPP\tNAME\tLAST SEEN\tSCORE\tSHOWN\n".to_owned();
    for name in names {
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{:.1}\t{}",
            name.kind.label(),
            shown(name.app.as_deref().unwrap_or("-")),
            shown(&name.name),
            date(name.last_seen),
            name.score,
            if name.confirmed { "yes" } else { "no" },
        );
    }
    text
}

/// Names come from anyone: nothing in them may move a terminal's cursor or end the line.
fn shown(name: &str) -> String {
    name.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")
}

/// The hour, in UTC: `2024-01-31 17:00`.
fn date(ms: i64) -> String {
    let text = rfc3339(ms);
    format!("{} {}:00", text.get(..10).unwrap_or_default(), text.get(11..13).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{date, shown};

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (ms, expected) in [
            (0, "1970-01-01 00:00"),
            (951_782_400_000, "2000-02-29 00:00"),
            (1_709_164_800_000, "2024-02-29 00:00"),
            (1_700_006_400_000, "2023-11-15 00:00"),
            (1_735_689_599_000, "2024-12-31 23:00"),
        ] {
            assert_eq!(date(ms), expected);
        }
    }

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(shown("a\tb\n\u{1b}[2J"), "a\\tb\\n\\u{1b}[2J");
        assert_eq!(shown("O'Hara's \"shop\""), "O'Hara's \"shop\"");
    }
}
