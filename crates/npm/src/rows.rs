//! Rows by number for the machines that are made of them, in statics: row 0 stands in for any that does not exist.
use whippet_engine::rows::{RowVec, Rows};

/// Begins without memory, so that it is a constant.
pub(crate) struct StaticRows<T>(Option<RowVec<T>>);

impl<T: Default> StaticRows<T> {
    pub(crate) const fn new() -> Self {
        Self(None)
    }
}

impl<T: Default> Rows<T> for StaticRows<T> {
    fn row(&mut self, number: u32) -> &mut T {
        self.0.get_or_insert_default().row(number)
    }

    fn push(&mut self) -> u32 {
        self.0.get_or_insert_default().push()
    }
}
