//! Many connections that send beacons as fast as they are answered.
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use crate::beacons::Beacons;
use crate::client::Client;

/// What came of it.
#[derive(Debug, Default)]
pub struct Sent {
    /// Beacons that were answered with 204.
    pub acknowledged: u64,
    /// Those that were not: another status, or a connection that broke.
    pub failed: u64,
    /// How long all of it took.
    pub took: Duration,
    /// How long each answer of an acknowledged beacon took, µs, in order.
    pub latencies: Vec<u32>,
}

impl Sent {
    /// The time below which that share of the answers came, ms.
    pub fn latency(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let micros = self.latencies.get((last as f64 * share).round() as usize).copied().unwrap_or(0);
        f64::from(micros) / 1000.0
    }
}

/// How the beacons come.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// Connections that are open at the same time. Each sends its next beacon when it has its answer.
    pub open: usize,
    /// The beacons that one brings before another takes its place. A browser brings those of a page view, a proxy any number.
    pub each: u64,
}

/// Sends the beacons of these numbers to `address`.
pub fn send(address: &str, beacons: Beacons, numbers: Range<u64>, connections: Connections) -> Sent {
    let next = AtomicU64::new(numbers.start);
    let started = Instant::now();
    let mut sent = Sent::default();
    thread::scope(|scope| {
        let work = || {
            let (mut client, mut part) = (Client::limited(address, connections.each), Sent::default());
            loop {
                let number = next.fetch_add(1, Relaxed);
                if number >= numbers.end {
                    return part;
                }
                let beacon = beacons.beacon(number);
                let asked = Instant::now();
                match client.post(&beacon) {
                    Ok(answer) if answer.status == 204 => {
                        part.acknowledged += 1;
                        part.latencies.push(asked.elapsed().as_micros().try_into().unwrap_or(u32::MAX));
                    }
                    _ => part.failed += 1,
                }
            }
        };
        let workers: Vec<_> = (0..connections.open).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let part = worker.join().unwrap_or_default();
            sent.acknowledged += part.acknowledged;
            sent.failed += part.failed;
            sent.latencies.extend(part.latencies);
        }
    });
    sent.took = started.elapsed();
    sent.latencies.sort_unstable();
    sent
}
