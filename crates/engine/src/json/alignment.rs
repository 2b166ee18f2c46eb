//! Which ranges of two texts are known to be the same, and where they are in each.
use super::compare::common_prefix;

/// A range of the old text that occurs in the new one.
#[derive(Clone, Copy, Default)]
struct Alignment {
    /// Its place in the new text minus its place in the old one.
    shift: i64,
    start: usize,
    /// The end of what is known to be the same, in the old text.
    end: usize,
    /// Whether the byte at `end` differs.
    ends: bool,
}

/// The most recent alignments of two texts. They spare comparing the same bytes again, and nothing is compared far ahead
/// of what is asked for.
#[derive(Default)]
pub(super) struct Alignments {
    alignments: [Alignment; 4],
    oldest: usize,
    /// How many bytes were compared.
    pub(super) compared: u64,
}

impl Alignments {
    /// Begins with two texts of which the first `common` bytes are the same, and the next one is not.
    pub(super) fn begin(&mut self, common: usize) {
        *self = Self::default();
        for alignment in &mut self.alignments {
            // No two places have this shift.
            *alignment = Alignment { shift: i64::MAX, ..Alignment::default() };
        }
        self.alignments[0] = Alignment { shift: 0, start: 0, end: common, ends: true };
        self.oldest = 1;
    }

    /// Whether the `len` bytes at `at` in the old text are those at `place` in the new one.
    pub(super) fn is_same(&mut self, old: &[u8], new: &[u8], at: usize, len: usize, place: usize) -> bool {
        if new.len() < place + len {
            return false;
        }
        if let Some(alignment) = self.find(at, place) {
            return self.extend(alignment, old, new, at + len);
        }
        let common = common_prefix(&old[at..at + len], &new[place..place + len]);
        self.compared += common as u64 + 1;
        // A short common prefix is not worth the alignment that it would replace.
        if common == len || common > 64 {
            let alignment = self.start_at(at, place);
            self.alignments[alignment].end = at + common;
            self.alignments[alignment].ends = common < len;
        }
        common == len
    }

    /// Up to where in the old text the bytes from `at` are those from `place` in the new one. It compares up to `end`, and
    /// returns more where more is known.
    pub(super) fn same_until(
        &mut self,
        old: &[u8],
        new: &[u8],
        at: usize,
        end: usize,
        place: usize,
    ) -> usize {
        let alignment = self.find(at, place).unwrap_or_else(|| self.start_at(at, place));
        self.extend(alignment, old, new, end);
        self.alignments[alignment].end
    }

    fn start_at(&mut self, at: usize, place: usize) -> usize {
        let alignment = self.oldest;
        self.alignments[alignment] =
            Alignment { shift: place as i64 - at as i64, start: at, end: at, ends: false };
        self.oldest = (alignment + 1) % self.alignments.len();
        alignment
    }

    fn find(&self, at: usize, place: usize) -> Option<usize> {
        let shift = place as i64 - at as i64;
        self.alignments
            .iter()
            .position(|alignment| alignment.shift == shift && (alignment.start..=alignment.end).contains(&at))
    }

    fn extend(&mut self, alignment: usize, old: &[u8], new: &[u8], end: usize) -> bool {
        let alignment = &mut self.alignments[alignment];
        while alignment.end < end && !alignment.ends {
            // Twice as far each time, so that at most half of the work is beyond what anyone asks for.
            let step = (end - alignment.end).max(alignment.end - alignment.start).max(64);
            let (old, new) =
                (&old[alignment.end..], &new[(alignment.end as i64 + alignment.shift) as usize..]);
            let old = &old[..step.min(old.len())];
            let common = common_prefix(old, new);
            self.compared += common as u64 + 1;
            alignment.end += common;
            alignment.ends = common < step;
        }
        alignment.end >= end
    }
}
