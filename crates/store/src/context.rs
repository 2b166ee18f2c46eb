//! What writing a beacon needs besides the beacon.
use rusqlite::Connection;

use crate::metrics::StoreMetrics;
use crate::names::{Kind, Names};
use crate::options::Limits;

/// What adding a beacon needs besides the beacon.
pub struct Context<'a> {
    pub connection: &'a Connection,
    pub names: &'a mut Names,
    pub limits: &'a Limits,
    pub metrics: &'a StoreMetrics,
}

impl Context<'_> {
    pub fn name(&mut self, kind: Kind, parent: i64, name: &str, now: i64) -> rusqlite::Result<i64> {
        let (id, overflow) = self.names.id(self.connection, self.limits, (kind, parent, name), now)?;
        if overflow {
            self.metrics.overflow(kind.label());
        }
        Ok(id)
    }
}
