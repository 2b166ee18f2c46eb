//! Where two bodies part.

const WORD: usize = 8;

/// How many bytes `a` and `b` have in common from their start: a word at a time, then byte by byte.
pub fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let words = a.chunks_exact(WORD).zip(b.chunks_exact(WORD)).take_while(|(a, b)| a == b).count();
    let start = words * WORD;
    let rest = a.iter().skip(start).zip(b.iter().skip(start)).take_while(|(a, b)| a == b).count();
    start + rest
}
