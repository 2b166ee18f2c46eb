//! A bounded number of connections, and which one is closed for a newcomer.
//!
//! When all slots are taken, the connection that has waited longest for its client to send or to read is closed. So a client
//! with many idle connections loses these, and no request in flight is cut off.
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use super::activity::Activity;

/// A connection that has been served for longer than this may be closed, too, ms: a client could send slow requests on many
/// connections.
const SERVED: u64 = 2000;

/// A connection younger than this, ms, has had no time to send a request. While slots are left, it is not closed for another
/// of its client, even if the client has more than its share: otherwise the connections of a burst would close one another.
const NEW: u64 = 500;

/// All slots.
pub struct Slots {
    most: usize,
    share: usize,
    occupied: Mutex<Occupied>,
}

#[derive(Default)]
struct Occupied {
    next: u64,
    connections: HashMap<u64, Connection>,
    of: HashMap<IpAddr, usize>,
}

struct Connection {
    client: IpAddr,
    activity: Activity,
    task: Option<AbortHandle>,
}

/// A slot, which is freed on drop.
pub struct Slot {
    slots: Arc<Slots>,
    id: u64,
}

/// How a new connection got its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A slot was free.
    Free,
    /// The client has more than its share; its other connections are as new.
    OverShare,
    /// Another connection of the same client was closed.
    EvictedOwn,
    /// A connection of any client was closed.
    EvictedOther,
}

impl Slots {
    /// `most` slots, no more than `share` of them for one client.
    pub fn new(most: usize, share: usize) -> Arc<Self> {
        Arc::new(Self { most, share, occupied: Mutex::default() })
    }

    /// Takes a slot for a connection of `client` at `now`, ms. `None` if no other connection may be closed for it.
    pub fn take(self: &Arc<Self>, client: IpAddr, activity: Activity, now: u64) -> Option<(Slot, Admission)> {
        let mut occupied = self.occupied();
        let all = occupied.connections.len();
        let mut admission = Admission::Free;
        if all >= self.most {
            admission = Admission::EvictedOther;
        }
        if occupied.of.get(&client).is_some_and(|count| *count >= self.share) {
            admission = Admission::EvictedOwn;
        }
        if admission != Admission::Free {
            let idlest = occupied.idlest((admission == Admission::EvictedOwn).then_some(client), now);
            let old = idlest.is_some_and(|((_, since), _)| now.saturating_sub(since) >= NEW);
            if admission == Admission::EvictedOwn && !old && all < self.most / 4 * 3 {
                admission = Admission::OverShare;
            } else {
                let gone = occupied.remove(idlest?.1);
                if let Some(task) = gone.and_then(|connection| connection.task) {
                    task.abort();
                }
            }
        }
        let id = occupied.next;
        occupied.next += 1;
        occupied.connections.insert(id, Connection { client, activity, task: None });
        *occupied.of.entry(client).or_default() += 1;
        Some((Slot { slots: Arc::clone(self), id }, admission))
    }

    /// How many slots are taken.
    pub fn count(&self) -> usize {
        self.occupied().connections.len()
    }

    fn occupied(&self) -> MutexGuard<'_, Occupied> {
        // No code panics while the map is only half changed.
        self.occupied.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Occupied {
    /// The connection that has been idle for longest: of `client`, or of all.
    fn idlest(&self, client: Option<IpAddr>, now: u64) -> Option<((bool, u64), u64)> {
        self.connections
            .iter()
            .filter(|(_, connection)| client.is_none_or(|client| connection.client == client))
            .map(|(id, connection)| (connection.activity.get(), *id))
            .filter(|((served, since), _)| !served || now.saturating_sub(*since) >= SERVED)
            .min()
    }

    fn remove(&mut self, id: u64) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        if let Some(count) = self.of.get_mut(&connection.client) {
            *count -= 1;
            if *count == 0 {
                self.of.remove(&connection.client);
            }
        }
        Some(connection)
    }
}

impl Slot {
    /// Sets the task that is aborted when the slot is given to another connection.
    pub fn held_by(slots: &Slots, id: u64, task: AbortHandle) {
        match slots.occupied().connections.get_mut(&id) {
            Some(connection) => connection.task = Some(task),
            // The slot went to another connection before the task started, or the task has ended.
            None => task.abort(),
        }
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.occupied().remove(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;
    use tokio::time::Instant;

    fn client(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    struct Clients {
        slots: Arc<Slots>,
        began: Instant,
    }

    impl Clients {
        fn new(most: usize, share: usize) -> Self {
            Self { slots: Slots::new(most, share), began: Instant::now() }
        }

        fn connect(&self, number: u32) -> Option<(Slot, Admission, Activity)> {
            let activity = Activity::new(self.began);
            let now = self.began.elapsed().as_millis() as u64;
            let (slot, admission) = self.slots.take(client(number), activity.clone(), now)?;
            Some((slot, admission, activity))
        }

        fn has(&self, slot: &Slot) -> bool {
            self.slots.occupied().connections.contains_key(&slot.id)
        }
    }

    async fn pass(ms: u64) {
        tokio::time::advance(Duration::from_millis(ms)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_with_its_full_share_loses_its_own_connections() {
        let clients = Clients::new(8, 2);
        let (other, ..) = clients.connect(1).unwrap();
        pass(10).await;
        let (first, ..) = clients.connect(2).unwrap();
        pass(10).await;
        let (second, ..) = clients.connect(2).unwrap();
        pass(NEW).await;
        let (third, admission, _) = clients.connect(2).unwrap();
        assert_eq!(admission, Admission::EvictedOwn);
        assert_eq!(
            [&other, &first, &second, &third].map(|slot| clients.has(slot)),
            [true, false, true, true]
        );
        drop(first);
        assert_eq!(clients.slots.count(), 3, "dropping an evicted slot frees none");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_served_is_not_closed() {
        let clients = Clients::new(2, 2);
        let (served, _, activity) = clients.connect(1).unwrap();
        activity.set_serving();
        pass(100).await;
        let (waits, ..) = clients.connect(2).unwrap();
        let (_third, admission, busy) = clients.connect(3).unwrap();
        assert_eq!(admission, Admission::EvictedOther);
        assert_eq!((clients.has(&served), clients.has(&waits)), (true, false));
        busy.set_serving();
        assert!(clients.connect(4).is_none(), "all are being served");
        pass(SERVED).await;
        assert!(clients.connect(4).is_some());
        assert!(!clients.has(&served), "a request that takes so long may be cut off");
    }

    #[tokio::test(start_paused = true)]
    async fn the_connections_of_a_burst_do_not_close_one_another() {
        let clients = Clients::new(64, 4);
        let burst: Vec<_> = (0..48).filter_map(|_| clients.connect(1)).collect();
        assert!(burst.iter().all(|(slot, ..)| clients.has(slot)));
        assert_eq!(burst.last().map(|(_, admission, _)| *admission), Some(Admission::OverShare));
        pass(NEW).await;
        let (_late, admission, _) = clients.connect(1).unwrap();
        assert_eq!((admission, clients.has(&burst[0].0)), (Admission::EvictedOwn, false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_is_free_once_it_is_dropped() {
        let clients = Clients::new(3, 3);
        for number in 0..100 {
            let slot = clients.connect(number);
            assert_eq!(slot.as_ref().map(|(_, admission, _)| *admission), Some(Admission::Free));
        }
        assert_eq!(clients.slots.count(), 0);
        assert!(clients.slots.occupied().of.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn idle_connections_do_not_keep_another_client_out() {
        let clients = Clients::new(64, 16);
        let mut hang = Vec::new();
        for number in 0..10_000 {
            pass(1).await;
            hang.push(clients.connect(number % 3).unwrap());
            assert!(clients.slots.count() <= 48, "a quarter is left for others");
        }
        let (slot, admission, _) = clients.connect(9).unwrap();
        assert_eq!(admission, Admission::Free);
        drop(hang);
        assert!(clients.has(&slot));
        assert_eq!(clients.slots.count(), 1);
    }
}
