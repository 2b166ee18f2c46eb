//! Query keys: lists of segments.
use crate::list::List;

/// One segment of a key: a number that stands for a value the host interned. Equal segments are equal values. The host
/// assigns numbers from zero up, and may reuse one once [`Effect::SegmentFreed`](super::Effect::SegmentFreed)
/// says that no key has it.
pub type Segment = u32;

/// How many edges of the index each segment labels.
pub(crate) struct SegmentUses(List<u32>);

impl SegmentUses {
    pub(crate) const fn new() -> Self {
        Self(List::new())
    }

    pub(crate) fn add(&mut self, segment: Segment) {
        let place = segment as usize;
        self.0.lengthen(place + 1, 0);
        self.0[place] += 1;
    }

    /// Returns whether that was the last use.
    pub(crate) fn sub(&mut self, segment: Segment) -> bool {
        let uses = &mut self.0[segment as usize];
        *uses -= 1;
        let last = *uses == 0;
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self.0.shrink();
        last
    }

    pub(crate) fn is_used(&self, segment: Segment) -> bool {
        self.0.get(segment as usize).is_some_and(|uses| *uses > 0)
    }
}
