//! The machines behind caches, by the numbers that JavaScript has for them.
use alloc::boxed::Box;

/// What is behind one cache, beginning empty.
pub(super) trait Fresh: Sized {
    /// As a constant, it is copied as a whole from the module's data.
    const FRESH: Self;
}

struct Machine<T> {
    number: u32,
    next: Option<Box<Self>>,
    value: T,
}

/// Machines lie in boxes, since JavaScript reads and writes their buffers: an address holds until the machine is freed.
pub(super) struct Machines<T> {
    /// The first of a list, the one that was used last: most calls find it there, however many there are. Numbers grow and
    /// are never given out again.
    first: Option<Box<Machine<T>>>,
    last: u32,
    /// Stands in for a machine that is not there.
    empty: Option<Box<Machine<T>>>,
}

impl<T: Fresh> Machine<T> {
    const FRESH: Self = Self { number: 0, next: None, value: T::FRESH };
}

impl<T: Fresh> Machines<T> {
    pub(super) const fn new() -> Self {
        Self { first: None, last: 0, empty: None }
    }

    /// Makes a machine; gives its number, which is never 0.
    pub(super) fn create(&mut self, set_up: impl FnOnce(&mut T)) -> u32 {
        let mut machine = new_machine();
        set_up(&mut machine.value);
        self.last += 1;
        machine.number = self.last;
        self.put(machine);
        self.last
    }

    /// Frees a machine; its number is spent. A number that names none frees nothing.
    pub(super) fn free(&mut self, number: u32) {
        self.take(number);
    }

    /// The machine of a number; where it names none, an empty one that forgets.
    // Not inlined into each export.
    #[inline(never)]
    pub(super) fn get(&mut self, number: u32) -> &mut T {
        match self.take(number) {
            Some(machine) => self.put(machine),
            None => {
                // In the same place, whose address JavaScript may have.
                let empty = self.empty.get_or_insert_with(new_machine);
                **empty = *new_machine();
                &mut empty.value
            }
        }
    }

    /// Takes a machine out of the list.
    fn take(&mut self, number: u32) -> Option<Box<Machine<T>>> {
        let mut link = &mut self.first;
        while let Some(machine) = link.as_ref()
            && machine.number != number
        {
            link = &mut link.as_mut()?.next;
        }
        let mut found = link.take()?;
        *link = found.next.take();
        Some(found)
    }

    fn put(&mut self, mut machine: Box<Machine<T>>) -> &mut T {
        machine.next = self.first.take();
        &mut self.first.insert(machine).value
    }
}

#[inline(never)]
fn new_machine<T: Fresh>() -> Box<Machine<T>> {
    Box::new(Machine::FRESH)
}
