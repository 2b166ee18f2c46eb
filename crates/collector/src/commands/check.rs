//! `whippet check`: whether what is kept is sound.
use std::fmt::Write;

use whippet_store::moving::check::{self, Checked, Weight};
use whippet_store::moving::{MovingError, Place};

use super::progress::Bar;
use super::store::with_password;
use crate::args::Check;

/// Does what the command line says. Returns what is to be printed, and whether all is sound.
pub fn run(arguments: &Check) -> Result<(String, bool), MovingError> {
    let mut bar = Bar::new("reading");
    let mut progress = |done, all| bar.show(done, all);
    let checked = match (&arguments.file, &arguments.store) {
        (Some(file), _) => check::file(file, &mut progress)?,
        (None, Some(address)) => {
            let server = Place::Server(Box::new(with_password(address))).open_reader()?;
            check::database(server.as_ref(), Checked::default(), &mut progress)?
        }
        (None, None) => check::folder(&arguments.data, &mut progress)?,
    };
    drop(bar);
    Ok((text(&checked), checked.findings.is_empty()))
}

fn text(checked: &Checked) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    for (table, rows) in &checked.rows {
        let _ = writeln!(text, "{table}\t{rows} rows");
    }
    for finding in &checked.findings {
        let weight = match finding.weight {
            Weight::Damage => "damaged",
            Weight::Loss => "lost",
        };
        let _ = writeln!(text, "{weight}: {}\n  {}.", finding.found, finding.advice);
    }
    text.push_str(match checked.findings.iter().map(|finding| finding.weight).max() {
        None => "sound: all of it can be read\n",
        Some(Weight::Loss) => "not quite sound: see above\n",
        Some(Weight::Damage) => "NOT SOUND: see above\n",
    });
    text
}
