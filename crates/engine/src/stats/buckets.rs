//! The counts of consecutive buckets. The run of buckets grows as values come; where it would be too long, its scale goes down.
use super::scale;
use alloc::vec::Vec;

/// A bucket that is not empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The exclusive lower bound.
    pub lower: f64,
    /// The inclusive upper bound.
    pub upper: f64,
    /// How many values are above `lower` and at most `upper`.
    pub count: u64,
}

/// Consecutive buckets at one scale. There are at most `CAP` of them: `make_room` lowers the scale before there are more.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Buckets<const CAP: usize> {
    pub(super) scale: i8,
    /// The index of the first bucket. It means nothing while there are no buckets.
    pub(super) offset: i32,
    /// Neither the first nor the last is ever empty.
    pub(super) counts: Vec<u64>,
}

impl<const CAP: usize> Buckets<CAP> {
    pub(super) const fn new() -> Self {
        Self { scale: scale::MAX_SCALE, offset: 0, counts: Vec::new() }
    }

    /// Adds `count` to the bucket that has `index` at the finest scale.
    pub(super) fn add(&mut self, index: i32, count: u64) {
        self.make_room(scale::MAX_SCALE, index, index);
        let place = (index >> (scale::MAX_SCALE - self.scale)) - self.offset;
        self.counts[place as usize] += count;
    }

    /// Adds every count of `other`. The coarser of the two scales is that of the outcome, or a coarser one yet.
    pub(super) fn merge<const OTHER: usize>(&mut self, other: &Buckets<OTHER>) {
        if other.counts.is_empty() {
            return;
        }
        if other.scale < self.scale {
            self.coarsen(self.scale - other.scale);
        }
        self.make_room(other.scale, other.offset, other.last());
        if other.scale == self.scale {
            let first = (other.offset - self.offset) as usize;
            for (held, count) in self.counts[first..].iter_mut().zip(&other.counts) {
                *held += count;
            }
            return;
        }
        for (place, count) in other.counts.iter().enumerate() {
            let index = (other.offset + place as i32) >> (other.scale - self.scale);
            self.counts[(index - self.offset) as usize] += count;
        }
    }

    fn last(&self) -> i32 {
        self.offset + self.counts.len() as i32 - 1
    }

    /// Makes room for the buckets from `first` to `last`, which are indices at the scale `from`. `from` is at least the
    /// scale of these buckets. The outcome has the finest scale at which all of them fit, so it depends on the values and
    /// not on their order.
    fn make_room(&mut self, from: i8, first: i32, last: i32) {
        let shift = from - self.scale;
        let (mut low, mut high) = (first >> shift, last >> shift);
        if !self.counts.is_empty() {
            low = low.min(self.offset);
            high = high.max(self.last());
        }
        let mut coarser = 0;
        while (high - low) as usize >= CAP {
            low >>= 1;
            high >>= 1;
            coarser += 1;
        }
        self.coarsen(coarser);
        let length = self.counts.len();
        let up = if length > 0 { (self.offset - low) as usize } else { 0 };
        self.counts.resize((high - low + 1) as usize, 0);
        // Moves the counts up, the last one first: each is swapped with an empty bucket.
        if up > 0 {
            for place in (0..length).rev() {
                self.counts.swap(place, place + up);
            }
        }
        self.offset = low;
    }

    /// Removes all buckets and keeps their memory.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.scale = scale::MAX_SCALE;
        self.offset = 0;
    }

    /// Joins every `2^steps` neighbours to one bucket. No count moves across a bound, as the bounds of the coarser scale are
    /// bounds of the finer one too.
    fn coarsen(&mut self, steps: i8) {
        if steps == 0 {
            return;
        }
        self.scale -= steps;
        if self.counts.is_empty() {
            return;
        }
        let (first, last) = (self.offset >> steps, self.last() >> steps);
        for place in 0..self.counts.len() {
            let to = (((self.offset + place as i32) >> steps) - first) as usize;
            if to != place {
                self.counts[to] += self.counts[place];
                self.counts[place] = 0;
            }
        }
        self.counts.truncate((last - first + 1) as usize);
        self.offset = first;
    }

    /// The buckets that are not empty, the lowest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(place, &count)| {
            let index = self.offset + place as i32;
            Bucket {
                lower: scale::lower_bound(self.scale, index),
                upper: scale::lower_bound(self.scale, index + 1),
                count,
            }
        })
    }
}
