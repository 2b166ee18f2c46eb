//! Where two texts part, and what is known of how they lie beside each other.

/// How many bytes `a` and `b` have in common from their start.
pub fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let len = a.len().min(b.len());
    let (a, b) = (&a[..len], &b[..len]);
    let start = blocks(a, b);
    start + a[start..].iter().zip(&b[start..]).take_while(|(a, b)| a == b).count()
}

/// So many bytes, in whole blocks, are the same for certain.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[expect(unsafe_code, reason = "vectors are loaded from pointers")]
fn blocks(a: &[u8], b: &[u8]) -> usize {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_ne, v128, v128_any_true, v128_load, v128_or};
    const STEP: usize = 64;
    let (mut at, len) = (0, a.len());
    // SAFETY: every load ends before `len`, which is the length of both.
    unsafe {
        let differ = |at: usize| {
            let (a, b) = (a.as_ptr().add(at).cast::<v128>(), b.as_ptr().add(at).cast::<v128>());
            u8x16_ne(v128_load(a), v128_load(b))
        };
        // Most comparisons end in their first bytes.
        if len >= 16 && !v128_any_true(differ(0)) {
            while at + STEP <= len {
                let first = v128_or(differ(at), differ(at + 16));
                let second = v128_or(differ(at + 32), differ(at + 48));
                if v128_any_true(v128_or(first, second)) {
                    break;
                }
                at += STEP;
            }
        }
        while at + 16 <= len {
            let (a, b) = (a.as_ptr().add(at).cast::<v128>(), b.as_ptr().add(at).cast::<v128>());
            let same = u8x16_bitmask(u8x16_eq(v128_load(a), v128_load(b)));
            if same != u16::MAX {
                return at + same.trailing_ones() as usize;
            }
            at += 16;
        }
    }
    at
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn blocks(a: &[u8], b: &[u8]) -> usize {
    const WORD: usize = 8;
    a.chunks_exact(WORD).zip(b.chunks_exact(WORD)).take_while(|(a, b)| a == b).count() * WORD
}

/// Whether two short stretches of the same length are the same: a few words, the last of which may overlap.
#[inline]
pub(super) fn equal(a: &[u8], b: &[u8]) -> bool {
    let len = a.len();
    if len != b.len() {
        return false;
    }
    let word = |bytes: &[u8], at: usize| bytes[at..].first_chunk().map(|word| u64::from_le_bytes(*word));
    let half = |bytes: &[u8], at: usize| bytes[at..].first_chunk().map(|half| u32::from_le_bytes(*half));
    if len >= 8 {
        let mut at = 0;
        while at + 8 < len {
            if word(a, at) != word(b, at) {
                return false;
            }
            at += 8;
        }
        word(a, len - 8) == word(b, len - 8)
    } else if len >= 4 {
        half(a, 0) == half(b, 0) && half(a, len - 4) == half(b, len - 4)
    } else {
        a.iter().zip(b).all(|(a, b)| a == b)
    }
}

/// A stretch of the old text that is found again in the new one.
#[derive(Clone, Copy, Default)]
struct Run {
    /// Its place in the new text less that in the old.
    shift: i64,
    start: usize,
    /// So far it is known to go, in the old text.
    end: usize,
    /// Whether it goes no further.
    ends: bool,
}

/// How two texts lie beside each other, as far as anyone asked. What was compared once is not compared again,
/// and nothing is compared far ahead of what is asked for.
#[derive(Default)]
pub(super) struct Runs {
    runs: [Run; 4],
    oldest: usize,
    /// Bytes that were compared.
    pub(super) compared: u64,
}

impl Runs {
    /// The texts are the same in their first `common` bytes, and no further.
    pub(super) fn begin(&mut self, common: usize) {
        *self = Self::default();
        for run in &mut self.runs {
            // An alignment that nothing has.
            *run = Run { shift: i64::MAX, ..Run::default() };
        }
        self.runs[0] = Run { shift: 0, start: 0, end: common, ends: true };
        self.oldest = 1;
    }

    /// Whether the `len` bytes at `at` in the old text are at `place` in the new one.
    pub(super) fn same(&mut self, old: &[u8], new: &[u8], at: usize, len: usize, place: usize) -> bool {
        if new.len() < place + len {
            return false;
        }
        if let Some(run) = self.find(at, place) {
            return self.reach(run, old, new, at + len);
        }
        let common = common_prefix(&old[at..at + len], &new[place..place + len]);
        self.compared += common as u64 + 1;
        // A short look that failed is not worth what another alignment knows.
        if common == len || common > 64 {
            let run = self.begins(at, place);
            self.runs[run].end = at + common;
            self.runs[run].ends = common < len;
        }
        common == len
    }

    /// To where in the old text all is known to be the same, from `at` there and `place` in the new one on; as far
    /// as `end` it is looked for.
    pub(super) fn on(&mut self, old: &[u8], new: &[u8], at: usize, end: usize, place: usize) -> usize {
        let run = self.find(at, place).unwrap_or_else(|| self.begins(at, place));
        self.reach(run, old, new, end);
        self.runs[run].end
    }

    fn begins(&mut self, at: usize, place: usize) -> usize {
        let run = self.oldest;
        self.runs[run] = Run { shift: place as i64 - at as i64, start: at, end: at, ends: false };
        self.oldest = (run + 1) % self.runs.len();
        run
    }

    fn find(&self, at: usize, place: usize) -> Option<usize> {
        let shift = place as i64 - at as i64;
        self.runs.iter().position(|run| run.shift == shift && (run.start..=run.end).contains(&at))
    }

    fn reach(&mut self, run: usize, old: &[u8], new: &[u8], end: usize) -> bool {
        let run = &mut self.runs[run];
        while run.end < end && !run.ends {
            // Twice as far each time: what is compared in vain is no more than what was not.
            let step = (end - run.end).max(run.end - run.start).max(64);
            let (old, new) = (&old[run.end..], &new[(run.end as i64 + run.shift) as usize..]);
            let old = &old[..step.min(old.len())];
            let common = common_prefix(old, new);
            self.compared += common as u64 + 1;
            run.end += common;
            run.ends = common < step;
        }
        run.end >= end
    }
}
