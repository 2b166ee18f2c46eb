//! How far a move is.

/// How far a move is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The table, and how many of all rows were moved.
    Moving(&'a str, u64, u64),
    /// The table that is read on both sides, and how many of all rows were.
    Proving(&'a str, u64, u64),
}

/// Is told how far a move is.
pub type Watch<'a> = &'a mut dyn FnMut(Step<'_>);
