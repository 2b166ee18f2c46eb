//! The bytes of a body, in a buffer that is used again.
use super::scan::PADDING;
use alloc::vec::Vec;

/// A text in a buffer that is longer than it. The whole buffer is initialised when it is allocated, so that it can take the
/// next body without being cleared.
#[derive(Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
    len: usize,
}

impl Text {
    /// An empty text with room for `len` bytes.
    pub(super) fn with_room(len: usize) -> Self {
        let mut text = Self::default();
        text.reserve(len);
        text
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// How many bytes the buffer can hold, without the padding.
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
                // `vec!` asks for zeroed memory, which the system gives without writing it.
                self.bytes = alloc::vec![0; len];
            } else {
                self.bytes.resize(len, 0);
            }
        }
    }

    /// The place for the next `len` bytes. [`added`](Self::added) makes them a part of the text.
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        self.reserve(len);
        &mut self.bytes[self.len..self.len + len]
    }

    pub(super) fn added(&mut self, len: usize) {
        self.len = (self.len + len).min(self.capacity());
    }

    /// Ends the text: writes the padding, and gives back a buffer that is much too long.
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

    /// The text with its padding, after [`end`](Self::end).
    pub(super) fn padded(&self) -> &[u8] {
        &self.bytes[..(self.len + PADDING).min(self.bytes.len())]
    }
}
