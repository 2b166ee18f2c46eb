//! The bytes of a body.
use super::checked::{Checked, some};
use super::scan::PADDING;
use alloc::vec::Vec;

/// A text in a buffer that is longer than it.
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

    #[cfg_attr(target_arch = "wasm32", expect(unsafe_code, reason = "clearing megabytes takes time"))]
    fn reserve(&mut self, more: usize) {
        let wanted = self.len + more + PADDING;
        if self.bytes.len() < wanted {
            self.bytes.reserve(wanted - self.bytes.len());
            let capacity = self.bytes.capacity();
            // SAFETY: in wasm every byte of memory has a value, and a body's come from the host, which the compiler does not see.
            #[cfg(target_arch = "wasm32")]
            unsafe {
                self.bytes.set_len(capacity);
            }
            #[cfg(not(target_arch = "wasm32"))]
            self.bytes.resize(capacity, 0);
        }
    }

    /// The place for the next `len` bytes. [`added`](Self::added) makes them a part of the text.
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        self.reserve(len);
        some(self.bytes.get_mut(self.len..self.len + len))
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
        some(self.bytes.get_mut(self.len..self.len + PADDING)).fill(0);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &Checked::of(&self.bytes)[..self.len]
    }

    /// The text with its padding, after [`end`](Self::end).
    pub(super) fn padded(&self) -> &Checked<u8> {
        Checked::of(&Checked::of(&self.bytes)[..self.len + PADDING])
    }
}
