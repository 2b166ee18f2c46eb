//! `whippet names`: what beacons name, listed and dropped.
use std::fmt::Write;

use whippet_store::name_admin::{self, Dropped, ListedName, NamesError, Source};

use crate::args::{Names, NamesCommand};

/// Does what the command line says. Returns what is to be printed.
pub fn run(arguments: &Names) -> Result<String, NamesError> {
    let app = arguments.app.as_deref();
    let password = std::env::var("PGPASSWORD").unwrap_or_default();
    let server = arguments.store.clone().map(|address| address.with_password(&password));
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

/// The hour, in UTC: `2024-01-31 17:00`. By Howard Hinnant's `civil_from_days`.
fn date(ms: i64) -> String {
    let (days, hour) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000) / 3_600_000);
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:00")
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
