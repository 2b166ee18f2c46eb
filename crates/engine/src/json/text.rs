//! The bytes of a body.
use super::scan::PADDING;
use alloc::vec::Vec;

/// A text, with room for more behind it, all of it initialised once: what a body leaves is room for the next.
#[derive(Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
    len: usize,
}

impl Text {
    /// Empty, with room for `len` bytes.
    pub(super) fn with_room(len: usize) -> Self {
        let mut text = Self::default();
        text.reserve(len);
        text
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// How many bytes it could have.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.len().saturating_sub(PADDING)
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    fn reserve(&mut self, more: usize) {
        let wanted = self.len + more + PADDING;
        if self.bytes.len() < wanted {
            let len = wanted.max(self.bytes.len() * 2);
            if self.bytes.is_empty() {
                // Memory that comes as zeros need not be written.
                self.bytes = alloc::vec![0; len];
            } else {
                self.bytes.resize(len, 0);
            }
        }
    }

    /// The next `len` bytes: they count once they are [`added`](Self::added).
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        self.reserve(len);
        &mut self.bytes[self.len..self.len + len]
    }

    pub(super) fn added(&mut self, len: usize) {
        self.len = (self.len + len).min(self.capacity());
    }

    /// No more will be added.
    pub(super) fn end(&mut self) {
        self.reserve(0);
        if self.capacity() > self.len + self.len / 4 + 1024 {
            self.bytes.truncate(self.len + PADDING);
            self.bytes.shrink_to_fit();
        }
        self.bytes[self.len..self.len + PADDING].fill(0);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// With the zeros behind it, once it has ended.
    pub(super) fn padded(&self) -> &[u8] {
        &self.bytes[..(self.len + PADDING).min(self.bytes.len())]
    }
}
