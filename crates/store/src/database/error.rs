//! Why a database failed, in words and in kinds that callers can tell apart.

/// The result of asking a database.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no space left.
    Full,
    /// Nothing may be written.
    ReadOnly,
    /// Another program holds a lock for too long.
    Busy,
    /// The database cannot be reached, is starting or stopping, or has no connection to spare.
    Unavailable,
    /// What is stored cannot be read.
    Damaged,
    /// The statement took too long, and was cut off.
    Interrupted,
    /// Two transactions stood in each other's way: the same again may succeed.
    Conflict,
    /// The password, the user or a permission is wrong.
    Denied,
    /// Anything else: most of all a statement that is wrong.
    Other,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Full,
        Self::ReadOnly,
        Self::Busy,
        Self::Unavailable,
        Self::Damaged,
        Self::Interrupted,
        Self::Conflict,
        Self::Denied,
        Self::Other,
    ];

    /// The word for it in the collector's metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::Damaged => "damaged",
            Self::Interrupted => "interrupted",
            Self::Conflict => "conflict",
            Self::Denied => "denied",
            Self::Other => "other",
        }
    }
}

/// Why a database failed. The text never holds a password or a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    undone: bool,
}

impl Error {
    /// A failure of a kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), undone: false }
    }

    /// A failure of no special kind.
    pub fn other(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Other, message)
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same, of a connection that ended before the transaction on it was to be committed.
    #[must_use]
    pub fn undone(self) -> Self {
        Self { undone: true, ..self }
    }

    /// Whether the connection ended, and nothing of the transaction can have been committed: the same again, on another
    /// connection, does it once.
    pub fn is_undone(&self) -> bool {
        self.undone
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let kind = match error.sqlite_error_code() {
            Some(Code::DiskFull) => ErrorKind::Full,
            Some(Code::ReadOnly | Code::PermissionDenied) => ErrorKind::ReadOnly,
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => ErrorKind::Busy,
            Some(Code::CannotOpen | Code::SystemIoFailure) => ErrorKind::Unavailable,
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => ErrorKind::Damaged,
            Some(Code::OperationInterrupted) => ErrorKind::Interrupted,
            _ => ErrorKind::Other,
        };
        Self::new(kind, error.to_string())
    }
}

// For code that still speaks to SQLite itself.
impl From<Error> for rusqlite::Error {
    fn from(error: Error) -> Self {
        use rusqlite::ffi;
        let code = match error.kind {
            ErrorKind::Full => ffi::SQLITE_FULL,
            ErrorKind::ReadOnly => ffi::SQLITE_READONLY,
            ErrorKind::Busy | ErrorKind::Conflict => ffi::SQLITE_BUSY,
            ErrorKind::Unavailable => ffi::SQLITE_IOERR,
            ErrorKind::Damaged => ffi::SQLITE_CORRUPT,
            ErrorKind::Interrupted => ffi::SQLITE_INTERRUPT,
            ErrorKind::Denied => ffi::SQLITE_AUTH,
            ErrorKind::Other => ffi::SQLITE_ERROR,
        };
        Self::SqliteFailure(ffi::Error::new(code), Some(error.message))
    }
}
