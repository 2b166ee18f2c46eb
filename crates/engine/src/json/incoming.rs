//! One body that is arriving.
use super::checked::Checked;
use super::compare::common_prefix;
use super::id::BodyId;
use super::text::Text;
use alloc::rc::Rc;

/// The chunks of a body that have arrived.
pub(super) struct IncomingBody {
    pub(super) previous: Option<BodyId>,
    /// The previous body. It stays in memory as long as chunks are compared with it, even if it is evicted.
    before: Option<Rc<Text>>,
    pub(super) text: Text,
    /// The length of the chunk that [`room`](Self::room) was asked for.
    expected: usize,
    /// How many bytes at the start are those of the previous body.
    pub(super) common: usize,
    /// Whether the byte after them differs.
    differs: bool,
    /// How many bytes were compared.
    pub(super) compared: u64,
    /// Whether the body turned out to be the previous one.
    pub(super) unchanged: bool,
}

impl IncomingBody {
    pub(super) fn new(previous: Option<BodyId>, before: Option<Rc<Text>>, text: Text) -> Self {
        let differs = before.is_none();
        Self { previous, before, text, expected: 0, common: 0, differs, compared: 0, unchanged: false }
    }

    /// The place for the next chunk. It is not moved from there again.
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        self.expected = len;
        self.text.room(len)
    }

    /// The host has written the chunk. Returns how many bytes had to be compared.
    pub(super) fn received(&mut self) -> usize {
        let start = self.text.len();
        self.text.added(core::mem::take(&mut self.expected));
        let Some(before) = self.before.as_ref().filter(|_| !self.differs) else { return 0 };
        let chunk = &Checked::of(self.text.bytes())[start..];
        let common = common_prefix(&Checked::of(before.bytes())[start..], chunk);
        self.common = start + common;
        self.differs = common < chunk.len();
        common + usize::from(self.differs)
    }

    /// Ends the body. Returns whether it is the previous one.
    pub(super) fn end(&mut self) -> bool {
        self.text.end();
        let before = self.before.take();
        !self.differs && before.is_some_and(|before| before.len() == self.text.len())
    }
}
