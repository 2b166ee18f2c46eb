//! Comparing bytes, with SIMD where there is some.
use super::checked::{Checked, some};

/// How many bytes `a` and `b` have in common from their start.
pub fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let len = a.len().min(b.len());
    let (a, b) = (&Checked::of(a)[..len], &Checked::of(b)[..len]);
    let start = blocks(a, b);
    start + Checked::of(a)[start..].iter().zip(&Checked::of(b)[start..]).take_while(|(a, b)| a == b).count()
}

/// A lower bound of the common prefix: the exact length for slices of whole blocks. Both slices have the same length.
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

/// Eight bytes from `at`.
#[inline]
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(*some(Checked::of(bytes)[at..].first_chunk()))
}

/// Whether two short slices are equal. It compares words, of which the last may overlap the one before.
#[inline(never)]
pub(super) fn equal(a: &[u8], b: &[u8]) -> bool {
    let len = a.len();
    if len != b.len() {
        return false;
    }
    let half =
        |bytes, at: usize| Checked::of(bytes)[at..].first_chunk().map(|half| u32::from_le_bytes(*half));
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
