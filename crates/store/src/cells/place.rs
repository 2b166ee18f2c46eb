//! Where something is counted.
use serde::{Deserialize, Serialize};

/// Where something is counted: the bucket of the page, and that of its application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The beginning of the minute, ms since the epoch.
    pub minute: i64,
    /// The application's number.
    pub app: i64,
    /// The page's number.
    pub page: i64,
}
