//! `whippet export`: everything as JSON Lines.
use std::fs::File;
use std::io::{BufWriter, Write};

use whippet_store::moving::{MovingError, Part, export};

use super::progress::Bar;
use super::store::place;
use crate::args::Export;

/// Does what the command line says. Returns what is to be printed.
pub fn run(arguments: &Export) -> Result<String, MovingError> {
    let database = place(&arguments.from).open_reader()?;
    let mut bar = Bar::new("writing");
    let mut progress = |done, all| bar.show(done, all);
    let Some(target) = &arguments.to else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let written = export::write(database.as_ref(), &mut out, &mut progress).map(drop);
        return match written.and_then(|()| out.flush().map_err(|source| MovingError::Output { source })) {
            // Whoever reads may have read enough: `whippet export | head`.
            Err(MovingError::Output { source }) if source.kind() == std::io::ErrorKind::BrokenPipe => {
                Ok(String::new())
            }
            done => done.map(|()| String::new()),
        };
    };
    Part::check_target(target, arguments.force)?;
    let part = Part::beside(target)?;
    let mut out = BufWriter::new(File::create(part.path()).map_err(MovingError::write(target))?);
    let lines = export::write(database.as_ref(), &mut out, &mut progress)?;
    out.into_inner().map_err(|error| MovingError::write(target)(error.into_error()))?;
    drop(bar);
    let bytes = part.publish(target)?;
    Ok(format!("{} has all of {}: {lines} lines, {bytes} bytes\n", target.display(), arguments.from))
}
