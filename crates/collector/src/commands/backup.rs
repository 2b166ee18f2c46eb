//! `whippet backup`: a copy of what is kept, made while collectors run.
use whippet_store::moving::{MovingError, Place, Step, backup, dump};

use super::progress::Bar;
use super::store::with_password;
use crate::args::Backup;

/// Does what the command line says. Returns what is to be printed.
pub fn run(arguments: &Backup) -> Result<String, MovingError> {
    let file = arguments.file.display();
    if let Some(address) = &arguments.store {
        let place = Place::Server(Box::new(with_password(address)));
        let mut bar = Bar::new("");
        let (bytes, proof) = dump::run(&place, &arguments.file, arguments.force, &mut |step| {
            let (doing, table, done, all) = match step {
                Step::Moving(table, done, all) => ("copying", table, done, all),
                Step::Proving(table, done, all) => ("comparing", table, done, all),
            };
            bar.called(&format!("{doing} {table}"));
            bar.show(done, all);
        })?;
        drop(bar);
        let rows: u64 = proof.tables.iter().map(|compared| compared.target).sum();
        return Ok(format!(
            "{file} has all that {place} held when this began, compared row by row: {rows} rows, {bytes} bytes\n"
        ));
    }
    let mut bar = Bar::new("copying");
    let bytes = backup::copy(&arguments.data, &arguments.file, arguments.force, &mut |done, all| {
        bar.show(done, all)
    })?;
    drop(bar);
    Ok(format!("{file} has a checked copy of {}: {bytes} bytes\n", arguments.data.display()))
}
