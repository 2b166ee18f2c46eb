//! Which ranges of two texts are known to be the same, and where they are in each.
use super::checked::Checked;
use super::compare::common_prefix;

/// A range of the old text that occurs in the new one.
#[derive(Clone, Copy)]
struct Alignment {
    /// Its place in the new text minus its place in the old one, modulo 2^32 in wasm.
    shift: usize,
    start: usize,
    /// The end of what is known to be the same, in the old text.
    end: usize,
    /// Whether the byte at `end` differs.
    ends: bool,
}

/// How many alignments are known at once.
const COUNT: usize = 4;

/// The most recent alignments of two texts. They spare comparing the same bytes again, and nothing is compared far ahead
/// of what is asked for.
pub(super) struct Alignments {
    alignments: [Alignment; COUNT],
    /// Which one the next takes the place of, modulo `COUNT`.
    oldest: usize,
    /// How many bytes were compared.
    pub(super) compared: usize,
}

impl Alignments {
    pub(super) const fn new() -> Self {
        // Of an empty range it is true that it is the same.
        let empty = Alignment { shift: 0, start: 0, end: 0, ends: false };
        Self { alignments: [empty; COUNT], oldest: 0, compared: 0 }
    }

    /// Begins with two texts of which the first `common` bytes are the same, and the next one is not.
    pub(super) fn begin(&mut self, common: usize) {
        *self = Self::new();
        self.alignments[0] = Alignment { shift: 0, start: 0, end: common, ends: true };
        self.oldest = 1;
    }

    /// Whether the `len` bytes at `at` in the old text are those at `place` in the new one.
    pub(super) fn is_same(
        &mut self,
        old: &Checked<u8>,
        new: &Checked<u8>,
        at: usize,
        len: usize,
        place: usize,
    ) -> bool {
        // Most bodies have each byte compared once or twice. A body may be made so that alignments take each other's places, and each
        // list in a list has the same bytes compared again. Beyond this bound, what is the same may be taken for different.
        if new.len() < place + len || self.compared / 16 > old.len() + new.len() + 256 {
            return false;
        }
        if let Some(alignment) = self.find(at, place) {
            return self.extend(alignment, old, new, at + len);
        }
        let common = common_prefix(&old[at..at + len], &new[place..place + len]);
        self.compared += common + 1;
        // A short common prefix is not worth the alignment that it would replace.
        if common == len || common > 64 {
            let alignment = self.start_at(at, place);
            let alignment = &mut self.alignments[alignment % COUNT];
            (alignment.end, alignment.ends) = (at + common, common < len);
        }
        common == len
    }

    /// Up to where in the old text the bytes from `at` are those from `place` in the new one. It compares up to `end`, and
    /// returns more where more is known.
    pub(super) fn same_until(
        &mut self,
        old: &Checked<u8>,
        new: &Checked<u8>,
        at: usize,
        end: usize,
        place: usize,
    ) -> usize {
        let alignment = self.find(at, place).unwrap_or_else(|| self.start_at(at, place));
        self.extend(alignment, old, new, end);
        self.alignments[alignment % COUNT].end
    }

    fn start_at(&mut self, at: usize, place: usize) -> usize {
        let alignment = self.oldest;
        self.alignments[alignment % COUNT] =
            Alignment { shift: place.wrapping_sub(at), start: at, end: at, ends: false };
        self.oldest = alignment + 1;
        alignment
    }

    fn find(&self, at: usize, place: usize) -> Option<usize> {
        let shift = place.wrapping_sub(at);
        self.alignments
            .iter()
            .position(|alignment| alignment.shift == shift && (alignment.start..=alignment.end).contains(&at))
    }

    fn extend(&mut self, alignment: usize, old: &Checked<u8>, new: &Checked<u8>, end: usize) -> bool {
        let alignment = &mut self.alignments[alignment % COUNT];
        while alignment.end < end && !alignment.ends {
            // Twice as far each time, so that at most half of the work is beyond what anyone asks for.
            let step = (end - alignment.end).max(alignment.end - alignment.start).max(64);
            let (old, new) = (&old[alignment.end..], &new[alignment.end.wrapping_add(alignment.shift)..]);
            let old = &old[..step.min(old.len())];
            let common = common_prefix(old, new);
            self.compared += common + 1;
            alignment.end += common;
            alignment.ends = common < step;
        }
        alignment.end >= end
    }
}
