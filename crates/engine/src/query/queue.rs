//! A queue of what the host has to do. It is emptied after each input, so it need not be a ring.
use crate::list::List;

pub(crate) struct Queue<T> {
    items: List<T>,
    next: usize,
}

impl<T: Copy> Queue<T> {
    pub(crate) const fn new() -> Self {
        Self { items: List::new(), next: 0 }
    }

    pub(crate) fn push(&mut self, item: T) {
        self.items.push(item);
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
