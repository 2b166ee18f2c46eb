//! A histogram as bytes, for a server to keep.
//!
//! One version byte, scale, zero count, sum, smallest, largest, offset, then the counts; integers in LEB128
//! (signed ones in zigzag), numbers as eight bytes, little end first. A latency histogram of a hundred
//! requests takes about a hundred bytes.
use super::histogram::{Histogram, Parts, PartsError};
use alloc::vec::Vec;

const VERSION: u8 = 1;

impl Histogram {
    /// The histogram as bytes; [`Histogram::from_bytes`] reads them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = self.parts();
        let mut out = Vec::with_capacity(40 + parts.counts.len());
        out.push(VERSION);
        out.push(parts.scale as u8);
        put(&mut out, parts.zero);
        for number in [parts.sum, parts.min, parts.max] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        put(&mut out, u64::from((parts.offset << 1 ^ parts.offset >> 31) as u32));
        put(&mut out, parts.counts.len() as u64);
        for count in parts.counts {
            put(&mut out, *count);
        }
        out
    }

    /// The histogram that [`Histogram::to_bytes`] wrote. Any other bytes are refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut rest = Reader { bytes };
        let version = rest.byte()?;
        if version != VERSION {
            return Err(ReadError::Version(version));
        }
        let scale = rest.byte()? as i8;
        let zero = rest.integer()?;
        let (sum, min, max) = (rest.number()?, rest.number()?, rest.number()?);
        let offset = u32::try_from(rest.integer()?).map_err(|_| ReadError::Parts(PartsError::Offset))?;
        let offset = (offset >> 1) as i32 ^ -((offset & 1) as i32);
        let length = rest.integer()?;
        if length > Self::MAX_BUCKETS as u64 {
            return Err(ReadError::Parts(PartsError::TooManyBuckets));
        }
        let counts = (0..length).map(|_| rest.integer()).collect::<Result<Vec<u64>, _>>()?;
        if !rest.bytes.is_empty() {
            return Err(ReadError::Trailing);
        }
        Self::from_parts(&Parts { scale, offset, counts: &counts, zero, sum, min, max })
            .map_err(ReadError::Parts)
    }
}

/// Why bytes are no histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// They begin with a version that this library does not know.
    Version(u8),
    /// They end too early, or hold an integer of more than 64 bits.
    Truncated,
    /// Bytes follow after the histogram.
    Trailing,
    /// They say what no histogram can be.
    Parts(PartsError),
}

impl core::fmt::Display for ReadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "unknown histogram version {version}: it was written by a newer Whippet")
            }
            Self::Truncated => {
                f.write_str("the bytes of a histogram end too early: they were cut or overwritten")
            }
            Self::Trailing => f.write_str("bytes follow after a histogram: they were joined or overwritten"),
            Self::Parts(error) => write!(f, "not a histogram: {error}"),
        }
    }
}

impl core::error::Error for ReadError {}

fn put(out: &mut Vec<u8>, mut integer: u64) {
    while integer >= 0x80 {
        out.push(integer as u8 | 0x80);
        integer >>= 7;
    }
    out.push(integer as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, ReadError> {
        let (first, rest) = self.bytes.split_first().ok_or(ReadError::Truncated)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn integer(&mut self) -> Result<u64, ReadError> {
        let mut integer = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let digits = u64::from(byte & 0x7f);
            if shift == 63 && digits > 1 {
                return Err(ReadError::Truncated);
            }
            integer |= digits << shift;
            if byte < 0x80 {
                return Ok(integer);
            }
        }
        Err(ReadError::Truncated)
    }

    fn number(&mut self) -> Result<f64, ReadError> {
        let (first, rest) = self.bytes.split_first_chunk::<8>().ok_or(ReadError::Truncated)?;
        self.bytes = rest;
        Ok(f64::from_le_bytes(*first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(values in prop::collection::vec(0.0..1e6f64, 0..200)) {
            let mut histogram = Histogram::new();
            for value in values {
                histogram.record(value);
            }
            prop_assert_eq!(Histogram::from_bytes(&histogram.to_bytes()), Ok(histogram));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Histogram::from_bytes(&bytes);
        }

        #[test]
        fn damaged_bytes_are_read_or_refused(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut histogram = Histogram::new();
            histogram.record_many(12.0, 1000);
            histogram.record(900.0);
            let mut bytes = histogram.to_bytes();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            let _ = Histogram::from_bytes(&bytes);
            prop_assert_eq!(Histogram::from_bytes(&bytes[..place]), Err(ReadError::Truncated));
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let mut bytes = Histogram::new().to_bytes();
        bytes.push(0);
        assert_eq!(Histogram::from_bytes(&bytes), Err(ReadError::Trailing));
        bytes[0] = 9;
        assert_eq!(Histogram::from_bytes(&bytes), Err(ReadError::Version(9)));
    }
}
