//! One body on its way.
use super::bodies::BodyId;
use super::compare::common_prefix;
use super::text::Text;
use alloc::rc::Rc;

/// What has come of a body so far.
pub(super) struct Receipt {
    pub(super) previous: Option<BodyId>,
    /// The previous body, which stays for as long as it is compared with.
    before: Option<Rc<Text>>,
    pub(super) text: Text,
    /// What there is room for.
    expected: usize,
    /// How many bytes are the same from the start.
    pub(super) common: usize,
    /// Whether what comes after these is not.
    differs: bool,
    /// How many bytes were compared for it.
    pub(super) compared: u64,
    /// Whether it turned out to be the previous body.
    pub(super) unchanged: bool,
}

impl Receipt {
    pub(super) fn new(previous: Option<BodyId>, before: Option<Rc<Text>>, text: Text) -> Self {
        let differs = before.is_none();
        Self { previous, before, text, expected: 0, common: 0, differs, compared: 0, unchanged: false }
    }

    /// Room for the next chunk, where it will stay.
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        self.expected = len;
        self.text.room(len)
    }

    /// The room was filled. Gives how many bytes had to be compared.
    pub(super) fn received(&mut self) -> usize {
        let start = self.text.len();
        self.text.added(core::mem::take(&mut self.expected));
        let Some(before) = self.before.as_ref().filter(|_| !self.differs) else { return 0 };
        let chunk = &self.text.bytes()[start..];
        let common = common_prefix(&before.bytes()[start..], chunk);
        self.common = start + common;
        self.differs = common < chunk.len();
        common + usize::from(self.differs)
    }

    /// No more will come. Whether it is the previous body.
    pub(super) fn end(&mut self) -> bool {
        self.text.end();
        let before = self.before.take();
        !self.differs && before.is_some_and(|before| before.len() == self.text.len())
    }
}
