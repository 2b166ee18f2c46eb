//! Notices when another process changed which names and errors there are, and lets one process at a time change it.
//!
//! The total 'names' counts the changes, and each row has the number of its last change. Whoever makes one increments the
//! total first, which locks it until the commit. So a process that has read all changes up to a number need not read them
//! again, and bounds on how many there may be hold over all processes.
use crate::database::{Database, Error, Result, params};

/// The total that counts changes.
const COUNTER: &str = "names";
/// The total that grows when rows of dropped names or errors are deleted: whoever did not hear of the drop reads all again.
const GONE: &str = "names_gone";

/// How far a process knows the changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// All changes up to this are known.
    known: i64,
    /// As of this value of [`GONE`].
    gone: i64,
    /// The number of the change that the current transaction makes.
    own: Option<i64>,
}

/// What a process does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    Nothing,
    /// The rows whose change has a higher number than this.
    Since(i64),
    /// Rows were deleted: all are to be read again.
    Everything,
}

impl Changes {
    /// All changes are known as of now.
    pub fn known(database: &dyn Database) -> Result<Self> {
        let mut changes = Self::default();
        changes.begin(database)?;
        Ok(changes)
    }

    /// To be called when a transaction begins. Whoever calls reads what is new.
    pub fn begin(&mut self, database: &dyn Database) -> Result<News> {
        self.own = None;
        self.read(database)
    }

    /// To be called before the first change in a transaction: from then on nobody else can make one. Whoever calls reads
    /// what is new.
    pub fn lock(&mut self, database: &dyn Database) -> Result<News> {
        if self.own.is_some() {
            return Ok(News::Nothing);
        }
        let own = next(database)?;
        let news = self.read(database)?;
        self.own = Some(own);
        Ok(match news {
            News::Since(known) if known + 1 == own => News::Nothing,
            news => news,
        })
    }

    fn read(&mut self, database: &dyn Database) -> Result<News> {
        let (mut known, mut gone) = (0, 0);
        let sql = "SELECT name, value FROM totals WHERE name IN (?1, ?2)";
        database.query(sql, params![COUNTER, GONE], &mut |row| {
            let value = row.get(1)?;
            if row.text(0)? == COUNTER {
                known = value;
            } else {
                gone = value;
            }
            Ok(())
        })?;
        let before = std::mem::replace(self, Self { known, gone, own: None });
        Ok(match () {
            () if gone != before.gone => News::Everything,
            () if known != before.known => News::Since(before.known),
            () => News::Nothing,
        })
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

/// To be called when rows of dropped names or errors are deleted.
pub fn forget(database: &dyn Database) -> Result<()> {
    next(database)?;
    let sql = "INSERT INTO totals (name, value) VALUES (?1, 1)
               ON CONFLICT (name) DO UPDATE SET value = totals.value + 1";
    database.execute(sql, params![GONE]).map(drop)
}
