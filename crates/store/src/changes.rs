//! Notices when another process changed which names and errors there are, and lets one process at a time change it.
//!
//! The total 'names' counts the changes, and each row has the number of its last change. Whoever makes one increments the
//! total first, which locks it until the commit. So a process that has read all changes up to a number need not read them
//! again, and bounds on how many there may be hold over all processes.
use crate::database::{Database, Error, Result, params};
use crate::totals;

/// The total's name.
const COUNTER: &str = "names";

/// How far a process knows the changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// All changes up to this are known.
    known: i64,
    /// The number of the change that the current transaction makes.
    own: Option<i64>,
}

impl Changes {
    /// All changes are known as of now.
    pub fn known(database: &dyn Database) -> Result<Self> {
        Ok(Self { known: totals::get(database, COUNTER)?.unwrap_or(0), own: None })
    }

    /// To be called when a transaction begins. Returns the number after which there are changes that are not known; whoever
    /// calls reads them.
    pub fn begin(&mut self, database: &dyn Database) -> Result<Option<i64>> {
        self.own = None;
        let now = totals::get(database, COUNTER)?.unwrap_or(0);
        let known = std::mem::replace(&mut self.known, now);
        Ok((now != known).then_some(known))
    }

    /// To be called before the first change in a transaction: from then on nobody else can make one. Returns what
    /// [`Self::begin`] does.
    pub fn lock(&mut self, database: &dyn Database) -> Result<Option<i64>> {
        if self.own.is_some() {
            return Ok(None);
        }
        let own = next(database)?;
        let known = std::mem::replace(&mut self.known, own);
        self.own = Some(own);
        Ok((own != known + 1).then_some(known))
    }

    /// The number of the change that the current transaction makes.
    pub fn own(&self) -> Result<i64> {
        self.own.ok_or_else(|| Error::other("names were changed without the lock"))
    }
}

/// Locks the set of names and errors until the end of the transaction, and returns the number of the change.
pub fn next(database: &dyn Database) -> Result<i64> {
    database.scalar(
        "INSERT INTO totals (name, value) VALUES (?1, 1)
         ON CONFLICT (name) DO UPDATE SET value = totals.value + 1 RETURNING value",
        params![COUNTER],
    )
}
