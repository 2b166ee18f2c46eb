//! A histogram as bytes, for a server to keep.
//!
//! One version byte, the scale, the zero count, the sum, the smallest and the largest value, the offset, the number of
//! buckets, then their counts. Integers are LEB128 (signed ones zigzag), `f64`s are eight bytes, little-endian. A run of
//! empty buckets is a 0 and the length of the run; in version 1 each of them was a 0. A latency histogram of a hundred
//! requests takes about a hundred bytes.
use super::buckets::Buckets;
use super::histogram::ExponentialHistogram;
use super::parts::{Parts, PartsError};
use alloc::vec::Vec;

const VERSION: u8 = 2;

/// Without runs. It is still read.
const VERSION_1: u8 = 1;

impl<const CAP: usize> ExponentialHistogram<CAP> {
    /// The histogram as bytes. [`from_bytes`](Self::from_bytes) reads them.
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
        let mut empty = 0;
        for count in parts.counts {
            if *count == 0 {
                empty += 1;
                continue;
            }
            if empty > 0 {
                put(&mut out, 0);
                put(&mut out, empty);
                empty = 0;
            }
            put(&mut out, *count);
        }
        // The last bucket of a histogram is never empty, so no run is left.
        out
    }

    /// The histogram that [`to_bytes`](Self::to_bytes) wrote. It refuses any other bytes, and histograms with more than
    /// `CAP` buckets.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut histogram = Self::new();
        histogram.read_bytes(bytes)?;
        Ok(histogram)
    }

    /// The same in place of what this histogram held, whose memory it keeps: for whoever reads many of them to merge them. Where
    /// the bytes are refused, the histogram is empty.
    pub fn read_bytes(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        self.clear();
        let outcome = self.fill(bytes);
        if outcome.is_err() {
            self.clear();
        }
        outcome
    }

    fn fill(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let mut rest = Reader { bytes };
        let version = rest.byte()?;
        if version != VERSION && version != VERSION_1 {
            return Err(ReadError::Version(version));
        }
        let scale = rest.byte()? as i8;
        let zero = rest.integer()?;
        let (sum, min, max) = (rest.number()?, rest.number()?, rest.number()?);
        let offset = u32::try_from(rest.integer()?).map_err(|_| ReadError::Parts(PartsError::Offset))?;
        let offset = (offset >> 1) as i32 ^ -((offset & 1) as i32);
        const TOO_MANY: ReadError = ReadError::Parts(PartsError::TooManyBuckets);
        let length = usize::try_from(rest.integer()?).map_err(|_| TOO_MANY)?;
        if length > CAP {
            return Err(TOO_MANY);
        }
        let mut counts = core::mem::take(&mut self.buckets.counts);
        counts.reserve(length);
        while counts.len() < length {
            let count = rest.integer()?;
            let mut end = counts.len() + 1;
            if count == 0 && version != VERSION_1 {
                let run = usize::try_from(rest.integer()?).map_err(|_| TOO_MANY)?;
                if run > length - counts.len() {
                    return Err(TOO_MANY);
                }
                end = counts.len() + run;
            }
            counts.resize(end, count);
        }
        if !rest.bytes.is_empty() {
            return Err(ReadError::Trailing);
        }
        let parts = Parts { scale, offset, counts: &counts, zero, sum, min, max };
        let Some(filled) = Self::check(&parts).map_err(ReadError::Parts)? else { return Ok(()) };
        match filled.range {
            None => counts.clear(),
            Some((first, last)) => {
                counts.truncate(last + 1);
                counts.drain(..first);
            }
        }
        self.buckets = Buckets { scale, offset: filled.offset, counts };
        (self.zero, self.count, self.sum, self.min, self.max) = (zero, filled.count, sum, min, max);
        Ok(())
    }
}

/// Why bytes are not those of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// They begin with a version that this library does not know.
    Version(u8),
    /// They end too early, or hold an integer of more than 64 bits.
    Truncated,
    /// Bytes follow after the histogram.
    Trailing,
    /// What they hold does not fit together.
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

impl core::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Parts(error) => Some(error),
            Self::Version(_) | Self::Truncated | Self::Trailing => None,
        }
    }
}

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
    use super::super::histogram::{Histogram, StoredHistogram};
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    proptest! {
        #[test]
        fn reading_gives_what_was_written(values in prop::collection::vec(0.0..1e6f64, 0..200)) {
            let mut histogram = StoredHistogram::new();
            for value in values {
                histogram.record(value);
            }
            let bytes = histogram.to_bytes();
            prop_assert_eq!(StoredHistogram::from_bytes(&bytes), Ok(histogram.clone()));
            // Nothing is left of what a histogram held before, whether or not the bytes are read.
            let mut used = StoredHistogram::new();
            used.record_many(3.0, 7);
            prop_assert_eq!(used.read_bytes(&bytes), Ok(()));
            prop_assert_eq!(&used, &histogram);
            prop_assert!(used.read_bytes(&bytes[1..]).is_err());
            prop_assert_eq!(used, StoredHistogram::new());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = StoredHistogram::from_bytes(&bytes);
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

    /// 1, 5 and 5, as the first version wrote them: scale 5, no zeros, sum, smallest, largest, offset -1, then the counts.
    fn version_1() -> Vec<u8> {
        let mut bytes = Vec::from([1, 5, 0]);
        for number in [11.0, 1.0, 5.0f64] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&[1, 76, 1]);
        bytes.extend_from_slice(&[0; 74]);
        bytes.push(2);
        bytes
    }

    #[test]
    fn the_first_version_is_still_read_and_the_second_shortens_runs_of_empty_buckets() {
        let mut histogram = StoredHistogram::new();
        histogram.record(1.0);
        histogram.record_many(5.0, 2);
        assert_eq!(StoredHistogram::from_bytes(&version_1()), Ok(histogram.clone()));
        assert_eq!((version_1().len(), histogram.to_bytes().len()), (105, 33));
    }

    #[test]
    fn a_run_that_is_longer_than_the_histogram_is_refused() {
        let mut histogram = StoredHistogram::new();
        histogram.record(1.0);
        histogram.record(5.0);
        let mut bytes = histogram.to_bytes();
        let run = bytes.len() - 2;
        for length in [76, 127] {
            bytes[run] = length;
            assert_eq!(
                StoredHistogram::from_bytes(&bytes),
                Err(ReadError::Parts(PartsError::TooManyBuckets))
            );
        }
    }

    #[test]
    fn a_histogram_with_more_buckets_than_it_may_have_is_refused() {
        let mut wide = StoredHistogram::new();
        wide.record(0.01);
        wide.record(1000.0);
        let error = Histogram::from_bytes(&wide.to_bytes()).unwrap_err();
        assert_eq!(error, ReadError::Parts(PartsError::TooManyBuckets));
        assert_eq!(
            core::error::Error::source(&error).unwrap().to_string(),
            PartsError::TooManyBuckets.to_string()
        );
    }

    #[test]
    fn errors_name_the_cause() {
        let mut bytes = Histogram::new().to_bytes();
        bytes.push(0);
        assert_eq!(Histogram::from_bytes(&bytes), Err(ReadError::Trailing));
        bytes[0] = 9;
        assert_eq!(Histogram::from_bytes(&bytes), Err(ReadError::Version(9)));
    }
}
