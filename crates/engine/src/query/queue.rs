//! A queue of what the host has to do. It is emptied after each input, so it need not be a ring.
use crate::slab::push;
use alloc::vec::Vec;

pub(crate) struct Queue<T> {
    items: Vec<T>,
    next: usize,
}

impl<T: Copy> Queue<T> {
    pub(crate) const fn new() -> Self {
        Self { items: Vec::new(), next: 0 }
    }

    pub(crate) fn push(&mut self, item: T) {
        push(&mut self.items, item);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let Some(&item) = self.items.get(self.next) else {
            self.clear();
            return None;
        };
        self.next += 1;
        Some(item)
    }

    pub(crate) fn clear(&mut self) {
        self.items.clear();
        self.next = 0;
    }
}
