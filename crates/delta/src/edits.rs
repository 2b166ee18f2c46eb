//! A delta as edits: what to copy from the previous body, and what to insert. Written by the server, read by
//! `whippet/json/delta` in browsers without compression dictionaries.
//!
//! ```text
//! delta  = length edit*                      the length of the new body
//! edit   = count·2 byte{count}               insert these bytes
//!        | count·2+1 shift                   copy as many, beginning `shift` bytes after the last copy's end
//! ```
//!
//! Numbers are LEB128; `shift` is signed, in zigzag. Edits make exactly `length` bytes, and none is empty.
use crate::bodies::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// The window whose equality begins a copy.
const BLOCK: usize = 32;
/// The factor of the rolling hash.
const FACTOR: u32 = 0x01cc_9e2d;
/// Numbers of more bytes than five would not fit into 32 bits.
const MAX_SHIFT: u32 = 28;

/// Why a delta cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EditError {
    /// It ends within an edit.
    Truncated,
    /// A number does not fit into 32 bits.
    Number,
    /// The new body would be longer than is allowed.
    TooLong,
    /// A copy lies outside of the previous body.
    Outside,
    /// The edits make more or fewer bytes than the delta says, or one of them is empty.
    Length,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the delta ends within an edit",
            Self::Number => "a number of the delta has more than 32 bits",
            Self::TooLong => "the delta makes a longer body than is allowed",
            Self::Outside => "the delta copies from outside of the previous body",
            Self::Length => "the delta makes a body of another length than it says",
        })
    }
}

impl std::error::Error for EditError {}

/// How a body is named in `Available-Dictionary` and `Whippet-Have`.
pub fn name(body: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(digest(body)))
}

/// The delta from `old` to `new`. Takes time in the order of their lengths. Bodies have less than 2 GiB.
pub fn write(old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Writer { bytes: Vec::new(), end: 0 };
    number(&mut out.bytes, new.len() as u32);
    let prefix = common(old, new);
    let (tail_old, tail_new) = (&old[prefix..], &new[prefix..]);
    let suffix = tail_old.iter().rev().zip(tail_new.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = new.len() - suffix;
    out.copy(0, prefix);
    between(&mut out, old, new, prefix, end);
    out.copy(old.len() - suffix, suffix);
    out.bytes
}

/// Writes the edits of `new[begin..end]`.
fn between(out: &mut Writer, old: &[u8], new: &[u8], begin: usize, end: usize) {
    // What is inserted begins here.
    let mut pending = begin;
    if end - begin >= BLOCK {
        let blocks = Blocks::of(old);
        let mut at = begin;
        let mut hash = hash_of(&new[at..at + BLOCK]);
        let leaving = (0..BLOCK).fold(1u32, |power, _| power.wrapping_mul(FACTOR));
        loop {
            if let Some(found) = blocks.find(hash, old, &new[at..at + BLOCK]) {
                // Backwards too, over bytes that would be inserted.
                let back = new[pending..at]
                    .iter()
                    .rev()
                    .zip(old[..found].iter().rev())
                    .take_while(|(a, b)| a == b)
                    .count();
                let length = BLOCK + common(&old[found + BLOCK..], &new[at + BLOCK..end]);
                out.insert(&new[pending..at - back]);
                out.copy(found - back, back + length);
                at += length;
                pending = at;
                if at + BLOCK > end {
                    break;
                }
                hash = hash_of(&new[at..at + BLOCK]);
                continue;
            }
            if at + BLOCK >= end {
                break;
            }
            hash = hash
                .wrapping_mul(FACTOR)
                .wrapping_add(u32::from(new[at + BLOCK]) + 1)
                .wrapping_sub(leaving.wrapping_mul(u32::from(new[at]) + 1));
            at += 1;
        }
    }
    out.insert(&new[pending..end]);
}

/// Where blocks of the old body are, by their hash. Of blocks that share a place in the table the first counts, so a search
/// compares once.
struct Blocks {
    /// The number of the block and 1, or 0.
    table: Vec<u32>,
    bits: u32,
}

impl Blocks {
    fn of(old: &[u8]) -> Self {
        let count = old.len() / BLOCK;
        let bits = (usize::BITS - count.leading_zeros() + 1).clamp(4, 20);
        let mut blocks = Self { table: vec![0; 1 << bits], bits };
        for (number, block) in old.as_chunks::<BLOCK>().0.iter().enumerate() {
            let place = blocks.place(hash_of(block));
            if blocks.table[place] == 0 {
                blocks.table[place] = number as u32 + 1;
            }
        }
        blocks
    }

    fn place(&self, hash: u32) -> usize {
        (hash.wrapping_mul(0x9e37_79b1) >> (32 - self.bits)) as usize
    }

    fn find(&self, hash: u32, old: &[u8], block: &[u8]) -> Option<usize> {
        let number = self.table[self.place(hash)].checked_sub(1)?;
        let at = number as usize * BLOCK;
        (old[at..at + BLOCK] == *block).then_some(at)
    }
}

fn hash_of(block: &[u8]) -> u32 {
    block.iter().fold(0u32, |hash, byte| hash.wrapping_mul(FACTOR).wrapping_add(u32::from(*byte) + 1))
}

/// How many bytes `a` and `b` begin with alike.
fn common(a: &[u8], b: &[u8]) -> usize {
    const WIDE: usize = 64;
    let wide = a.chunks_exact(WIDE).zip(b.chunks_exact(WIDE)).take_while(|(a, b)| a == b).count() * WIDE;
    wide + a[wide..].iter().zip(&b[wide..]).take_while(|(a, b)| a == b).count()
}

struct Writer {
    bytes: Vec<u8>,
    /// Where the last copy ended in the old body.
    end: usize,
}

impl Writer {
    fn insert(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            number(&mut self.bytes, (bytes.len() as u32) << 1);
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn copy(&mut self, from: usize, count: usize) {
        if count > 0 {
            number(&mut self.bytes, (count as u32) << 1 | 1);
            let shift = (from as i64 - self.end as i64) as i32;
            number(&mut self.bytes, (shift << 1 ^ shift >> 31) as u32);
            self.end = from + count;
        }
    }
}

fn number(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The new body that `delta` makes of `old`, which may have `limit` bytes.
pub fn apply(old: &[u8], delta: &[u8], limit: usize) -> Result<Vec<u8>, EditError> {
    let mut rest = delta;
    let length = read(&mut rest)? as usize;
    if length > limit {
        return Err(EditError::TooLong);
    }
    let mut out = Vec::with_capacity(length);
    let mut end: i64 = 0;
    while !rest.is_empty() {
        let word = read(&mut rest)?;
        let count = (word >> 1) as usize;
        if count == 0 || count > length - out.len() {
            return Err(EditError::Length);
        }
        if word & 1 == 0 {
            let (bytes, after) = rest.split_at_checked(count).ok_or(EditError::Truncated)?;
            out.extend_from_slice(bytes);
            rest = after;
        } else {
            let shift = read(&mut rest)?;
            let from = end + i64::from((shift >> 1) as i32 ^ -((shift & 1) as i32));
            end = from + count as i64;
            let begin = usize::try_from(from).map_err(|_| EditError::Outside)?;
            out.extend_from_slice(old.get(begin..begin + count).ok_or(EditError::Outside)?);
        }
    }
    if out.len() == length { Ok(out) } else { Err(EditError::Length) }
}

fn read(rest: &mut &[u8]) -> Result<u32, EditError> {
    let mut value = 0;
    for shift in (0..=MAX_SHIFT).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(EditError::Truncated)?;
        *rest = after;
        if shift == MAX_SHIFT && byte > 0x0f {
            return Err(EditError::Number);
        }
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(EditError::Number)
}
