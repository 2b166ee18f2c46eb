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

    /// Adds the values of the histogram that the bytes hold, as reading and then merging it does, but without making one where its
    /// buckets are among those that are there: for whoever adds up many. Where the bytes are refused, nothing is added.
    pub fn merge_bytes(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let mut rest = Reader { bytes };
        let head = Head::read::<CAP>(&mut rest)?;
        let place = i64::from(head.offset) - i64::from(self.buckets.offset);
        let own = self.buckets.counts.len() as i64;
        if head.scale != self.buckets.scale || place < 0 || place + head.length as i64 > own {
            let other = Self::from_bytes(bytes)?;
            self.check_sum(other.count)?;
            self.merge(&other);
            return Ok(());
        }
        let counts = &mut self.buckets.counts[place as usize..][..head.length];
        let (mut added, begin) = rest.add_short_counts(&head, counts);
        added.count = added.count.and_then(|sum| sum.checked_add(head.zero));
        let read = rest.counts(&head, begin, |place, count| {
            counts[place] = counts[place].wrapping_add(count);
            added.count = added.count.and_then(|sum| sum.checked_add(count));
            added.first.get_or_insert(place);
            added.last = place;
        });
        let checked = read.and_then(|()| {
            let count = added.count.ok_or(ReadError::Parts(PartsError::Overflow))?;
            self.check_sum(count)?;
            let range = added.first.map(|first| (first, added.last));
            let Head { scale, zero, offset, sum, min, max, .. } = head;
            Self::check_bounds((scale, offset), (range, zero, count), (sum, min, max))
                .map_err(ReadError::Parts)?;
            Ok(count)
        });
        match checked {
            Ok(0) => Ok(()),
            Ok(count) => {
                self.zero += head.zero;
                self.count += count;
                self.sum += head.sum;
                self.min = self.min.min(head.min);
                self.max = self.max.max(head.max);
                Ok(())
            }
            Err(error) => {
                // What was added before the fault was found is taken off again.
                let mut rest = Reader { bytes };
                let counts = &mut self.buckets.counts[place as usize..][..head.length];
                if let Ok(head) = Head::read::<CAP>(&mut rest) {
                    let _ = rest
                        .counts(&head, 0, |place, count| counts[place] = counts[place].wrapping_sub(count));
                }
                Err(error)
            }
        }
    }

    fn check_sum(&self, more: u64) -> Result<(), ReadError> {
        match self.count.checked_add(more) {
            Some(sum) if sum < MOST => Ok(()),
            _ => Err(ReadError::Parts(PartsError::Overflow)),
        }
    }

    fn fill(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let mut rest = Reader { bytes };
        let head = Head::read::<CAP>(&mut rest)?;
        let Head { scale, zero, sum, min, max, offset, length, .. } = head;
        let mut counts = core::mem::take(&mut self.buckets.counts);
        counts.resize(length, 0);
        rest.counts(&head, 0, |place, count| counts[place] = count)?;
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

/// What stands before the counts.
struct Head {
    version: u8,
    scale: i8,
    zero: u64,
    sum: f64,
    min: f64,
    max: f64,
    offset: i32,
    length: usize,
}

/// What was added of counts.
struct Added {
    /// How many values; `None` for more than can be counted.
    count: Option<u64>,
    /// The places of the first and the last bucket that is not empty.
    first: Option<usize>,
    last: usize,
}

/// No histogram grows to as many values by merging bytes: what somebody claims must not make counts overflow.
const MOST: u64 = 1 << 62;

const TOO_MANY: ReadError = ReadError::Parts(PartsError::TooManyBuckets);

impl Head {
    fn read<const CAP: usize>(rest: &mut Reader<'_>) -> Result<Self, ReadError> {
        let version = rest.byte()?;
        if version != VERSION && version != VERSION_1 {
            return Err(ReadError::Version(version));
        }
        let scale = rest.byte()? as i8;
        let zero = rest.integer()?;
        let (sum, min, max) = (rest.number()?, rest.number()?, rest.number()?);
        let offset = u32::try_from(rest.integer()?).map_err(|_| ReadError::Parts(PartsError::Offset))?;
        let offset = (offset >> 1) as i32 ^ -((offset & 1) as i32);
        let length = usize::try_from(rest.integer()?).map_err(|_| TOO_MANY)?;
        if length > CAP {
            return Err(TOO_MANY);
        }
        Ok(Self { version, scale, zero, sum, min, max, offset, length })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    /// Adds counts and passes over runs, as long as each takes one byte, and returns at which place it ended. Whether a count or a run
    /// comes next is anybody's guess, so no branch depends on it: with branches this took a third of a report.
    fn add_short_counts(&mut self, head: &Head, counts: &mut [u64]) -> (Added, usize) {
        let mut added = Added { count: Some(0), first: None, last: 0 };
        let mut place = 0;
        // A histogram begins with a count. In version 1 an empty bucket is one byte.
        if head.version != VERSION || self.bytes.first() == Some(&0) {
            return (added, place);
        }
        let mut sum = 0;
        while let ([count, length, ..], Some(held)) = (self.bytes, counts.get_mut(place)) {
            let is_run = *count == 0;
            let step = if is_run { *length } else { 1 };
            // A run of 0 is none: it is refused later.
            let is_short = *count < 0x80 && step.wrapping_sub(1) < 0x7f;
            if !is_short || place + usize::from(step) > head.length {
                break;
            }
            *held = held.wrapping_add(u64::from(*count));
            sum += u64::from(*count);
            added.last = if is_run { added.last } else { place };
            place += usize::from(step);
            self.bytes = &self.bytes[1 + usize::from(is_run)..];
        }
        if place > 0 {
            (added.count, added.first) = (Some(sum), Some(0));
        }
        (added, place)
    }

    /// Hands the counts from `place` on that are not 0 to `each`, with their places. Nothing may follow.
    fn counts(
        &mut self,
        head: &Head,
        mut place: usize,
        mut each: impl FnMut(usize, u64),
    ) -> Result<(), ReadError> {
        while place < head.length {
            let count = self.integer()?;
            if count > 0 {
                each(place, count);
                place += 1;
                continue;
            }
            let run = match head.version {
                VERSION_1 => 1,
                _ => usize::try_from(self.integer()?).map_err(|_| TOO_MANY)?,
            };
            place = place.saturating_add(run);
            if run == 0 || place > head.length {
                return Err(TOO_MANY);
            }
        }
        if self.bytes.is_empty() { Ok(()) } else { Err(ReadError::Trailing) }
    }

    fn byte(&mut self) -> Result<u8, ReadError> {
        let (first, rest) = self.bytes.split_first().ok_or(ReadError::Truncated)?;
        self.bytes = rest;
        Ok(*first)
    }

    /// Most take one byte.
    #[inline]
    fn integer(&mut self) -> Result<u64, ReadError> {
        match self.bytes.split_first() {
            Some((first, rest)) if *first < 0x80 => {
                self.bytes = rest;
                Ok(u64::from(*first))
            }
            _ => self.long_integer(),
        }
    }

    fn long_integer(&mut self) -> Result<u64, ReadError> {
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
        fn merging_bytes_is_reading_and_merging(
            all in prop::collection::vec(prop::collection::vec(0.0..1e6f64, 0..50), 1..6),
            damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let (mut merged, mut expected) = (StoredHistogram::new(), StoredHistogram::new());
            for values in all.iter().chain(&all) {
                let mut histogram = StoredHistogram::new();
                for value in values {
                    histogram.record(*value);
                }
                let mut bytes = histogram.to_bytes();
                if let Some((place, byte)) = damage.filter(|_| !values.is_empty()) {
                    let place = place.index(bytes.len());
                    bytes[place] = byte;
                }
                match StoredHistogram::from_bytes(&bytes) {
                    Ok(read) if read.count() < 1 << 60 => {
                        expected.merge(&read);
                        prop_assert_eq!(merged.merge_bytes(&bytes), Ok(()));
                    }
                    Ok(_) => continue,
                    Err(error) => prop_assert_eq!(merged.merge_bytes(&bytes), Err(error)),
                }
                prop_assert_eq!(&merged, &expected);
            }
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
