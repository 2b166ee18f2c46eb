//! The machines behind caches, by the numbers that JavaScript has for them.
use crate::state::State;
use alloc::boxed::Box;
use alloc::vec::Vec;
use whippet_boundary::query::{KEY_LENGTH, STATE_BUFFER, STATE_DEADLINE};
use whippet_engine::query::latency::Quantiles;
use whippet_engine::query::{Cache, Mutations};

static MACHINES: State<Machines> = State::new(Machines { first: None, last: 0, empty: None });

/// What is behind one `QueryCache` or one `MutationCache`, which leaves the other half unused: with a type for each, all
/// that is said here would be in the module twice.
pub(super) struct Machine {
    number: u32,
    next: Option<Box<Self>>,
    pub(super) cache: Cache,
    pub(super) latency: Quantiles,
    /// The state of a query, and behind it the deadline.
    pub(super) state: [f64; STATE_BUFFER],
    pub(super) key: [u32; KEY_LENGTH],
    pub(super) ids: Vec<u32>,
    pub(super) mutations: Mutations,
    /// The mutation that the last effect is about.
    pub(super) about: u32,
}

/// Machines lie in boxes, since JavaScript reads and writes their buffers: an address holds until the machine is freed.
struct Machines {
    /// The first of a list, the one that was used last: most calls find it there, however many there are. Numbers grow and
    /// are never given out again.
    first: Option<Box<Machine>>,
    last: u32,
    /// Stands in for a machine that is not there.
    empty: Option<Box<Machine>>,
}

impl Machines {
    /// Takes a machine out of the list.
    fn take(&mut self, number: u32) -> Option<Box<Machine>> {
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

    fn put(&mut self, mut machine: Box<Machine>) -> &mut Machine {
        machine.next = self.first.take();
        self.first.insert(machine)
    }

    // Not in `with`, of which there is one for each export.
    #[inline(never)]
    fn get(&mut self, number: u32) -> &mut Machine {
        match self.take(number) {
            Some(machine) => self.put(machine),
            None => {
                // In the same place, whose address JavaScript may have.
                let empty = self.empty.get_or_insert_with(new_machine);
                **empty = *new_machine();
                empty
            }
        }
    }
}

/// As a constant, it is copied as a whole from the module's data.
const NEW: Machine = Machine {
    number: 0,
    next: None,
    cache: Cache::new(),
    latency: Quantiles::EMPTY,
    state: {
        let mut state = [0.0; STATE_BUFFER];
        state[STATE_DEADLINE] = f64::INFINITY;
        state
    },
    key: [0; KEY_LENGTH],
    ids: Vec::new(),
    mutations: Mutations::new(),
    about: 0,
};

#[inline(never)]
fn new_machine() -> Box<Machine> {
    Box::new(NEW)
}

/// Makes a machine whose random numbers come from `seed`; gives its number, which is never 0.
pub(super) fn create(seed: u32) -> u32 {
    let mut machine = new_machine();
    machine.cache.set_seed(seed);
    machine.mutations.set_seed(seed);
    MACHINES.with(|machines| {
        machines.last += 1;
        machine.number = machines.last;
        machines.put(machine).number
    })
}

/// Frees a machine; its number is spent. A number that names none frees nothing.
pub(super) fn free(number: u32) {
    MACHINES.with(|machines| machines.take(number));
}

/// Calls `f` with the machine of a number; where it names none, with an empty one that is forgotten.
pub(super) fn with<R>(number: u32, f: impl FnOnce(&mut Machine) -> R) -> R {
    MACHINES.with(|machines| f(machines.get(number)))
}
