//! A page, what it keeps, and a server, under simulated time.
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

/// What the host does: it keeps what it is told to keep, and sends what it is told to send.
struct Host {
    outbox: Outbox,
    bounds: KeepBounds,
    kept: Vec<Kept>,
    now: u64,
    online: bool,
    /// How the server answers now.
    answer: Outcome,
    /// A beacon that the server never takes, and never refuses.
    poison: Option<u32>,
    asked_until: u64,
    /// Names in the order of their coming; a server that says `Later` has nothing.
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
            answer: Outcome::Sent,
            poison: None,
            asked_until: 0,
            arrived: Vec::new(),
            made: 0,
            lost: 0,
        }
    }

    fn request(&mut self, name: u32) -> Outcome {
        assert!(self.online && self.now >= self.asked_until, "sent before {}", self.asked_until);
        let answer = if self.poison == Some(name) { Outcome::Later(None) } else { self.answer };
        match answer {
            Outcome::Sent => self.arrived.push(name),
            Outcome::Later(Some(asked)) => {
                self.asked_until = self.now + asked.min(Pause::LONGEST_RETRY_AFTER)
            }
            _ => {}
        }
        answer
    }

    fn beacon(&mut self, bytes: usize) {
        self.made += 1;
        let name = self.made;
        let fate = if self.outbox.may_send(self.online, self.now) {
            let outcome = self.request(name);
            self.outbox.handle_new(outcome, self.now, 0.5)
        } else {
            Fate::Keep(0)
        };
        if let Fate::Keep(tries) = fate {
            self.kept.push(Kept { name, bytes, at: self.now, tries });
            self.trim();
        }
        self.check();
    }

    fn trim(&mut self) {
        let sizes: Vec<usize> = self.kept.iter().map(|kept| kept.bytes).collect();
        let gone = self.outbox.overflow(&sizes);
        self.kept.drain(..gone);
        self.outbox.lose(gone as u64);
    }

    /// Sends what is kept until there is nothing to do; returns what is to be done then.
    fn drain(&mut self) -> Next {
        loop {
            let first = self.kept.first().map(|kept| kept.at);
            match self.outbox.next(first, self.online, self.now) {
                Next::GiveUp => _ = self.kept.remove(0),
                Next::Send => {
                    let Kept { name, tries, .. } = self.kept[0];
                    let outcome = self.request(name);
                    match self.outbox.handle_kept(outcome, tries, self.now, 0.5) {
                        Fate::Done => _ = self.kept.remove(0),
                        Fate::Keep(tries) => self.kept[0].tries = tries,
                        Fate::KeepLast(tries) => {
                            self.kept[0].tries = tries;
                            self.kept.rotate_left(1);
                        }
                    }
                }
                rest => {
                    self.check();
                    return rest;
                }
            }
        }
    }

    fn next_page(&mut self) {
        self.lost += self.outbox.take_lost();
        let stored = self.outbox.pause_text().unwrap_or_default();
        self.outbox = Outbox::new(self.bounds, &stored, self.now);
    }

    /// What holds at any time.
    fn check(&mut self) {
        self.lost += self.outbox.take_lost();
        let bytes: usize = self.kept.iter().map(|kept| kept.bytes).sum();
        assert!(self.kept.len() <= self.bounds.count && bytes <= self.bounds.bytes);
        let known = self.arrived.len() as u64 + self.kept.len() as u64 + self.lost;
        assert_eq!(known, u64::from(self.made), "of each beacon it is known what became of it");
        assert!(self.outbox.pause_left(self.now) <= Pause::LONGEST_RETRY_AFTER);
    }
}

#[test]
fn what_a_failing_server_did_not_take_goes_later_the_oldest_first() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::Later(None);
    host.beacon(10);
    host.answer = Outcome::Sent;
    // The server is left alone: this one is not even tried.
    host.beacon(10);
    assert_eq!(host.drain(), Next::Wait(1500));
    host.now += 1500;
    assert_eq!(host.drain(), Next::Rest);
    host.beacon(10);
    assert_eq!((host.arrived, host.lost), ([1, 2, 3].to_vec(), 0));
}

#[test]
fn retry_after_holds_for_all_also_on_the_next_page_and_when_the_network_is_back() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::of(503, Some(60_000));
    host.beacon(10);
    host.answer = Outcome::Sent;
    host.now += 59_999;
    host.outbox.handle_online();
    host.next_page();
    assert_eq!(host.drain(), Next::Wait(1001));
    host.now += 1001;
    assert_eq!(host.drain(), Next::Rest);
    assert_eq!(host.arrived, [1]);
}

#[test]
fn what_failed_without_a_network_goes_when_it_is_back() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::Later(None);
    host.beacon(10);
    (host.online, host.answer) = (false, Outcome::Sent);
    assert_eq!(host.drain(), Next::Rest);
    host.online = true;
    host.outbox.handle_online();
    assert_eq!(host.drain(), Next::Rest);
    assert_eq!(host.arrived, [1]);
}

#[test]
fn after_its_days_one_is_given_up_and_counted() {
    let mut host = Host::new(KeepBounds::default());
    host.online = false;
    host.beacon(10);
    host.now += host.bounds.age + 1;
    host.online = true;
    assert_eq!((host.drain(), host.lost), (Next::Rest, 1));
}

#[test]
fn a_server_that_fails_for_hours_costs_no_beacon() {
    for asked in [None, Some(1000)] {
        let mut host = Host::new(KeepBounds::default());
        host.answer = Outcome::Later(asked);
        for _ in 0..5 {
            host.beacon(10);
        }
        let until = host.now + 10 * 60 * 60 * 1000;
        while let Next::Wait(ms) = host.drain() {
            host.now += ms;
            if host.now > until {
                host.answer = Outcome::Sent;
            }
        }
        host.arrived.sort_unstable();
        assert_eq!((host.arrived, host.lost), ([1, 2, 3, 4, 5].to_vec(), 0), "{asked:?}");
    }
}

#[test]
fn one_that_alone_makes_the_server_fail_holds_up_no_other_for_long_and_is_given_up() {
    let mut host = Host::new(KeepBounds::default());
    host.poison = Some(1);
    for _ in 0..3 {
        host.beacon(10);
    }
    let mut waits = 0;
    while let Next::Wait(ms) = host.drain() {
        host.now += ms;
        waits += 1;
    }
    assert_eq!((host.arrived, host.lost, waits), ([2, 3].to_vec(), 1, 9));
}

#[test]
fn what_goes_last_is_kept_until_the_server_has_answered_well() {
    let mut host = Host::new(KeepBounds::default());
    assert!(host.outbox.may_leave(true) && !host.outbox.may_leave(false));
    host.answer = Outcome::Later(Some(1000));
    host.beacon(10);
    host.now += 60_000;
    assert!(host.outbox.may_send(true, host.now));
    assert!(!host.outbox.may_leave(true), "the pause is over, but nobody knows whether the trouble is");
    host.next_page();
    assert!(!host.outbox.may_leave(true));
    host.answer = Outcome::Sent;
    assert_eq!(host.drain(), Next::Rest);
    assert!(host.outbox.may_leave(true));
}

#[test]
fn what_is_refused_is_counted_and_not_kept() {
    let mut host = Host::new(KeepBounds::default());
    host.answer = Outcome::of(400, None);
    host.beacon(10);
    assert_eq!((host.kept.len(), host.lost), (0, 1));
}

#[test]
fn of_too_many_or_too_much_the_oldest_go() {
    let bounds = KeepBounds { count: 3, bytes: 100, ..KeepBounds::default() };
    for (sizes, gone) in [
        (&[][..], 0),
        (&[40, 40, 20], 0),
        (&[40, 40, 21], 1),
        (&[1, 1, 1, 1], 1),
        (&[10, 80, 80, 10], 2),
        (&[101], 1),
    ] {
        assert_eq!(bounds.overflow(sizes), gone, "{sizes:?}");
    }
}

#[test]
fn which_answers_may_pass() {
    for (status, outcome) in [
        (200, Outcome::Sent),
        (204, Outcome::Sent),
        (301, Outcome::Refused),
        (400, Outcome::Refused),
        (408, Outcome::Later(None)),
        (413, Outcome::Refused),
        (429, Outcome::Later(None)),
        (503, Outcome::Later(None)),
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
        Just(Outcome::Sent),
        Just(Outcome::Refused),
        prop::option::of(prop_oneof![0..600_000u64, any::<u64>()]).prop_map(Outcome::Later),
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
    fn whatever_happens_nothing_is_lost_uncounted_and_no_server_is_pressed(
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
        // Once all is well, nothing is left.
        (host.online, host.answer) = (true, Outcome::Sent);
        host.outbox.handle_online();
        while let Next::Wait(ms) = host.drain() {
            host.now += ms;
        }
        prop_assert!(host.kept.is_empty());
        let before = host.arrived.len();
        let mut once = host.arrived.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), before, "each arrives once");
    }
}
