//! The machines behind caches, by the numbers that JavaScript has for them.
use crate::state::State;
use alloc::boxed::Box;
use alloc::vec::Vec;
use whippet_boundary::query::{KEY_LENGTH, STATE_LENGTH};
use whippet_engine::query::{Cache, Mutations};
use whippet_engine::slab::{Id, MachineId, Slab};

static MACHINES: State<Machines> = State::new(Machines { slab: None, empty: None });

/// What is behind one `QueryCache` or one `MutationCache`, which leaves the other half unused: with a type for each, all
/// that is said here would be in the module twice.
#[derive(Default)]
pub(super) struct Machine {
    pub(super) cache: Cache,
    pub(super) state: [f64; STATE_LENGTH],
    pub(super) key: [u32; KEY_LENGTH],
    pub(super) ids: Vec<u32>,
    pub(super) mutations: Mutations,
    /// The mutation that the last effect is about.
    pub(super) about: u32,
}

/// Machines lie in boxes, since JavaScript reads and writes their buffers: an address holds until the machine is freed.
struct Machines {
    /// Made with the first machine: a slab cannot be made at compile time.
    slab: Option<Slab<MachineId, Box<Machine>>>,
    /// Stands in for a machine that is not there.
    empty: Option<Box<Machine>>,
}

impl Machines {
    // Not in `with`, of which there is one for each export.
    #[inline(never)]
    fn get(&mut self, number: u32) -> &mut Machine {
        match self.slab.as_mut().and_then(|slab| slab.get_mut(MachineId::from_raw(number))) {
            Some(machine) => machine,
            None => {
                let empty = self.empty.get_or_insert_default();
                **empty = Machine::default();
                empty
            }
        }
    }
}

/// Makes a machine whose random numbers come from `seed`; gives its number, which is never 0.
pub(super) fn create(seed: u32) -> u32 {
    let mut machine = Box::<Machine>::default();
    machine.cache.set_seed(seed);
    machine.mutations.set_seed(seed);
    MACHINES.with(|machines| machines.slab.get_or_insert_default().insert(machine).raw())
}

/// Frees a machine; its number is spent. A number that names none frees nothing.
pub(super) fn free(number: u32) {
    MACHINES.with(|machines| machines.slab.as_mut().map(|slab| slab.remove(MachineId::from_raw(number))));
}

/// Calls `f` with the machine of a number; where it names none, with an empty one that is forgotten.
pub(super) fn with<R>(number: u32, f: impl FnOnce(&mut Machine) -> R) -> R {
    MACHINES.with(|machines| f(machines.get(number)))
}
