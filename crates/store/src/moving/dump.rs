//! A copy of what a server holds, as SQLite's file: a collector can serve it as it is, and a move can bring it to a server.
//!
//! All of it is of one point in time, though collectors write meanwhile: one transaction of the server reads everything. It
//! becomes visible under its name once every row of both sides was read and compared, and all of it is on disk.
use std::path::Path;

use rusqlite::Connection;

use super::backup::verify;
use super::copy;
use super::error::MovingError;
use super::part::Part;
use super::place::Place;
use super::proof::Proof;
use super::step::Watch;
use crate::database::Access;
use crate::schema;

/// Copies what `place` holds to the file `target`. Returns the copy's bytes, and what was compared.
///
/// # Errors
/// If `target` is there and `replace` is not set, and if the copy is not the same. Nothing is left at `target` then, or what was
/// there.
pub fn run(
    place: &Place,
    target: &Path,
    replace: bool,
    watch: Watch<'_>,
) -> Result<(u64, Proof), MovingError> {
    Part::check_target(target, replace)?;
    let source = place.open_reader()?;
    let part = Part::beside(target)?;
    let mut connection = Connection::open(part.path())?;
    // Nobody else has the file, and half of it is of no use: it is brought to the disk once, when it gets its name.
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    schema::migrate(&mut connection)?;
    source.begin(Access::Read)?;
    let copied = copy::between(source.as_ref(), &connection, &place.identity(), false, watch);
    source.rollback();
    let proof = copied?;
    connection.close().map_err(|(_, error)| error)?;
    verify(part.path())?;
    Ok((part.publish(target)?, proof))
}
