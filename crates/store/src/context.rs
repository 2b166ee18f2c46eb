//! What writing beacons needs besides the beacons.
use crate::cells::Hot;
use crate::database::{Database, Result};
use crate::error_scores::ErrorScores;
use crate::kind::Kind;
use crate::metrics::StoreMetrics;
use crate::names::Names;
use crate::options::Options;
use crate::score::Client;
use crate::timing_names::is_own;

/// What writing beacons needs besides the beacons.
pub struct Context<'a> {
    pub database: &'a dyn Database,
    pub hot: &'a mut Hot,
    pub names: &'a mut Names,
    pub errors: &'a mut ErrorScores,
    pub options: &'a Options,
    pub metrics: &'a StoreMetrics,
    /// Who sent the beacon that is being added.
    pub client: Client,
    /// Whether any name or error was dropped to make a place for another.
    pub evicted: bool,
}

impl Context<'_> {
    /// The number of a name of the beacon.
    pub fn name(&mut self, kind: Kind, parent: i64, name: &str, now: i64) -> Result<i64> {
        let resolved =
            self.names.resolve(self.database, self.options, (kind, parent, name), self.client, now)?;
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

    /// Whether a timing of the application, by its name and number, is kept by dimension.
    pub fn is_split(&mut self, app: i64, (name, number): (&str, i64)) -> bool {
        !is_own(name) && self.names.is_split(app, number)
    }
}
