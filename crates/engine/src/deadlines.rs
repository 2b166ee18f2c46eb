//! The heap of all deadlines: one clock for everything that waits.
//!
//! A machine owns one [`Deadlines`], and its host arms a single timer for [`Deadlines::next`], however
//! many things wait. Setting, moving and clearing cost O(log n); deadlines of the same instant come due
//! in the order in which they were set.
use crate::list::List;
use crate::slab::{NOWHERE, Slots};
use crate::time::{Duration, Instant};
use core::num::NonZeroU64;

/// Names one pending deadline. It is spent when the deadline comes due or is cleared; a spent handle is
/// recognised and ignored, even after its place was given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "without its handle a deadline cannot be cleared"]
pub struct Handle(NonZeroU64);

/// One number, so that wasm passes it, and an `Option` of it, in a register.
impl Handle {
    /// The upper half is the generation, the lower one more than the slot.
    fn new(slot: u32, generation: u32) -> Option<Self> {
        NonZeroU64::new(u64::from(generation) << 32 | (u64::from(slot) + 1)).map(Self)
    }

    fn slot(self) -> u32 {
        (self.0.get() as u32).wrapping_sub(1)
    }

    fn generation(self) -> u32 {
        (self.0.get() >> 32) as u32
    }
}

struct Node<T> {
    at: Instant,
    /// Tells deadlines of the same instant apart: first set, first due.
    order: u64,
    slot: u32,
    what: T,
}

/// A heap of deadlines, soonest first. `T` says what to do when one is due.
pub struct Deadlines<T> {
    heap: List<Node<T>>,
    /// Where in the heap the deadline of each handle is.
    slots: Slots,
    order: u64,
}

impl<T> Default for Deadlines<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deadlines<T> {
    /// No deadlines.
    pub const fn new() -> Self {
        Self { heap: List::new(), slots: Slots::new(1), order: 0 }
    }

    /// How many are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// When the host should call next; `None` while nothing waits.
    pub fn next(&self) -> Option<Instant> {
        self.heap.first().map(|node| node.at)
    }

    /// Waits for `at`. A deadline at [`Instant::NEVER`] is not kept: there is nothing to wait for.
    pub fn set(&mut self, at: Instant, what: T) -> Option<Handle> {
        if at.is_never() {
            return None;
        }
        let place = self.heap.len();
        let slot = self.slots.insert(place);
        self.order += 1;
        self.heap.push(Node { at, order: self.order, slot, what });
        self.up(place);
        Handle::new(slot, self.slots.generation(slot))
    }

    /// The place of a pending deadline in the heap; [`NOWHERE`] where `handle` is spent.
    fn place(&self, handle: Handle) -> usize {
        self.slots.get(handle.slot(), handle.generation())
    }

    /// When the deadline of `handle` is due; `None` where it is spent.
    pub fn at(&self, handle: Handle) -> Option<Instant> {
        self.heap.get(self.place(handle)).map(|node| node.at)
    }

    /// Whether `handle` still waits.
    pub fn is_pending(&self, handle: Handle) -> bool {
        self.place(handle) != NOWHERE
    }

    /// Moves a pending deadline to `at`; `false` where it is spent. As cheap as it gets when the
    /// deadline moves later, which is what debouncing does all the time.
    pub fn move_to(&mut self, handle: Handle, at: Instant) -> bool {
        let place = self.place(handle);
        let Some(node) = self.heap.get_mut(place) else { return false };
        if at.is_never() {
            return self.take(place).is_some();
        }
        self.order += 1;
        (node.at, node.order) = (at, self.order);
        self.settle(place);
        true
    }

    /// Lets `handle` name a deadline at `at`, moving the one it names or setting one: `None` where `at` is
    /// [`Instant::NEVER`].
    pub fn reset(&mut self, handle: &mut Option<Handle>, at: Instant, what: T) {
        match *handle {
            Some(known) if self.move_to(known, at) => {
                if at.is_never() {
                    *handle = None;
                }
            }
            _ => *handle = self.set(at, what),
        }
    }

    /// Stops waiting; gives back what was waited for, or `None` where the handle is spent.
    pub fn clear(&mut self, handle: Handle) -> Option<T> {
        self.take(self.place(handle))
    }

    /// Stops waiting for what `handle` names, if it names anything.
    pub fn end(&mut self, handle: &mut Option<Handle>) {
        if let Some(handle) = handle.take() {
            self.clear(handle);
        }
    }

    /// Brings every deadline forward by `span`: the host's clock was set back so far, and what was to wait a
    /// second still waits a second.
    pub fn bring_forward(&mut self, span: Duration) {
        for node in self.heap.iter_mut() {
            node.at = Instant::from_ms(node.at.as_ms() - span.as_ms());
        }
    }

    /// The next thing that is due by `now`, soonest first; call until it gives `None`.
    pub fn pop(&mut self, now: Instant) -> Option<T> {
        match self.next() {
            Some(at) if at <= now => self.take(0),
            _ => None,
        }
    }

    fn take(&mut self, place: usize) -> Option<T> {
        let node = self.heap.swap_remove(place)?;
        self.slots.remove(node.slot, self.slots.generation(node.slot));
        if let Some(moved) = self.heap.get(place) {
            self.slots.moved(moved.slot, place);
            self.settle(place);
        }
        self.heap.shrink();
        Some(node.what)
    }

    /// How many there is memory for.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.heap.capacity().max(self.slots.capacity())
    }

    fn before(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.heap[a], &self.heap[b]);
        a.at < b.at || (a.at == b.at && a.order < b.order)
    }

    fn settle(&mut self, place: usize) {
        self.up(place);
        self.down(place);
    }

    fn up(&mut self, mut place: usize) {
        while place > 0 {
            let parent = (place - 1) / 2;
            if !self.before(place, parent) {
                return;
            }
            self.swap(place, parent);
            place = parent;
        }
    }

    fn down(&mut self, mut place: usize) {
        loop {
            let left = 2 * place + 1;
            if left >= self.heap.len() {
                return;
            }
            let right = left + 1;
            let least = if right < self.heap.len() && self.before(right, left) { right } else { left };
            if !self.before(least, place) {
                return;
            }
            self.swap(place, least);
            place = least;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.slots.moved(self.heap[a].slot, a);
        self.slots.moved(self.heap[b].slot, b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::MIN;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn at(ms: u32) -> Instant {
        Instant::from_ms(f64::from(ms))
    }

    fn drain<T>(deadlines: &mut Deadlines<T>, now: u32) -> Vec<T> {
        core::iter::from_fn(|| deadlines.pop(at(now))).collect()
    }

    #[test]
    fn deadlines_come_due_soonest_first_and_equal_ones_in_order() {
        let mut deadlines = Deadlines::new();
        for (ms, name) in [(20, "c"), (10, "a"), (20, "d"), (10, "b")] {
            let _ = deadlines.set(at(ms), name);
        }
        assert_eq!(deadlines.next(), Some(at(10)));
        assert_eq!(drain(&mut deadlines, 15), vec!["a", "b"]);
        assert_eq!(drain(&mut deadlines, 20), vec!["c", "d"]);
        assert_eq!(deadlines.next(), None);
    }

    #[test]
    fn a_spent_handle_does_nothing_to_its_successor() {
        let mut deadlines = Deadlines::new();
        let first = deadlines.set(at(1), 'a').unwrap();
        assert_eq!(deadlines.clear(first), Some('a'));
        let second = deadlines.set(at(2), 'b').unwrap();
        assert_eq!(deadlines.clear(first), None);
        assert!(!deadlines.move_to(first, at(9)));
        assert!(deadlines.is_pending(second));
    }

    #[test]
    fn an_empty_heap_frees_memory_and_spent_handles_stay_spent() {
        let mut deadlines = Deadlines::new();
        let mut spent = Vec::new();
        for round in 0..3 {
            let handles: Vec<_> = (0..1_000).map(|ms| deadlines.set(at(ms), round).unwrap()).collect();
            assert!(spent.iter().all(|&handle| !deadlines.is_pending(handle)));
            assert_eq!(drain(&mut deadlines, 1_000).len(), 1_000);
            assert!(deadlines.capacity() <= MIN);
            spent.extend(handles);
        }
    }

    #[test]
    fn bringing_deadlines_forward_keeps_their_order() {
        let mut deadlines = Deadlines::new();
        for (ms, name) in [(1_020, 'b'), (1_010, 'a')] {
            let _ = deadlines.set(at(ms), name);
        }
        deadlines.bring_forward(Duration::from_ms(1_000.0));
        assert_eq!(drain(&mut deadlines, 10), vec!['a']);
        assert_eq!(deadlines.next(), Some(at(20)));
    }

    #[test]
    fn a_deadline_at_never_is_not_set() {
        let mut deadlines = Deadlines::new();
        assert_eq!(deadlines.set(Instant::NEVER, ()), None);
        let handle = deadlines.set(at(1), ()).unwrap();
        assert!(deadlines.move_to(handle, Instant::NEVER));
        assert!(deadlines.is_empty());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Set(u32),
        Move(usize, u32),
        Clear(usize),
        Pop(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..50u32).prop_map(Step::Set),
            (0..64usize, 0..50u32).prop_map(|(i, ms)| Step::Move(i, ms)),
            (0..64usize).prop_map(Step::Clear),
            (0..50u32).prop_map(Step::Pop),
        ]
    }

    proptest! {
        /// Against a plain list that is searched from end to end.
        #[test]
        fn deadlines_behave_as_a_sorted_list(steps in prop::collection::vec(step(), 0..200)) {
            let mut deadlines = Deadlines::new();
            let mut handles: Vec<Handle> = Vec::new();
            let mut model: Vec<(u32, usize, usize)> = Vec::new(); // at, order, index of the handle
            for (order, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Set(ms) => {
                        let index = handles.len();
                        handles.push(deadlines.set(at(ms), index).unwrap());
                        model.push((ms, order, index));
                    }
                    Step::Move(i, ms) => if let Some(&handle) = handles.get(i) {
                        let entry = model.iter_mut().find(|entry| entry.2 == i);
                        prop_assert_eq!(deadlines.move_to(handle, at(ms)), entry.is_some());
                        if let Some(entry) = entry { (entry.0, entry.1) = (ms, order); }
                    },
                    Step::Clear(i) => if let Some(&handle) = handles.get(i) {
                        let found = model.iter().position(|entry| entry.2 == i);
                        prop_assert_eq!(deadlines.clear(handle), found.map(|_| i));
                        if let Some(found) = found { model.remove(found); }
                    },
                    Step::Pop(now) => {
                        model.sort();
                        let due: Vec<usize> = model.iter().filter(|e| e.0 <= now).map(|e| e.2).collect();
                        model.retain(|entry| entry.0 > now);
                        prop_assert_eq!(drain(&mut deadlines, now), due);
                    }
                }
                prop_assert_eq!(deadlines.len(), model.len());
                prop_assert_eq!(deadlines.next(), model.iter().map(|e| e.0).min().map(at));
                for (index, &handle) in handles.iter().enumerate() {
                    let expected = model.iter().find(|e| e.2 == index).map(|e| at(e.0));
                    prop_assert_eq!(deadlines.at(handle), expected);
                }
            }
        }
    }
}
