//! Who may be connected at once, and who has to go where all places are taken.
//!
//! A newcomer always finds a place while somebody keeps one without using it: the connection that has waited longest
//! for its client to send or to read gives its place up. So whoever opens many connections and lets them hang only ever
//! takes places from himself, and from nobody who has a request on its way.
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use super::phase::Phase;

/// Who is served for longer may have to go as well, ms: a client can ask for what takes long on many connections.
const SERVED: u64 = 2000;

/// Who came a moment ago has not had the time to say anything, ms: as long as there is room, such a connection is kept,
/// also beyond its client's share. Else a burst of others that hang would push it out.
const NEW: u64 = 500;

/// All places.
pub struct Places {
    most: usize,
    share: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    connections: HashMap<u64, Connection>,
    of: HashMap<IpAddr, usize>,
}

struct Connection {
    client: IpAddr,
    phase: Phase,
    task: Option<AbortHandle>,
}

/// A place. It is free again when this is dropped.
pub struct Place {
    places: Arc<Places>,
    id: u64,
}

/// How a newcomer got in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// There was room.
    Free,
    /// It is more than the client's share; the others of it are as new.
    Beyond,
    /// Another connection of the same client had to go.
    ForOwn,
    /// Another connection had to go.
    ForOther,
}

impl Places {
    /// `most` places, no more than `share` of them for one client.
    pub fn new(most: usize, share: usize) -> Arc<Self> {
        Arc::new(Self { most, share, taken: Mutex::default() })
    }

    /// A place for a connection of `client` at `now` (ms). `None`: all that it could have are in use.
    pub fn take(self: &Arc<Self>, client: IpAddr, phase: Phase, now: u64) -> Option<(Place, Entry)> {
        let mut taken = self.taken();
        let all = taken.connections.len();
        let mut entry = Entry::Free;
        if all >= self.most {
            entry = Entry::ForOther;
        }
        if taken.of.get(&client).is_some_and(|count| *count >= self.share) {
            entry = Entry::ForOwn;
        }
        if entry != Entry::Free {
            let idlest = taken.idlest((entry == Entry::ForOwn).then_some(client), now);
            let old = idlest.is_some_and(|((_, since), _)| now.saturating_sub(since) >= NEW);
            if entry == Entry::ForOwn && !old && all < self.most / 4 * 3 {
                entry = Entry::Beyond;
            } else {
                let gone = taken.remove(idlest?.1);
                if let Some(task) = gone.and_then(|connection| connection.task) {
                    task.abort();
                }
            }
        }
        let id = taken.next;
        taken.next += 1;
        taken.connections.insert(id, Connection { client, phase, task: None });
        *taken.of.entry(client).or_default() += 1;
        Some((Place { places: Arc::clone(self), id }, entry))
    }

    /// How many are taken.
    pub fn count(&self) -> usize {
        self.taken().connections.len()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing in here panics between two changes that belong together.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// The connection that uses its place least: of `client`, or of all.
    fn idlest(&self, client: Option<IpAddr>, now: u64) -> Option<((bool, u64), u64)> {
        self.connections
            .iter()
            .filter(|(_, connection)| client.is_none_or(|client| connection.client == client))
            .map(|(id, connection)| (connection.phase.get(), *id))
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

impl Place {
    /// What to end when the place is given to another.
    pub fn held_by(places: &Places, id: u64, task: AbortHandle) {
        match places.taken().connections.get_mut(&id) {
            Some(connection) => connection.task = Some(task),
            // It had to go before it began, or has ended.
            None => task.abort(),
        }
    }

    /// Which one it is.
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().remove(self.id);
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
        places: Arc<Places>,
        began: Instant,
    }

    impl Clients {
        fn new(most: usize, share: usize) -> Self {
            Self { places: Places::new(most, share), began: Instant::now() }
        }

        fn connect(&self, number: u32) -> Option<(Place, Entry, Phase)> {
            let phase = Phase::new(self.began);
            let now = self.began.elapsed().as_millis() as u64;
            let (place, entry) = self.places.take(client(number), phase.clone(), now)?;
            Some((place, entry, phase))
        }

        fn has(&self, place: &Place) -> bool {
            self.places.taken().connections.contains_key(&place.id)
        }
    }

    async fn pass(ms: u64) {
        tokio::time::advance(Duration::from_millis(ms)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn one_client_takes_places_from_itself_alone() {
        let clients = Clients::new(8, 2);
        let (other, ..) = clients.connect(1).unwrap();
        pass(10).await;
        let (first, ..) = clients.connect(2).unwrap();
        pass(10).await;
        let (second, ..) = clients.connect(2).unwrap();
        pass(NEW).await;
        let (third, entry, _) = clients.connect(2).unwrap();
        assert_eq!(entry, Entry::ForOwn);
        assert_eq!(
            [&other, &first, &second, &third].map(|place| clients.has(place)),
            [true, false, true, true]
        );
        drop(first);
        assert_eq!(clients.places.count(), 3, "a place is given back once");
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_served_keeps_the_place() {
        let clients = Clients::new(2, 2);
        let (served, _, phase) = clients.connect(1).unwrap();
        phase.served();
        pass(100).await;
        let (waits, ..) = clients.connect(2).unwrap();
        let (_third, entry, busy) = clients.connect(3).unwrap();
        assert_eq!(entry, Entry::ForOther);
        assert_eq!((clients.has(&served), clients.has(&waits)), (true, false));
        busy.served();
        assert!(clients.connect(4).is_none(), "all are being served");
        pass(SERVED).await;
        assert!(clients.connect(4).is_some());
        assert!(!clients.has(&served), "what takes so long gives way");
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_pushes_nobody_out_who_has_just_come() {
        let clients = Clients::new(64, 4);
        let burst: Vec<_> = (0..48).filter_map(|_| clients.connect(1)).collect();
        assert!(burst.iter().all(|(place, ..)| clients.has(place)));
        assert_eq!(burst.last().map(|(_, entry, _)| *entry), Some(Entry::Beyond));
        pass(NEW).await;
        let (_late, entry, _) = clients.connect(1).unwrap();
        assert_eq!((entry, clients.has(&burst[0].0)), (Entry::ForOwn, false));
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_free_again() {
        let clients = Clients::new(3, 3);
        for number in 0..100 {
            let place = clients.connect(number);
            assert_eq!(place.as_ref().map(|(_, entry, _)| *entry), Some(Entry::Free));
        }
        assert_eq!(clients.places.count(), 0);
        assert!(clients.places.taken().of.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn many_that_hang_never_keep_a_newcomer_out() {
        let clients = Clients::new(64, 16);
        let mut hang = Vec::new();
        for number in 0..10_000 {
            pass(1).await;
            hang.push(clients.connect(number % 3).unwrap());
            assert!(clients.places.count() <= 48, "a quarter is left for others");
        }
        let (place, entry, _) = clients.connect(9).unwrap();
        assert_eq!(entry, Entry::Free);
        drop(hang);
        assert!(clients.has(&place));
        assert_eq!(clients.places.count(), 1);
    }
}
