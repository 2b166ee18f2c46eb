//! The machines of one kind, by the numbers that JavaScript has for them.
use alloc::boxed::Box;
use whippet_engine::slab::{Id, MachineId, Slab};

/// Machines lie in boxes, since JavaScript reads and writes their buffers: an address stays valid until the machine is
/// freed.
pub(super) struct Machines<T> {
    /// Made with the first machine: a slab cannot be made at compile time.
    slab: Option<Slab<MachineId, Option<Box<T>>>>,
    /// Answers for numbers that name no machine.
    empty: Option<Box<T>>,
}

impl<T: Default> Machines<T> {
    pub(super) const fn new() -> Self {
        Self { slab: None, empty: None }
    }

    /// Keeps a machine; gives its number, which is never 0.
    pub(super) fn insert(&mut self, machine: T) -> u32 {
        self.slab.get_or_insert_default().insert(Some(Box::new(machine))).raw()
    }

    /// Frees a machine; its number is spent. A number that names none frees nothing.
    pub(super) fn remove(&mut self, number: u32) {
        if let Some(slab) = &mut self.slab {
            slab.remove(MachineId::from_raw(number));
        }
    }

    /// Takes the machine of a number, until it is [put back](Self::put_back). For a number that names none this is an
    /// empty machine.
    pub(super) fn take(&mut self, number: u32) -> Box<T> {
        let slot = self.slab.as_mut().and_then(|slab| slab.get_mut(MachineId::from_raw(number)));
        if let Some(machine) = slot.and_then(Option::take) {
            return machine;
        }
        let mut empty = self.empty.take().unwrap_or_default();
        *empty = T::default();
        empty
    }

    pub(super) fn put_back(&mut self, number: u32, machine: Box<T>) {
        let slot = self.slab.as_mut().and_then(|slab| slab.get_mut(MachineId::from_raw(number)));
        *slot.unwrap_or(&mut self.empty) = Some(machine);
    }
}
