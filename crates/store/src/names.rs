//! Names from beacons, as small numbers, and never more of them than allowed.
use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::options::Limits;
use crate::time::DAY;

/// The name of whatever did not fit within the [`Limits`].
pub const OTHER: &str = "(other)";

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An application; has no parent.
    App = 0,
    /// A page of an application.
    Page = 1,
    /// A counter of an application.
    Counter = 2,
    /// A histogram of an application.
    Histogram = 3,
    /// A host that pages of an application load from.
    Host = 4,
    /// An element that a vital is put down to.
    Element = 5,
    /// A script and who called it, a line each.
    Script = 6,
    /// A gauge of an application.
    Gauge = 7,
    /// An address that a vital is put down to.
    Url = 8,
    /// A state that a vital is put down to.
    State = 9,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::App,
        Self::Page,
        Self::Counter,
        Self::Histogram,
        Self::Host,
        Self::Element,
        Self::Script,
        Self::Gauge,
        Self::Url,
        Self::State,
    ];

    /// The word for it in the collector's own metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Page => "page",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
            Self::Host => "host",
            Self::Element => "element",
            Self::Script => "script",
            Self::Gauge => "gauge",
            Self::Url => "url",
            Self::State => "state",
        }
    }

    fn limit(self, limits: &Limits) -> usize {
        match self {
            Self::App => limits.apps,
            Self::Page => limits.pages,
            Self::Counter => limits.counters,
            Self::Histogram => limits.histograms,
            Self::Host => limits.hosts,
            Self::Element => limits.elements,
            Self::Script => limits.scripts,
            Self::Gauge => limits.gauges,
            Self::Url => limits.urls,
            Self::State => limits.states,
        }
    }
}

/// All names there are, in memory: they are few, since they are bounded.
#[derive(Default)]
pub struct Names {
    known: HashMap<(Kind, i64), HashMap<String, Known>>,
}

struct Known {
    id: i64,
    /// The day it was last used: retention forgets names that nothing refers to.
    used: i64,
}

impl Names {
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut names = Self::default();
        let mut statement = connection.prepare("SELECT id, kind, parent, name, used FROM names")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(1)?;
            let Some(kind) = Kind::ALL.into_iter().find(|kind| *kind as i64 == place) else { continue };
            let known = Known { id: row.get(0)?, used: row.get(4)? };
            names.known.entry((kind, row.get(2)?)).or_default().insert(row.get(3)?, known);
        }
        Ok(names)
    }

    /// The number of `name`, and whether it had to be counted as [`OTHER`].
    pub fn id(
        &mut self,
        connection: &Connection,
        limits: &Limits,
        (kind, parent, name): (Kind, i64, &str),
        now: i64,
    ) -> rusqlite::Result<(i64, bool)> {
        let family = self.known.entry((kind, parent)).or_default();
        let overflow = !family.contains_key(name)
            && family.len() - usize::from(family.contains_key(OTHER)) >= kind.limit(limits);
        let name = if overflow { OTHER } else { name };
        let day = now - now.rem_euclid(DAY);
        if let Some(known) = family.get_mut(name) {
            if known.used < day {
                connection
                    .prepare_cached("UPDATE names SET used = ?2 WHERE id = ?1")?
                    .execute(params![known.id, day])?;
                known.used = day;
            }
            return Ok((known.id, overflow));
        }
        connection
            .prepare_cached("INSERT INTO names (kind, parent, name, used) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![kind as i64, parent, name, day])?;
        let id = connection.last_insert_rowid();
        family.insert(name.to_owned(), Known { id, used: day });
        Ok((id, overflow))
    }
}
