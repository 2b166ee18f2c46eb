//! Tables of rows of one kind, which are all that a small module keeps.
use alloc::vec;
use alloc::vec::Vec;

/// No row. The row of this number is nobody's: the lists of a table begin in it.
pub(crate) const NONE: u32 = 0;

/// Where rows are kept: those of a static begin without memory.
pub trait Rows<T> {
    /// A row by its number; row 0 for a number that was never given out.
    fn row(&mut self, number: u32) -> &mut T;
    /// One more row, whatever is in it; its number.
    fn push(&mut self) -> u32;
}

/// Rows in a list.
#[derive(Debug)]
pub struct RowVec<T>(Vec<T>);

impl<T: Default> Default for RowVec<T> {
    fn default() -> Self {
        Self(vec![T::default()])
    }
}

impl<T> RowVec<T> {
    /// All rows, row 0 too.
    pub(crate) fn iter(&self) -> core::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T: Default> Rows<T> for RowVec<T> {
    fn row(&mut self, number: u32) -> &mut T {
        let number = number as usize;
        let number = if number < self.0.len() { number } else { 0 };
        &mut self.0[number]
    }

    fn push(&mut self) -> u32 {
        self.0.push(T::default());
        self.0.len() as u32 - 1
    }
}
