//! Pages that do not give up: each beacon goes to any collector, and again to any until one has acknowledged it.
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::beacons::Beacons;
use crate::client::Client;
use crate::random::Random;
use crate::site::Site;

/// The pause before a beacon is tried again. Pages wait longer; here nobody waits for them.
const PAUSE: Duration = Duration::from_millis(30);

/// What is sent, and how.
#[derive(Clone, Copy, Debug)]
pub struct Insist {
    /// The beacons.
    pub beacons: Beacons,
    /// How many connections send, each to all collectors in turn.
    pub connections: usize,
    /// The share of beacons that are sent once more, to any collector, after they were acknowledged.
    pub twice: f64,
    /// How long a beacon may be tried.
    pub patience: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Tally {
    /// Beacons acknowledged; each counts once.
    pub acknowledged: AtomicU64,
    /// Beacons that were sent once more, and acknowledged again.
    pub twice: AtomicU64,
    /// Answers of 503.
    pub refused: AtomicU64,
    /// Requests without an answer.
    pub broken: AtomicU64,
}

impl Insist {
    /// Sends the beacons of these numbers, until all are acknowledged. `tally` can be read meanwhile.
    ///
    /// # Errors
    /// Where a beacon is not acknowledged in time, or the answer is one that says to give it up.
    pub fn send(&self, site: &Site, numbers: Range<u64>, tally: &Tally) -> Result<()> {
        let next = AtomicU64::new(numbers.start);
        let work = |seed: u64| {
            let mut sender = Sender { clients: Vec::new(), random: Random::new(seed), site, tally };
            loop {
                let number = next.fetch_add(1, Relaxed);
                if number >= numbers.end {
                    return Ok(());
                }
                self.one(&mut sender, number)?;
                tally.acknowledged.fetch_add(1, Relaxed);
                if sender.random.happens(self.twice) {
                    self.one(&mut sender, number)?;
                    tally.twice.fetch_add(1, Relaxed);
                }
            }
        };
        thread::scope(|scope| {
            let work = &work;
            let workers: Vec<_> = (0..self.connections as u64)
                .map(|seed| scope.spawn(move || work(self.beacons.seed.wrapping_add(seed))))
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    fn one(&self, sender: &mut Sender<'_>, number: u64) -> Result<()> {
        let until = Instant::now() + self.patience;
        loop {
            let place = sender.random.below(sender.site.count() as u64) as usize;
            if sender.post(place, self.beacons, number)? {
                return Ok(());
            }
            if Instant::now() > until {
                bail!(
                    "beacon {number} was not acknowledged within {:?}: {}",
                    self.patience,
                    sender.site.logs()
                );
            }
            thread::sleep(PAUSE);
        }
    }
}

struct Sender<'a> {
    /// A connection per collector, with the address that it goes to.
    clients: Vec<Option<(String, Client)>>,
    random: Random,
    site: &'a Site,
    tally: &'a Tally,
}

impl Sender<'_> {
    /// Whether it was acknowledged.
    fn post(&mut self, place: usize, beacons: Beacons, number: u64) -> Result<bool> {
        self.clients.resize_with(self.site.count(), || None);
        let Some(address) = self.site.address(place) else { return Ok(false) };
        let kept = self.clients[place].take().filter(|(known, _)| *known == address);
        let (_, mut client) = kept.unwrap_or_else(|| (address.clone(), Client::new(&address)));
        match client.post(&beacons.beacon(number)) {
            Ok(answer) => {
                self.clients[place] = Some((address, client));
                match answer.status {
                    204 => return Ok(true),
                    503 if answer.retry_after.is_some() => _ = self.tally.refused.fetch_add(1, Relaxed),
                    status => {
                        let text = String::from_utf8_lossy(&answer.body).into_owned();
                        bail!("beacon {number} got {status}, which says not to send it again: {text}")
                    }
                }
            }
            Err(_) => _ = self.tally.broken.fetch_add(1, Relaxed),
        }
        Ok(false)
    }
}
