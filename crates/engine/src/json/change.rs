//! What a diff found out about one value, and the two texts that it compares.
use super::checked::Checked;
use super::tape::Node;

/// What a diff found out about a value of the new text, beside its counterpart in the old one: one of the constants, or the
/// word of the program at which the block begins that makes the value from the counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change(pub u32);

impl Change {
    /// The value has the bytes of its counterpart, or its parts have.
    pub(super) const UNCHANGED: Self = Self(u32::MAX);
    /// The value must be parsed.
    pub(super) const PARSE: Self = Self(u32::MAX - 1);

    pub(super) fn is_block(self) -> bool {
        self.0 < Self::PARSE.0
    }
}

/// The old and the new text. Both have their padding.
#[derive(Clone, Copy)]
pub(super) struct TextPair<'a> {
    pub old: &'a Checked<u8>,
    /// The tape of the old text.
    pub tape: &'a Checked<Node>,
    pub new: &'a Checked<u8>,
    /// The length of the new text without its padding.
    pub len: usize,
}
