//! How long to leave a server alone that is in trouble, also across the pages of a visit.
use super::write;
use alloc::string::String;

/// A pause in sending. Times are of the wall clock, ms since the Unix epoch: it outlives the page.
///
/// - Inputs: [`extend`](Self::extend) when a request failed, [`end`](Self::end) when one was answered,
///   [`handle_online`](Self::handle_online).
/// - Output: [`left`](Self::left), how long nothing may be sent; [`to_text`](Self::to_text), what to store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// In a row.
    failures: u32,
    /// 0 where there is none.
    until: u64,
    /// Whether a server asked for it; or else it is our own caution.
    asked: bool,
}

impl Pause {
    /// The first pause, ms; each failure doubles it.
    pub const FIRST: u64 = 2_000;
    /// The longest pause of our own choosing, ms.
    pub const LONGEST: u64 = 5 * 60 * 1000;
    /// The longest that a server may ask for, ms.
    pub const LONGEST_RETRY_AFTER: u64 = 24 * 60 * 60 * 1000;

    /// The pause that `stored` tells of, which may be over. What is not as [`to_text`](Self::to_text) writes it is
    /// not believed.
    pub fn resume(stored: &str, now: u64) -> Self {
        let mut until = 0;
        for byte in stored.bytes() {
            if !byte.is_ascii_digit() || stored.len() > 16 {
                return Self::default();
            }
            until = until * 10 + u64::from(byte - b'0');
        }
        let known = Self { failures: 0, until, asked: false };
        // Nobody wrote down whose it is: the more careful reading counts.
        Self { asked: known.left(now) > 0, ..known }
    }

    /// How long it lasts from `now`, ms; 0 where there is none. One of more than a day is of a clock that was
    /// set back since: it must not silence a page for years.
    pub fn left(&self, now: u64) -> u64 {
        let left = self.until.saturating_sub(now);
        if left > Self::LONGEST_RETRY_AFTER { 0 } else { left }
    }

    /// Whether the last that was heard of the server is that it failed, however long ago.
    pub fn is_failing(&self) -> bool {
        self.until > 0
    }

    /// A request failed, and the server asked to be left alone for `asked` ms, if it did. `chance` is random, from
    /// 0 up to 1: pages which failed together shall not come back together. It is never shorter than asked, a day
    /// at most, and never ends before one that was there.
    pub fn extend(&mut self, asked: Option<u64>, now: u64, chance: f64) {
        let own = (Self::FIRST << self.failures.min(16)).min(Self::LONGEST);
        self.failures = self.failures.saturating_add(1);
        let wait = match asked {
            None => own / 2 + part(own / 2, chance),
            Some(asked) => {
                self.asked = true;
                asked.saturating_add(part(Self::FIRST, chance)).min(Self::LONGEST_RETRY_AFTER)
            }
        };
        self.until = now + wait.max(self.left(now));
    }

    /// The server has answered: there is no pause any more.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// The network is back: what failed for want of it need not wait. What a server asked for stays.
    pub fn handle_online(&mut self) {
        if !self.asked {
            self.end();
        }
    }

    /// What to store for the tab's next page; `None`: nothing.
    pub fn to_text(&self) -> Option<String> {
        (self.until > 0).then(|| {
            let mut out = String::new();
            write::integer(&mut out, self.until);
            out
        })
    }
}

/// `chance` of `whole`, rounded up.
fn part(whole: u64, chance: f64) -> u64 {
    let exact = whole as f64 * chance;
    let below = exact as u64;
    (if (below as f64) < exact { below + 1 } else { below }).min(whole)
}

#[cfg(test)]
mod tests {
    use super::super::cases::{self, PauseStep};
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_790_000_000_000;

    #[test]
    fn it_is_as_in_the_npm_package() {
        let cases: cases::Pauses = cases::read(include_str!("../../../../tests/cases/rum/pause.json"));
        for case in cases.cases {
            let mut pause = Pause::resume(case.stored.as_deref().unwrap_or(""), case.now);
            let mut now = case.now;
            for step in case.steps {
                match step {
                    PauseStep::Wait(ms) => now = now.checked_add_signed(ms).unwrap(),
                    PauseStep::Fail { asked, chance } => pause.extend(asked, now, chance),
                    PauseStep::Online => pause.handle_online(),
                    PauseStep::Answer => pause.end(),
                    PauseStep::NextPage => pause = Pause::resume(&pause.to_text().unwrap_or_default(), now),
                    PauseStep::Failing(is) => assert_eq!(pause.is_failing(), is, "{}", case.name),
                    PauseStep::Left(ms) => assert_eq!(pause.left(now), ms, "{}", case.name),
                    PauseStep::Stored(text) => assert_eq!(pause.to_text(), text, "{}", case.name),
                }
            }
        }
    }

    #[derive(Clone, Debug)]
    enum Input {
        Wait(u64),
        Fail(Option<u64>, f64),
        Online,
        NextPage,
    }

    fn input() -> impl Strategy<Value = Input> {
        prop_oneof![
            (0..400_000u64).prop_map(Input::Wait),
            (
                prop::option::of(prop_oneof![0..600_000u64, Just(Pause::LONGEST_RETRY_AFTER), any::<u64>()]),
                0.0..1.0
            )
                .prop_map(|(asked, chance)| Input::Fail(asked, chance)),
            Just(Input::Online),
            Just(Input::NextPage),
        ]
    }

    proptest! {
        #[test]
        fn never_earlier_than_asked_never_more_than_a_day(inputs in prop::collection::vec(input(), 1..60)) {
            let (mut pause, mut now, mut asked_until) = (Pause::default(), NOW, 0);
            for input in inputs {
                match input {
                    Input::Wait(ms) => now += ms,
                    Input::Fail(asked, chance) => {
                        let before = now + pause.left(now);
                        pause.extend(asked, now, chance);
                        prop_assert!(now + pause.left(now) >= before);
                        prop_assert!(asked.is_some() || pause.left(now) > 0);
                        asked_until = asked_until.max(now + asked.unwrap_or(0).min(Pause::LONGEST_RETRY_AFTER));
                    }
                    Input::Online => pause.handle_online(),
                    Input::NextPage => pause = Pause::resume(&pause.to_text().unwrap_or_default(), now),
                }
                prop_assert!(pause.left(now) <= Pause::LONGEST_RETRY_AFTER);
                prop_assert!(now + pause.left(now) >= asked_until, "asked until {asked_until}");
            }
        }

        #[test]
        fn our_own_caution_is_bounded(failures in 1u32..100, chance in 0.0..1.0) {
            let mut pause = Pause::default();
            let mut now = NOW;
            for _ in 0..failures {
                now += pause.left(now);
                pause.extend(None, now, chance);
                prop_assert!((Pause::FIRST / 2..=Pause::LONGEST).contains(&pause.left(now)));
            }
        }

        #[test]
        fn whatever_is_stored_the_page_is_not_silent_for_long(stored: String, number: u64, now in 0..1u64 << 53) {
            prop_assert_eq!(Pause::resume(&stored, NOW).left(NOW), 0);
            let stored = std::string::ToString::to_string(&number);
            prop_assert!(Pause::resume(&stored, now).left(now) <= Pause::LONGEST_RETRY_AFTER);
        }
    }
}
