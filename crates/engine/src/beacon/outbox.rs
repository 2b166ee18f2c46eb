//! What of the beacons is sent when, what is kept for later, and what is given up.
use super::pause::Pause;
use alloc::string::String;

/// How much is kept for later, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepBounds {
    /// How many requests.
    pub count: usize,
    /// How many bytes of bodies.
    pub bytes: usize,
    /// For how long, ms.
    pub age: u64,
    /// How often one is tried before it must give way to the others.
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

    /// How many of the oldest are too many or too much.
    fn overflow(&self, sizes: &[usize]) -> usize {
        let mut bytes: usize = sizes.iter().sum();
        let mut gone = 0;
        for size in sizes {
            if bytes <= self.bytes && sizes.len() - gone <= self.count {
                break;
            }
            bytes -= size;
            gone += 1;
        }
        gone
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has it.
    Sent,
    /// The server will never take it.
    Refused,
    /// It may be tried again; the server asked for so many ms, if it did.
    Later(Option<u64>),
}

impl Outcome {
    /// What an answer says: its HTTP status, and what [`retry_after`](super::retry_after) makes of its header.
    /// 408, 429 and 5xx may pass, any other failure will not.
    pub fn of(status: u16, retry_after: Option<u64>) -> Self {
        match status {
            200..=299 => Self::Sent,
            408 | 429 | 500.. => Self::Later(retry_after),
            _ => Self::Refused,
        }
    }
}

/// What is to be done with what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing, until the network is back or something is kept.
    Rest,
    /// Nothing, for so many ms.
    Wait(u64),
    /// Send the first, then tell [`Outbox::handle_kept`].
    Send,
    /// Drop the first, which is counted as lost.
    GiveUp,
}

/// What is to be done with a beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing more: a server has it, or it is counted as lost.
    Done,
    /// It is kept in its place, as one that was tried so often.
    Keep(u32),
    /// The same, but behind all others that are kept: it may be what makes the server fail.
    KeepLast(u32),
}

/// Decides about beacons on their way. It holds none of them: the host keeps them, in the order of their coming, and
/// tells what it sees. `now` is the wall clock, ms since the Unix epoch, `chance` random from 0 up to 1.
///
/// - A new beacon is sent where [`may_send`](Self::may_send); what became of it goes to
///   [`handle_new`](Self::handle_new), and after it was put to the others, their sizes to [`overflow`](Self::overflow).
/// - When the page goes, nobody hears what became of a beacon: it is sent where [`may_leave`](Self::may_leave), and kept
///   otherwise.
/// - What is kept is sent one by one, as [`next`](Self::next) says of the first; what became of it goes to
///   [`handle_kept`](Self::handle_kept).
/// - What is lost on the way is counted ([`take_lost`](Self::take_lost)).
#[derive(Clone, Debug)]
pub struct Outbox {
    bounds: KeepBounds,
    pause: Pause,
    /// Whether the server answered the last request of this page well.
    is_well: bool,
    lost: u64,
}

impl Outbox {
    /// `stored` is what [`pause_text`](Self::pause_text) gave to an earlier page of the tab.
    pub fn new(bounds: KeepBounds, stored: &str, now: u64) -> Self {
        Self { bounds, pause: Pause::resume(stored, now), is_well: false, lost: 0 }
    }

    /// Whether a new beacon is sent. While the server is left alone, nothing new is sent to it either.
    pub fn may_send(&self, is_online: bool, now: u64) -> bool {
        is_online && self.pause.left(now) == 0
    }

    /// Whether a beacon is handed to the browser as the page goes. A server that failed may fail again, also when the
    /// pause is over: until it has answered well, what nobody would hear of is kept.
    pub fn may_leave(&self, is_online: bool) -> bool {
        is_online && !self.pause.is_failing()
    }

    /// How long nothing is sent, ms.
    pub fn pause_left(&self, now: u64) -> u64 {
        self.pause.left(now)
    }

    /// What to store for the tab's next page; `None`: nothing.
    pub fn pause_text(&self) -> Option<String> {
        self.pause.to_text()
    }

    /// What became of a beacon that was sent for the first time.
    #[must_use = "what is to be kept is lost otherwise"]
    pub fn handle_new(&mut self, outcome: Outcome, now: u64, chance: f64) -> Fate {
        self.judge(outcome, 0, now, chance)
    }

    /// What became of the first of what is kept, which was kept as one tried `tries` times.
    ///
    /// While a server fails, all beacons fail, and none of them is at fault; least of all where the server asks to be
    /// left alone. Any other that failed often gives way to the others, and is given up only where it fails again right
    /// after the server took one of them.
    #[must_use = "what is done is sent again otherwise"]
    pub fn handle_kept(&mut self, outcome: Outcome, tries: u32, now: u64, chance: f64) -> Fate {
        let was_well = self.is_well;
        match self.judge(outcome, tries.saturating_add(1), now, chance) {
            Fate::Keep(tries) if tries >= self.bounds.tries && outcome == Outcome::Later(None) => {
                if was_well {
                    self.lose(1);
                    return Fate::Done;
                }
                Fate::KeepLast(tries)
            }
            fate => fate,
        }
    }

    fn judge(&mut self, outcome: Outcome, tries: u32, now: u64, chance: f64) -> Fate {
        self.is_well = !matches!(outcome, Outcome::Later(_));
        match outcome {
            Outcome::Later(asked) => {
                self.pause.extend(asked, now, chance);
                return Fate::Keep(tries);
            }
            Outcome::Sent => {}
            Outcome::Refused => self.lose(1),
        }
        self.pause.end();
        Fate::Done
    }

    /// How many of the oldest of what is kept are to go, of requests of so many bytes, the oldest first. Once they
    /// are gone, they are [lost](Self::lose).
    pub fn overflow(&self, sizes: &[usize]) -> usize {
        self.bounds.overflow(sizes)
    }

    /// What to do with the first of what is kept: when it was kept.
    pub fn next(&mut self, first: Option<u64>, is_online: bool, now: u64) -> Next {
        let Some(at) = first.filter(|_| is_online) else { return Next::Rest };
        if now.saturating_sub(at) > self.bounds.age {
            self.lose(1);
            return Next::GiveUp;
        }
        match self.pause.left(now) {
            0 => Next::Send,
            left => Next::Wait(left),
        }
    }

    /// The network is back.
    pub fn handle_online(&mut self) {
        self.pause.handle_online();
    }

    /// The user does not agree any more: there is no pause, and nothing to be told of.
    pub fn forget(&mut self) {
        self.pause.end();
        self.lost = 0;
    }

    /// Counts beacons that were lost: for want of room, or in ways that only the host sees.
    pub fn lose(&mut self, beacons: u64) {
        self.lost = self.lost.saturating_add(beacons);
    }

    /// How many were lost since this was asked last.
    pub fn take_lost(&mut self) -> u64 {
        core::mem::take(&mut self.lost)
    }
}

#[cfg(test)]
mod tests;
