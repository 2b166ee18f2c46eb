//! What a diff found out about one value, and the two texts that it compares.
use super::tape::Node;

/// What a diff found out about a value of the new text, beside its counterpart in the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The value has the bytes of its counterpart, or its parts have.
    Unchanged,
    /// The value must be parsed.
    Parse,
    /// The block at this word of the program makes the value from the counterpart.
    Patched(u32),
}

/// The old and the new text. Both have their padding.
#[derive(Clone, Copy)]
pub(super) struct TextPair<'a> {
    pub old: &'a [u8],
    /// The tape of the old text.
    pub tape: &'a [Node],
    pub new: &'a [u8],
    /// The length of the new text without its padding.
    pub len: usize,
}
