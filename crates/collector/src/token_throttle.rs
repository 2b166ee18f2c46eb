//! Delays and logs wrong tokens, both within bounds.
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::client::network;

/// Failures of one address that are answered at once.
const MISTAKES: u32 = 3;
/// The delay of the next failure; it doubles with each that follows.
const FIRST: Duration = Duration::from_millis(250);
/// The longest delay.
const MOST: Duration = Duration::from_secs(8);
/// After this time without a failure an address is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(600);
/// Delayed answers of one address at once; more attempts are refused without a look at the token.
const WAITING: u32 = 8;
/// The most addresses told apart. Beyond, newcomers share one entry.
const CLIENTS: usize = 10_000;
/// The time between two searches for addresses that may be forgotten, each of which looks at all of them.
const SWEEP: Duration = Duration::from_secs(1);
/// The time between two lines of the log.
const QUIET: Duration = Duration::from_secs(10);

/// Failures by address.
#[derive(Clone, Default)]
pub struct TokenThrottle(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    clients: HashMap<Option<IpAddr>, Client>,
    swept: Option<Instant>,
    logged: Option<Instant>,
    since: u64,
}

struct Client {
    wrong: u32,
    waiting: u32,
    last: Instant,
}

/// A failed attempt whose answer is delayed.
pub struct Wait {
    throttle: TokenThrottle,
    client: Option<IpAddr>,
    /// The delay.
    pub time: Duration,
}

impl TokenThrottle {
    /// Whether too many attempts of this address are waiting: further ones are refused without checking their token, since
    /// a right guess among them would show.
    pub fn is_blocked(&self, client: IpAddr) -> bool {
        let state = self.state();
        state.clients.get(&Some(network(client))).is_some_and(|client| client.waiting >= WAITING)
    }

    /// Records a wrong token from `address` at `now`.
    pub fn record_failure(&self, address: IpAddr, now: Instant) -> Wait {
        let mut state = self.state();
        let mut client = Some(network(address));
        if state.clients.len() >= CLIENTS && !state.clients.contains_key(&client) {
            state.sweep(now);
            if state.clients.len() >= CLIENTS {
                client = None;
            }
        }
        let known = state.clients.entry(client).or_insert(Client { wrong: 0, waiting: 0, last: now });
        if now.duration_since(known.last) >= FORGOTTEN {
            known.wrong = 0;
        }
        known.last = now;
        known.wrong = known.wrong.saturating_add(1);
        known.waiting += 1;
        let time = match known.wrong.checked_sub(MISTAKES + 1) {
            None => Duration::ZERO,
            Some(more) => (FIRST * 2_u32.pow(more.min(10))).min(MOST),
        };
        let wrong = known.wrong;
        state.since += 1;
        if state.logged.is_none_or(|at| now.duration_since(at) >= QUIET) {
            tracing::warn!(%address, of_this_address = wrong, since_last_line = state.since, "a wrong token was sent");
            state.logged = Some(now);
            state.since = 0;
        }
        drop(state);
        Wait { throttle: self.clone(), client, time }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_some_and(|swept| now.duration_since(swept) < SWEEP) {
            return;
        }
        self.swept = Some(now);
        self.clients.retain(|_, known| known.waiting > 0 || now.duration_since(known.last) < FORGOTTEN);
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(client) = self.throttle.state().clients.get_mut(&self.client) {
            client.waiting = client.waiting.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn client(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn guesses_wait_longer_and_longer() {
        let (throttle, start) = (TokenThrottle::default(), Instant::now());
        let times: Vec<u64> =
            (0..12).map(|_| throttle.record_failure(client(1), start).time.as_millis() as u64).collect();
        assert_eq!(times, [0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
        assert!(throttle.record_failure(client(2), start).time.is_zero(), "others do not");
        assert!(throttle.record_failure(client(1), start + FORGOTTEN).time.is_zero());
    }

    #[test]
    fn only_some_wait_at_once() {
        let (throttle, start) = (TokenThrottle::default(), Instant::now());
        let waits: Vec<Wait> = (0..WAITING).map(|_| throttle.record_failure(client(1), start)).collect();
        assert!(throttle.is_blocked(client(1)) && !throttle.is_blocked(client(2)));
        drop(waits);
        assert!(!throttle.is_blocked(client(1)));
    }

    #[test]
    fn memory_is_bounded() {
        let (throttle, start) = (TokenThrottle::default(), Instant::now());
        for number in 0..CLIENTS as u32 + 100 {
            throttle.record_failure(client(number), start);
        }
        assert_eq!(throttle.state().clients.len(), CLIENTS + 1);
        throttle.record_failure(client(u32::MAX), start + FORGOTTEN);
        assert_eq!(throttle.state().clients.len(), 1);
    }
}
