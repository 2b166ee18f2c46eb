//! `whippet migrate`: everything from a data folder to a server, or back.
use std::fmt::Write;

use whippet_store::moving::{MovingError, Proof, Step, copy};

use super::progress::Bar;
use super::store::place;
use crate::args::Migrate;

/// Does what the command line says. Returns what is to be printed.
pub fn run(arguments: &Migrate) -> Result<String, MovingError> {
    let mut bar = Bar::new("");
    let (from, to) = (place(&arguments.from), place(&arguments.to));
    let proof = copy::run(&from, &to, arguments.restart, &mut |step| {
        let (doing, table, done, all) = match step {
            Step::Moving(table, done, all) => ("moving", table, done, all),
            Step::Proving(table, done, all) => ("comparing", table, done, all),
        };
        bar.called(&format!("{doing} {table}"));
        bar.show(done, all);
    })?;
    drop(bar);
    Ok(text(arguments, &proof))
}

/// A line for each thing that was compared.
fn text(arguments: &Migrate, proof: &Proof) -> String {
    let mut text = "COMPARED\tSOURCE\tDESTINATION\n".to_owned();
    for compared in proof.tables.iter().chain(&proof.cells) {
        // Writing to a string never fails.
        let _ = writeln!(text, "{}\t{}\t{}\tequal", compared.what, compared.source, compared.target);
    }
    let _ = writeln!(
        text,
        "moved: {} holds all that {} does. Start the collectors with it; the source was not changed",
        arguments.to, arguments.from
    );
    text
}
