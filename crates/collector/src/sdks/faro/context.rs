//! Where and when an entry of a body was measured.
use crate::intake::{Content, Item};

/// What the entries of a body have in common.
pub struct Context<'a> {
    /// Its page.
    pub page: &'a Option<String>,
    /// When it happened, ms since the Unix epoch.
    pub at: i64,
}

impl Context<'_> {
    /// An item of that page and time.
    pub fn item(&self, content: Content) -> Item {
        Item::new(self.page.clone(), self.at, content)
    }
}
