//! How long to send nothing to a server that fails, also across the pages of a visit.
use super::json_write as json;
use alloc::string::String;

/// A pause in sending. Times are wall-clock, ms since the Unix epoch, because the pause outlives the page.
///
/// - Inputs: [`extend`](Self::extend) after a failure, [`end`](Self::end) after an answer,
///   [`handle_online`](Self::handle_online).
/// - Outputs: [`remaining`](Self::remaining), how long nothing may be sent; [`to_text`](Self::to_text), what to store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Consecutive failures.
    failures: u32,
    /// When it ends; 0 if there is no pause.
    until: u64,
    /// Whether the server asked for it with `Retry-After`.
    is_requested: bool,
}

impl Pause {
    /// The first pause, ms; each failure doubles it.
    pub const FIRST: u64 = 2_000;
    /// The longest pause that no server asked for, ms.
    pub const LONGEST: u64 = 5 * 60 * 1000;
    /// The longest pause that a server may ask for, ms.
    pub const LONGEST_RETRY_AFTER: u64 = 24 * 60 * 60 * 1000;

    /// Restores a pause, which may be over, from [`to_text`](Self::to_text). Any other text gives no pause.
    pub fn resume(stored: &str, now: u64) -> Self {
        let mut until = 0;
        for byte in stored.bytes() {
            if !byte.is_ascii_digit() || stored.len() > 16 {
                return Self::default();
            }
            until = until * 10 + u64::from(byte - b'0');
        }
        let known = Self { failures: 0, until, is_requested: false };
        // The text does not say whether the server asked for it: assume so, to be careful.
        Self { is_requested: known.remaining(now) > 0, ..known }
    }

    /// How long the pause lasts from `now`, ms; 0 if there is none. More than a day means that the clock was set back:
    /// that must not silence a page for years.
    pub fn remaining(&self, now: u64) -> u64 {
        let remaining = self.until.saturating_sub(now);
        if remaining > Self::LONGEST_RETRY_AFTER { 0 } else { remaining }
    }

    /// Whether the last known outcome was a failure, however long ago.
    pub fn is_failing(&self) -> bool {
        self.until > 0
    }

    /// A request failed; `retry_after` is the wait in ms that the server asked for, if it did. `chance` is random, from 0 up
    /// to 1, so that pages that failed together do not retry together. The pause is never shorter than asked for, a day
    /// at most, and never ends before the current one.
    pub fn extend(&mut self, retry_after: Option<u64>, now: u64, chance: f64) {
        let own = (Self::FIRST << self.failures.min(16)).min(Self::LONGEST);
        self.failures = self.failures.saturating_add(1);
        let wait = match retry_after {
            None => own / 2 + part(own / 2, chance),
            Some(retry_after) => {
                self.is_requested = true;
                retry_after.saturating_add(part(Self::FIRST, chance)).min(Self::LONGEST_RETRY_AFTER)
            }
        };
        self.until = now + wait.max(self.remaining(now));
    }

    /// The server has answered: ends the pause.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// The network is back: ends the pause, unless a server asked for it.
    pub fn handle_online(&mut self) {
        if !self.is_requested {
            self.end();
        }
    }

    /// What to store for the tab's next page; `None` to store nothing.
    pub fn to_text(&self) -> Option<String> {
        (self.until > 0).then(|| {
            let mut out = String::new();
            json::integer(&mut out, self.until);
            out
        })
    }
}

/// `whole` times `chance`, rounded up.
fn part(whole: u64, chance: f64) -> u64 {
    let exact = whole as f64 * chance;
    let below = exact as u64;
    (if (below as f64) < exact { below + 1 } else { below }).min(whole)
}

#[cfg(test)]
mod tests {
    use super::super::shared_cases::{self as cases, PauseStep};
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_790_000_000_000;

    #[test]
    fn a_pause_follows_the_cases_of_the_npm_package() {
        let cases: cases::Pauses = cases::read(include_str!("../../../../tests/cases/rum/pause.json"));
        for case in cases.cases {
            let mut pause = Pause::resume(case.stored.as_deref().unwrap_or(""), case.now);
            let mut now = case.now;
            for step in case.steps {
                match step {
                    PauseStep::Wait(ms) => now = now.checked_add_signed(ms).unwrap(),
                    PauseStep::Fail { retry_after, chance } => pause.extend(retry_after, now, chance),
                    PauseStep::Online => pause.handle_online(),
                    PauseStep::Answer => pause.end(),
                    PauseStep::NextPage => pause = Pause::resume(&pause.to_text().unwrap_or_default(), now),
                    PauseStep::Failing(expected) => assert_eq!(pause.is_failing(), expected, "{}", case.name),
                    PauseStep::Left(ms) => assert_eq!(pause.remaining(now), ms, "{}", case.name),
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
                .prop_map(|(retry_after, chance)| Input::Fail(retry_after, chance)),
            Just(Input::Online),
            Just(Input::NextPage),
        ]
    }

    proptest! {
        #[test]
        fn a_pause_is_never_shorter_than_requested_nor_longer_than_a_day(inputs in prop::collection::vec(input(), 1..60)) {
            let (mut pause, mut now, mut retry_at) = (Pause::default(), NOW, 0);
            for input in inputs {
                match input {
                    Input::Wait(ms) => now += ms,
                    Input::Fail(retry_after, chance) => {
                        let before = now + pause.remaining(now);
                        pause.extend(retry_after, now, chance);
                        prop_assert!(now + pause.remaining(now) >= before);
                        prop_assert!(retry_after.is_some() || pause.remaining(now) > 0);
                        retry_at = retry_at.max(now + retry_after.unwrap_or(0).min(Pause::LONGEST_RETRY_AFTER));
                    }
                    Input::Online => pause.handle_online(),
                    Input::NextPage => pause = Pause::resume(&pause.to_text().unwrap_or_default(), now),
                }
                prop_assert!(pause.remaining(now) <= Pause::LONGEST_RETRY_AFTER);
                prop_assert!(now + pause.remaining(now) >= retry_at, "retry at {retry_at}");
            }
        }

        #[test]
        fn a_pause_that_no_server_asked_for_is_bounded(failures in 1u32..100, chance in 0.0..1.0) {
            let mut pause = Pause::default();
            let mut now = NOW;
            for _ in 0..failures {
                now += pause.remaining(now);
                pause.extend(None, now, chance);
                prop_assert!((Pause::FIRST / 2..=Pause::LONGEST).contains(&pause.remaining(now)));
            }
        }

        #[test]
        fn any_stored_text_gives_a_pause_of_at_most_a_day(stored: String, number: u64, now in 0..1u64 << 53) {
            prop_assert_eq!(Pause::resume(&stored, NOW).remaining(NOW), 0);
            let stored = std::string::ToString::to_string(&number);
            prop_assert!(Pause::resume(&stored, now).remaining(now) <= Pause::LONGEST_RETRY_AFTER);
        }
    }
}
