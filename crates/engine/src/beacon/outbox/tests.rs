//! A page, its kept requests and a server, in simulated time.
use super::*;
use proptest::prelude::*;
use std::vec::Vec;

const NOW: u64 = 1_790_000_000_000;

/// A request that is kept.
#[derive(Clone, Debug)]
struct Kept {
    name: u32,
    bytes: usize,
    at: u64,
    tries: u32,
}

/// A host that does what the outbox decides.
struct Host {
    outbox: Outbox,
    bounds: KeepBounds,
    kept: Vec<Kept>,
    now: u64,
    online: bool,
    /// The outcome of every request.
    answer: Outcome,
    /// A beacon for which the server always fails temporarily.
    poison: Option<u32>,
    retry_at: u64,
    /// The beacons that the server accepted, in order.
    arrived: Vec<u32>,
    made: u32,
    lost: u64,
}

impl Host {
    fn new(bounds: KeepBounds) -> Self {
        Self {
            outbox: Outbox::new(bounds, "", NOW),
            bounds,
            kept: Vec::new(),
            now: NOW,
            online: true,
            answer: Outcome::Accepted,
            poison: None,
            retry_at: 0,
            arrived: Vec::new(),
            made: 0,
            lost: 0,
        }
    }

    fn request(&mut self, name: u32) -> Outcome {
        assert!(self.online && self.now >= self.retry_at, "sent before {}", self.retry_at);
        let answer = if self.poison == Some(name) { Outcome::Retryable(None) } else { self.answer };
        match answer {
            Outcome::Accepted => self.arrived.push(name),
            Outcome::Retryable(Some(asked)) => {
                self.retry_at = self.now + asked.min(Pause::LONGEST_RETRY_AFTER)
            }
            _ => {}
        }
        answer
    }

    fn beacon(&mut self, bytes: usize) {
        self.made += 1;
        let name = self.made;
        let disposition = if self.outbox.may_send(self.online, self.now) {
            let outcome = self.request(name);
            self.outbox.handle_new(outcome, self.now, 0.5)
        } else {
            Disposition::Keep(0)
        };
        if let Disposition::Keep(tries) = disposition {
            self.kept.push(Kept { name, bytes, at: self.now, tries });
            self.trim();
        }
        self.check();
    }

    fn trim(&mut self) {
        let sizes: Vec<usize> = self.kept.iter().map(|kept| kept.bytes).collect();
        let gone = self.outbox.overflow(&sizes);
        self.kept.drain(..gone);
        self.outbox.count_lost(gone as u64);
    }

    /// Sends kept requests until there is nothing to do for now. Returns the next step.
    fn drain(&mut self) -> NextStep {
        loop {
            let first = self.kept.first().map(|kept| kept.at);
            match self.outbox.next(first, self.online, self.now) {
                NextStep::Drop => _ = self.kept.remove(0),
                NextStep::Send => {
                    let Kept { name, tries, .. } = self.kept[0];
                    let outcome = self.request(name);
                    match self.outbox.handle_kept(outcome, tries, self.now, 0.5) {
                        Disposition::Done => _ = self.kept.remove(0),
                        Disposition::Keep(tries) => self.kept[0].tries = tries,
                        Disposition::Requeue(tries) => {
                            self.kept[0].tries = tries;
                            self.kept.rotate_left(1);
                        }
                    }
                }
                step => {
                    self.check();
                    return step;
                }
            }
        }
    }

    fn next_page(&mut self) {
        self.lost += self.outbox.take_lost();
        let stored = self.outbox.pause_text().unwrap_or_default();
        self.outbox = Outbox::new(self.bounds, &stored, self.now);
    }

    /// Checks what holds at any time.
    fn check(&mut self) {
        self.lost += self.outbox.take_lost();
        let bytes: usize = self.kept.iter().map(|kept| kept.bytes).sum();
        assert!(self.kept.len() <= self.bounds.count && bytes <= self.bounds.bytes);
        let known = self.arrived.len() as u64 + self.kept.len() as u64 + self.lost;
        assert_eq!(known, u64::from(self.made), "every beacon has arrived, is kept, or is counted as lost");
        assert!(self.outbox.pause_left(self.now) <= Pause::LONGEST_RETRY_AFTER);
    }
}

#[test]
fn kept_beacons_are_sent_later_the_oldest_first() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::Retryable(None);
    host.beacon(10);
    host.answer = Outcome::Accepted;
    // During the pause this one is not even tried.
    host.beacon(10);
    assert_eq!(host.drain(), NextStep::Wait(1500));
    host.now += 1500;
    assert_eq!(host.drain(), NextStep::Idle);
    host.beacon(10);
    assert_eq!((host.arrived, host.lost), ([1, 2, 3].to_vec(), 0));
}

#[test]
fn retry_after_holds_on_the_next_page_and_when_the_network_is_back() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::of(503, Some(60_000));
    host.beacon(10);
    host.answer = Outcome::Accepted;
    host.now += 59_999;
    host.outbox.handle_online();
    host.next_page();
    assert_eq!(host.drain(), NextStep::Wait(1001));
    host.now += 1001;
    assert_eq!(host.drain(), NextStep::Idle);
    assert_eq!(host.arrived, [1]);
}

#[test]
fn a_beacon_that_failed_offline_is_sent_once_online() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::Retryable(None);
    host.beacon(10);
    (host.online, host.answer) = (false, Outcome::Accepted);
    assert_eq!(host.drain(), NextStep::Idle);
    host.online = true;
    host.outbox.handle_online();
    assert_eq!(host.drain(), NextStep::Idle);
    assert_eq!(host.arrived, [1]);
}

#[test]
fn a_beacon_that_is_too_old_is_dropped_and_counted() {
    let mut host = Host::new(KeepBounds::default());
    host.online = false;
    host.beacon(10);
    host.now += host.bounds.age + 1;
    host.online = true;
    assert_eq!((host.drain(), host.lost), (NextStep::Idle, 1));
}

#[test]
fn no_beacon_is_lost_while_a_server_fails_for_hours() {
    for asked in [None, Some(1000)] {
        let mut host = Host::new(KeepBounds::default());
        host.answer = Outcome::Retryable(asked);
        for _ in 0..5 {
            host.beacon(10);
        }
        let until = host.now + 10 * 60 * 60 * 1000;
        while let NextStep::Wait(ms) = host.drain() {
            host.now += ms;
            if host.now > until {
                host.answer = Outcome::Accepted;
            }
        }
        host.arrived.sort_unstable();
        assert_eq!((host.arrived, host.lost), ([1, 2, 3, 4, 5].to_vec(), 0), "{asked:?}");
    }
}

#[test]
fn a_beacon_that_makes_the_server_fail_gives_way_to_others_and_is_dropped() {
    let mut host = Host::new(KeepBounds::default());
    host.poison = Some(1);
    for _ in 0..3 {
        host.beacon(10);
    }
    let mut waits = 0;
    while let NextStep::Wait(ms) = host.drain() {
        host.now += ms;
        waits += 1;
    }
    assert_eq!((host.arrived, host.lost, waits), ([2, 3].to_vec(), 1, 9));
}

#[test]
fn a_beacon_at_unload_is_kept_until_the_server_answers_again() {
    let mut host = Host::new(KeepBounds::default());
    assert!(host.outbox.may_send_at_unload(true) && !host.outbox.may_send_at_unload(false));
    host.answer = Outcome::Retryable(Some(1000));
    host.beacon(10);
    host.now += 60_000;
    assert!(host.outbox.may_send(true, host.now));
    assert!(!host.outbox.may_send_at_unload(true), "the pause is over, but the server may still fail");
    host.next_page();
    assert!(!host.outbox.may_send_at_unload(true));
    host.answer = Outcome::Accepted;
    assert_eq!(host.drain(), NextStep::Idle);
    assert!(host.outbox.may_send_at_unload(true));
}

#[test]
fn a_rejected_beacon_is_counted_and_not_kept() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::of(400, None);
    host.beacon(10);
    assert_eq!((host.kept.len(), host.lost), (0, 1));
}

#[test]
fn the_oldest_requests_beyond_the_bounds_are_dropped() {
    let bounds = KeepBounds { count: 3, bytes: 100, ..KeepBounds::default() };
    for (sizes, excess) in [
        (&[][..], 0),
        (&[40, 40, 20], 0),
        (&[40, 40, 21], 1),
        (&[1, 1, 1, 1], 1),
        (&[10, 80, 80, 10], 2),
        (&[101], 1),
    ] {
        assert_eq!(bounds.overflow(sizes), excess, "{sizes:?}");
    }
}

#[test]
fn the_status_decides_the_outcome() {
    for (status, outcome) in [
        (200, Outcome::Accepted),
        (204, Outcome::Accepted),
        (301, Outcome::Rejected),
        (400, Outcome::Rejected),
        (408, Outcome::Retryable(None)),
        (413, Outcome::Rejected),
        (429, Outcome::Retryable(None)),
        (503, Outcome::Retryable(None)),
    ] {
        assert_eq!(Outcome::of(status, None), outcome, "{status}");
    }
}

#[derive(Clone, Debug)]
enum Input {
    Beacon(usize),
    Wait(u64),
    Online(bool),
    Answer(Outcome),
    Drain,
    NextPage,
}

fn input() -> impl Strategy<Value = Input> {
    let outcome = prop_oneof![
        Just(Outcome::Accepted),
        Just(Outcome::Rejected),
        prop::option::of(prop_oneof![0..600_000u64, any::<u64>()]).prop_map(Outcome::Retryable),
    ];
    prop_oneof![
        3 => (0..400usize).prop_map(Input::Beacon),
        3 => prop_oneof![0..10_000u64, 0..4 * Pause::LONGEST_RETRY_AFTER].prop_map(Input::Wait),
        1 => any::<bool>().prop_map(Input::Online),
        2 => outcome.prop_map(Input::Answer),
        3 => Just(Input::Drain),
        1 => Just(Input::NextPage),
    ]
}

proptest! {
    #[test]
    fn no_beacon_is_lost_uncounted_and_no_pause_is_broken(
        inputs in prop::collection::vec(input(), 1..120)
    ) {
        let mut host = Host::new(KeepBounds { count: 5, bytes: 1000, ..KeepBounds::default() });
        for input in inputs {
            match input {
                Input::Beacon(bytes) => host.beacon(bytes),
                Input::Wait(ms) => host.now += ms,
                Input::Online(online) => {
                    if online && !host.online {
                        host.outbox.handle_online();
                    }
                    host.online = online;
                }
                Input::Answer(answer) => host.answer = answer,
                Input::Drain => _ = host.drain(),
                Input::NextPage => host.next_page(),
            }
        }
        // Once network and server are back, nothing is left.
        (host.online, host.answer) = (true, Outcome::Accepted);
        host.outbox.handle_online();
        while let NextStep::Wait(ms) = host.drain() {
            host.now += ms;
        }
        prop_assert!(host.kept.is_empty());
        let before = host.arrived.len();
        let mut once = host.arrived.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), before, "each beacon arrives once");
    }
}
