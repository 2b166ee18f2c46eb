//! A value that is read when it is first asked for.
use std::cell::OnceCell;

use crate::database::Result;

/// The value, which is read by the first who asks.
pub fn once<T>(cell: &OnceCell<T>, read: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = read()?;
    Ok(cell.get_or_init(|| value))
}
