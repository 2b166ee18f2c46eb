//! Decides when beacons are sent, which are kept for later, and which are dropped.
use super::pause::Pause;
use alloc::string::String;

/// The most that is kept for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepBounds {
    /// Requests.
    pub count: usize,
    /// Bytes of their bodies.
    pub bytes: usize,
    /// How long a request is kept, ms.
    pub age: u64,
    /// A request that failed this often gives way to the others.
    pub tries: u32,
}

impl Default for KeepBounds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl KeepBounds {
    /// A hundred requests of 512 KiB together, for two days (the collector remembers ids for three) and eight tries.
    pub const DEFAULT: Self = Self { count: 100, bytes: 512 * 1024, age: 48 * 60 * 60 * 1000, tries: 8 };

    /// How many of the oldest exceed the bounds.
    fn overflow(&self, sizes: &[usize]) -> usize {
        let mut bytes: usize = sizes.iter().sum();
        let mut excess = 0;
        for size in sizes {
            if bytes <= self.bytes && sizes.len() - excess <= self.count {
                break;
            }
            bytes -= size;
            excess += 1;
        }
        excess
    }
}

/// The result of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server acknowledged it.
    Accepted,
    /// The server will never accept it.
    Rejected,
    /// It may be tried again, after as many ms as the server asked for, if it did.
    Retryable(Option<u64>),
}

impl Outcome {
    /// The outcome by the HTTP status, and by the header that [`retry_after`](super::retry_after) parsed. 408, 429 and 5xx
    /// are temporary failures, all others are final.
    pub fn of(status: u16, retry_after: Option<u64>) -> Self {
        match status {
            200..=299 => Self::Accepted,
            408 | 429 | 500.. => Self::Retryable(retry_after),
            _ => Self::Rejected,
        }
    }
}

/// What to do next with the kept requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing, until the network is back or a request is kept.
    Idle,
    /// Nothing, for so many ms.
    Wait(u64),
    /// Send the first, then call [`Outbox::handle_kept`].
    Send,
    /// Drop the first, which is counted as lost.
    Drop,
}

/// What to do with a request after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Nothing more: a server has it, or it is counted as lost.
    Done,
    /// Keep it in its place, with this number of tries.
    Keep(u32),
    /// Keep it behind all others, with this number of tries: it may be what makes the server fail.
    Requeue(u32),
}

/// Decides about beacons in transit. The host keeps the requests, in the order in which they were made, and reports what
/// happens. `now` is the wall clock, ms since the Unix epoch; `chance` is random, from 0 up to but not including 1.
///
/// - A new beacon is sent if [`may_send`](Self::may_send); its outcome goes to [`handle_new`](Self::handle_new). If the
///   host has to keep it, the sizes of all kept requests go to [`overflow`](Self::overflow).
/// - While the page is unloaded, no outcome can be read: a beacon is sent if
///   [`may_send_at_unload`](Self::may_send_at_unload), and kept otherwise.
/// - Kept requests are sent one by one, as [`next`](Self::next) says of the first; its outcome goes to
///   [`handle_kept`](Self::handle_kept).
/// - Beacons that are lost are counted ([`take_lost`](Self::take_lost)).
#[derive(Clone, Debug)]
pub struct Outbox {
    bounds: KeepBounds,
    pause: Pause,
    /// Whether the last request of this page was not a temporary failure.
    is_server_up: bool,
    lost: u64,
}

impl Outbox {
    /// `stored` is the [`pause_text`](Self::pause_text) of the tab's previous page.
    pub fn new(bounds: KeepBounds, stored: &str, now: u64) -> Self {
        Self { bounds, pause: Pause::resume(stored, now), is_server_up: false, lost: 0 }
    }

    /// Whether to send a new beacon. A pause holds for new beacons too.
    pub fn may_send(&self, is_online: bool, now: u64) -> bool {
        is_online && self.pause.remaining(now) == 0
    }

    /// Whether to hand a beacon to the browser while the page is unloaded. A server that failed may fail again, also after
    /// the pause: beacons whose outcome cannot be read are kept until the server has answered.
    pub fn may_send_at_unload(&self, is_online: bool) -> bool {
        is_online && !self.pause.is_failing()
    }

    /// How long nothing may be sent, ms.
    pub fn pause_left(&self, now: u64) -> u64 {
        self.pause.remaining(now)
    }

    /// What to store for the tab's next page; `None` to store nothing.
    pub fn pause_text(&self) -> Option<String> {
        self.pause.to_text()
    }

    /// Takes the outcome of a new beacon.
    #[must_use = "a beacon that should be kept is lost otherwise"]
    pub fn handle_new(&mut self, outcome: Outcome, now: u64, chance: f64) -> Disposition {
        self.settle(outcome, 0, now, chance)
    }

    /// Takes the outcome of the first kept request, which was kept with this number of `tries`.
    ///
    /// While a server fails, all requests fail and none is at fault, in particular if the server sends `Retry-After`. A
    /// request that failed often otherwise is requeued, and dropped only if it fails right after the server accepted
    /// another one.
    #[must_use = "a finished request is sent again otherwise"]
    pub fn handle_kept(&mut self, outcome: Outcome, tries: u32, now: u64, chance: f64) -> Disposition {
        let was_server_up = self.is_server_up;
        match self.settle(outcome, tries.saturating_add(1), now, chance) {
            Disposition::Keep(tries) if tries >= self.bounds.tries && outcome == Outcome::Retryable(None) => {
                if was_server_up {
                    self.count_lost(1);
                    return Disposition::Done;
                }
                Disposition::Requeue(tries)
            }
            disposition => disposition,
        }
    }

    fn settle(&mut self, outcome: Outcome, tries: u32, now: u64, chance: f64) -> Disposition {
        self.is_server_up = !matches!(outcome, Outcome::Retryable(_));
        match outcome {
            Outcome::Retryable(retry_after) => {
                self.pause.extend(retry_after, now, chance);
                return Disposition::Keep(tries);
            }
            Outcome::Accepted => {}
            Outcome::Rejected => self.count_lost(1),
        }
        self.pause.end();
        Disposition::Done
    }

    /// How many of the oldest kept requests to drop, by the sizes of all in bytes, the oldest first. The host drops them and
    /// calls [`count_lost`](Self::count_lost).
    pub fn overflow(&self, sizes: &[usize]) -> usize {
        self.bounds.overflow(sizes)
    }

    /// What to do next; `first` is when the first request was kept.
    pub fn next(&mut self, first: Option<u64>, is_online: bool, now: u64) -> NextStep {
        let Some(at) = first.filter(|_| is_online) else { return NextStep::Idle };
        if now.saturating_sub(at) > self.bounds.age {
            self.count_lost(1);
            return NextStep::Drop;
        }
        match self.pause.remaining(now) {
            0 => NextStep::Send,
            left => NextStep::Wait(left),
        }
    }

    /// The network is back.
    pub fn handle_online(&mut self) {
        self.pause.handle_online();
    }

    /// The user withdrew consent: ends the pause and forgets the count of lost beacons.
    pub fn forget(&mut self) {
        self.pause.end();
        self.lost = 0;
    }

    /// Counts beacons that were lost, for lack of room or in ways that only the host sees.
    pub fn count_lost(&mut self, beacons: u64) {
        self.lost = self.lost.saturating_add(beacons);
    }

    /// How many beacons were lost since the last call.
    pub fn take_lost(&mut self) -> u64 {
        core::mem::take(&mut self.lost)
    }
}

#[cfg(test)]
mod tests;
