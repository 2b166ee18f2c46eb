//! What writing a beacon needs besides the beacon.
use rusqlite::Connection;

use crate::error_scores::ErrorScores;
use crate::kind::Kind;
use crate::metrics::StoreMetrics;
use crate::names::Names;
use crate::options::Options;
use crate::score::Client;

/// What writing a beacon needs besides the beacon.
pub struct Context<'a> {
    pub connection: &'a Connection,
    pub names: &'a mut Names,
    pub errors: &'a mut ErrorScores,
    pub options: &'a Options,
    pub metrics: &'a StoreMetrics,
    /// Who sent it.
    pub client: Client,
    /// Whether any name or error was dropped to make a place for another.
    pub evicted: bool,
}

impl Context<'_> {
    /// The number of a name of the beacon.
    pub fn name(&mut self, kind: Kind, parent: i64, name: &str, now: i64) -> rusqlite::Result<i64> {
        let resolved =
            self.names.resolve(self.connection, self.options, (kind, parent, name), self.client, now)?;
        if resolved.overflow {
            self.metrics.overflow(kind.label());
        }
        if let Some(evicted) = resolved.evicted {
            self.metrics.evicted(kind.label());
            self.evicted = true;
            if kind == Kind::App {
                self.errors.evict_app(evicted);
            }
        }
        Ok(resolved.id)
    }
}
