//! How often one client may send: a token bucket per address, in bounded memory.
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use crate::client::network;

/// The most addresses told apart. Beyond, newcomers share one bucket.
const CLIENTS: usize = 10_000;

/// How many seconds' worth of requests may come at once.
const BURST_SECONDS: f64 = 5.0;

/// ms between two searches for addresses that may be forgotten, each of which looks at all of them.
const SWEEP: i64 = 1000;

/// The rate limiter.
pub struct RateLimiter {
    per_second: f64,
    clients: Mutex<Clients>,
}

#[derive(Default)]
struct Clients {
    buckets: HashMap<Option<IpAddr>, Bucket>,
    swept: Option<i64>,
}

struct Bucket {
    tokens: f64,
    filled: i64,
}

impl RateLimiter {
    /// Lets each client send `per_second` requests in the long run; 0 lets everything through.
    pub fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second), clients: Mutex::default() }
    }

    /// How much it lets through per second; 0 is everything.
    pub fn rate(&self) -> u32 {
        self.per_second as u32
    }

    /// Takes a token at `now` (ms), or says after how many seconds there will be one.
    pub fn take(&self, client: IpAddr, now: i64) -> Result<(), u32> {
        self.take_many(client, 1, now)
    }

    /// Takes `count` tokens, or none, and says after how many seconds there will be as many. Where a full bucket has fewer, it
    /// takes all of them: what is larger would never pass.
    pub fn take_many(&self, client: IpAddr, count: usize, now: i64) -> Result<(), u32> {
        if self.per_second == 0.0 {
            return Ok(());
        }
        let burst = self.per_second * BURST_SECONDS;
        let mut clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut client = Some(network(client));
        if clients.buckets.len() >= CLIENTS && !clients.buckets.contains_key(&client) {
            clients.sweep(now);
            if clients.buckets.len() >= CLIENTS {
                client = None;
            }
        }
        let bucket = clients.buckets.entry(client).or_insert(Bucket { tokens: burst, filled: now });
        // A clock that was set back must not take tokens away.
        let elapsed = (now - bucket.filled).max(0) as f64 / 1000.0;
        bucket.tokens = (bucket.tokens + elapsed * self.per_second).min(burst);
        bucket.filled = now;
        let wanted = (count as f64).min(burst);
        if bucket.tokens >= wanted {
            bucket.tokens -= wanted;
            return Ok(());
        }
        Err((((wanted - bucket.tokens) / self.per_second).ceil() as u32).max(1))
    }
}

impl Clients {
    /// Forgets whoever's bucket is full again, who is as good as never seen.
    fn sweep(&mut self, now: i64) {
        // A clock that was set back must not put it off.
        if self.swept.is_some_and(|swept| (swept..swept + SWEEP).contains(&now)) {
            return;
        }
        self.swept = Some(now);
        let refilled = now - (BURST_SECONDS * 1000.0) as i64;
        self.buckets.retain(|_, bucket| bucket.filled > refilled);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use super::{CLIENTS, RateLimiter};

    fn client(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(number))
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let limiter = RateLimiter::new(2);
        for _ in 0..10 {
            assert_eq!(limiter.take(client(1), 0), Ok(()));
        }
        assert_eq!(limiter.take(client(1), 0), Err(1));
        assert_eq!(limiter.take(client(2), 0), Ok(()), "others are not held up");
        assert_eq!(limiter.take(client(1), 500), Ok(()));
        assert_eq!(limiter.take(client(1), 500), Err(1));
    }

    #[test]
    fn many_are_taken_together_or_not_at_all() {
        let limiter = RateLimiter::new(1);
        assert_eq!(limiter.take_many(client(1), 3, 0), Ok(()));
        assert_eq!(limiter.take_many(client(1), 3, 0), Err(1), "two of five are left");
        assert_eq!(limiter.take_many(client(1), 2, 0), Ok(()), "and what was refused took none");
        assert_eq!(limiter.take_many(client(1), 16, 1_000), Err(4));
        assert_eq!(limiter.take_many(client(1), 16, 5_000), Ok(()), "a full bucket is enough for anything");
        assert_eq!(limiter.take(client(1), 5_000), Err(1));
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let limiter = RateLimiter::new(1);
        let address = |low: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, low));
        for low in 0..5 {
            assert_eq!(limiter.take(address(low), 0), Ok(()));
        }
        assert_eq!(limiter.take(address(9), 0), Err(1));
    }

    #[test]
    fn memory_is_bounded_and_freed() {
        let limiter = RateLimiter::new(1);
        for number in 0..CLIENTS as u32 + 5 {
            assert_eq!(limiter.take(client(number), 0), Ok(()));
        }
        assert_eq!(limiter.clients.lock().unwrap().buckets.len(), CLIENTS + 1, "newcomers share one bucket");
        assert_eq!(limiter.take(client(1 << 20), 0), Err(1));
        assert_eq!(limiter.take(client(1 << 20), 5_000), Ok(()));
        assert_eq!(limiter.clients.lock().unwrap().buckets.len(), 1, "those who were away are forgotten");
    }

    #[test]
    fn zero_is_no_limit() {
        let limiter = RateLimiter::new(0);
        assert!((0..1000).all(|_| limiter.take(client(1), 0).is_ok()));
    }
}
