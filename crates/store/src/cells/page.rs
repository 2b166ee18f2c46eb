//! Which pages are meant.

/// The page of cells that are of a whole application. No name has this number.
pub const WHOLE: i64 = 0;

/// Pages of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page<'a> {
    /// The application as a whole: one cell, and not one per page.
    Whole,
    /// Each page for itself.
    All,
    /// The pages with these numbers.
    These(&'a [i64]),
}
