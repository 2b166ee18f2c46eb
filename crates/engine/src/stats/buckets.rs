//! The counts of a run of buckets, which widen and coarsen as values come.
use super::scale;
use alloc::vec::Vec;

/// One bucket that is not empty: how many values were above `lower`, up to and including `upper`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The exclusive lower bound.
    pub lower: f64,
    /// The inclusive upper bound.
    pub upper: f64,
    /// How many values fell in it.
    pub count: u64,
}

/// Consecutive buckets at one scale. Never more than the cap: the scale goes down first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Buckets {
    pub(super) scale: i8,
    /// The index of the first bucket; meaningless while there is none.
    pub(super) offset: i32,
    /// Neither the first nor the last is ever empty.
    pub(super) counts: Vec<u64>,
}

impl Buckets {
    /// OpenTelemetry's default.
    pub(super) const CAP: usize = 160;

    pub(super) const fn new() -> Self {
        Self { scale: scale::MAX_SCALE, offset: 0, counts: Vec::new() }
    }

    /// Adds `count` to the bucket that is `index` at the finest scale.
    pub(super) fn add(&mut self, index: i32, count: u64) {
        self.make_room(scale::MAX_SCALE, index, index);
        let place = (index >> (scale::MAX_SCALE - self.scale)) - self.offset;
        self.counts[place as usize] += count;
    }

    /// Adds every count of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        if other.scale < self.scale {
            self.coarsen(self.scale - other.scale);
        }
        self.make_room(other.scale, other.offset, other.last());
        for (place, count) in other.counts.iter().enumerate() {
            let index = (other.offset + place as i32) >> (other.scale - self.scale);
            self.counts[(index - self.offset) as usize] += count;
        }
    }

    fn last(&self) -> i32 {
        self.offset + self.counts.len() as i32 - 1
    }

    /// Widens to take in the buckets from `first` to `last` (at `from`, which is no coarser than this), at
    /// the finest scale at which all fit: so what the scale ends at depends on the values, not their order.
    fn make_room(&mut self, from: i8, first: i32, last: i32) {
        let shift = from - self.scale;
        let (mut low, mut high) = (first >> shift, last >> shift);
        if !self.counts.is_empty() {
            low = low.min(self.offset);
            high = high.max(self.last());
        }
        let mut coarser = 0;
        while (high - low) as usize >= Self::CAP {
            low >>= 1;
            high >>= 1;
            coarser += 1;
        }
        self.coarsen(coarser);
        let length = self.counts.len();
        let up = if length > 0 { (self.offset - low) as usize } else { 0 };
        self.counts.resize((high - low + 1) as usize, 0);
        // From the last on: what each is swapped with is empty.
        if up > 0 {
            for place in (0..length).rev() {
                self.counts.swap(place, place + up);
            }
        }
        self.offset = low;
    }

    /// As new, in the memory there is.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.scale = scale::MAX_SCALE;
        self.offset = 0;
    }

    /// Joins each `2^steps` buckets to one. Exact: a coarser bucket is a union of finer ones.
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

    /// The buckets that hold something, lowest first.
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
