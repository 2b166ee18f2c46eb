//! `whippet backup`: a copy of what is kept, made while the collector runs.
use whippet_store::moving::{MovingError, backup};

use super::progress::Bar;
use crate::args::Backup;

/// Does what the command line says. Returns what is to be printed.
pub fn run(arguments: &Backup) -> Result<String, MovingError> {
    let mut bar = Bar::new("copying");
    let bytes = backup::copy(&arguments.data, &arguments.file, arguments.force, &mut |done, all| {
        bar.show(done, all)
    })?;
    drop(bar);
    Ok(format!(
        "{} has a checked copy of {}: {bytes} bytes\n",
        arguments.file.display(),
        arguments.data.display()
    ))
}
