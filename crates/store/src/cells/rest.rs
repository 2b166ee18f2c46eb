//! Walks through the bytes of cells without making values of them.
use serde::de::DeserializeOwned;

use super::codec;
use super::vitals::Vitals;

/// What is left of bytes.
pub struct Rest<'b>(pub &'b [u8]);

impl<'b> Rest<'b> {
    /// The next value.
    pub fn next<T: DeserializeOwned>(&mut self) -> Option<T> {
        let (value, rest) = postcard::take_from_bytes(self.0).ok()?;
        self.0 = rest;
        Some(value)
    }

    /// The bytes of the next histogram.
    pub fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.next::<u64>()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// Passes over vitals, and says whether they are whole.
    pub fn pass_vitals(&mut self) -> Option<()> {
        // Page views, then by metric how many were good, in between and poor, and the values.
        self.next::<u64>()?;
        for _ in 0..self.next::<u64>()? {
            self.next::<(u8, [u64; 3])>()?;
            self.bytes()?;
        }
        Some(())
    }

    /// Adds vitals, which were passed before and are whole. A metric whose values cannot be read is left out.
    pub fn add_vitals(&mut self, sum: &mut Vitals) -> Option<()> {
        sum.views = sum.views.saturating_add(self.next()?);
        for _ in 0..self.next::<u64>()? {
            let (metric, ratings) = self.next::<(u8, [u64; 3])>()?;
            let values = sum.metrics.entry(metric).or_default();
            if values.histogram.merge_bytes(self.bytes()?).is_err() {
                codec::warn();
                continue;
            }
            for (count, more) in values.ratings.iter_mut().zip(ratings) {
                *count = count.saturating_add(more);
            }
        }
        Some(())
    }
}

/// Adds the vitals that the bytes of a cell hold, and returns whether they do. Others are left out as a whole.
pub fn add_vitals(sum: &mut Vitals, bytes: &[u8]) -> bool {
    let whole = codec::versioned(bytes).filter(|rest| {
        let mut rest = Rest(rest);
        rest.pass_vitals().is_some() && rest.0.is_empty()
    });
    match whole {
        Some(rest) => Rest(rest).add_vitals(sum).is_some(),
        None => {
            codec::warn();
            false
        }
    }
}
