//! What one collector remembers.

/// What one collector remembers of its own looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// When it first looked, ms since the epoch.
    pub(super) started: Option<i64>,
    /// When somebody looked again after nobody had for minutes.
    pub(super) resumed: Option<i64>,
}
