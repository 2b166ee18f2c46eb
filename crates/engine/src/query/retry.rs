//! Whether and when a function that failed is tried again, and what a run of it waits for.
use super::network::NetworkMode;
use crate::rng::Rng;
use crate::time::{Duration, Instant};

/// How often a failed attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At most so many times.
    Times(u32),
    /// Until it succeeds or is cancelled.
    Always,
}

impl Retry {
    /// The first attempt is the only one.
    pub const NEVER: Self = Self::Times(0);
    /// TanStack Query's default.
    pub const DEFAULT: Self = Self::Times(3);
}

/// How long a retry waits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Delay {
    /// A second, doubled with each failure, up to thirty.
    #[default]
    Exponential,
    /// Always the same.
    Fixed(Duration),
}

impl Delay {
    /// How long to wait after an attempt that failed when `failures` had failed before it.
    pub fn after(self, failures: u32) -> Duration {
        match self {
            Self::Fixed(span) => span,
            Self::Exponential => Duration::from_ms(f64::from(1000u32 << failures.min(5)).min(30_000.0)),
        }
    }
}

/// What a run follows; fixed when it starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunOptions {
    /// How often.
    pub retry: Retry,
    /// How late.
    pub delay: Delay,
    /// Up to this part of each delay is added to it, by chance: what failed together does not come back
    /// together. 0 adds nothing, 1 up to as much again.
    pub jitter: f64,
    /// How long an attempt may take before it counts as failed ([`Effect::TimedOut`](super::Effect::TimedOut)).
    pub timeout: Duration,
    /// What it needs of the network.
    pub network_mode: NetworkMode,
    /// It fetches a part of the data, as one more page of a list: what was invalidated before stays so.
    pub partial: bool,
}

/// What a server may ask for with `Retry-After` is waited for up to this long. Where it asks for more, the
/// attempt is the last: nobody sits that out, and to ask sooner would be to ask in vain. Who retries
/// [always](Retry::Always), or says so of this failure ([`Verdict::retry`]), waits for whatever is asked.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_const(300_000.0);

impl Default for RunOptions {
    /// Three retries, a second, two and four apart, while online; each attempt takes as long as it takes.
    fn default() -> Self {
        Self {
            retry: Retry::DEFAULT,
            delay: Delay::default(),
            jitter: 0.0,
            timeout: Duration::INFINITE,
            network_mode: NetworkMode::default(),
            partial: false,
        }
    }
}

/// What is known of a failure: what the user's own functions said, where they were given (`None` leaves it to
/// the run's options), and what the error says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Try again, or not.
    pub retry: Option<bool>,
    /// After so long.
    pub delay: Option<Duration>,
    /// The same request would fail again, as most of HTTP's 4xx do: it is not repeated, unless
    /// [`retry`](Self::retry) says so.
    pub permanent: bool,
    /// For how long the server asks not to be asked again. The next attempt is not made before, however short
    /// the delay; see [`LONGEST_RETRY_AFTER`].
    pub retry_after: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Phase {
    /// The function was called and has not answered.
    Running,
    /// For the delay before the next attempt.
    Waiting,
    /// Until it can make its first attempt.
    PausedAtStart,
    /// Until it can make a further one.
    PausedAtRetry,
}

/// What a run does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Calls the function.
    Attempt,
    /// Waits for the network, the page's focus or its turn.
    Pause,
    /// Waits until then before it calls the function again.
    Wait(Instant),
    /// Ends with the last error.
    GiveUp,
}

/// One run of a function: its attempts, the waits between them, and its pauses.
pub(crate) struct Run {
    pub(crate) options: RunOptions,
    pub(crate) phase: Phase,
    pub(crate) failures: u32,
    /// Nobody waits for it any more: the attempt on its way may end, but none follows.
    pub(crate) last_attempt: bool,
    pub(crate) began: Instant,
    /// The face knows that it is paused.
    pub(crate) announced: bool,
}

impl Run {
    pub(crate) fn new(now: Instant, options: RunOptions) -> Self {
        Self {
            options,
            phase: Phase::PausedAtStart,
            failures: 0,
            last_attempt: false,
            began: now,
            announced: false,
        }
    }

    pub(crate) fn failed(&mut self, now: Instant, verdict: Verdict, rng: &mut Rng) -> Next {
        let again = verdict.retry.unwrap_or(
            !verdict.permanent
                && match self.options.retry {
                    Retry::Times(times) => {
                        self.failures < times && verdict.retry_after <= LONGEST_RETRY_AFTER
                    }
                    Retry::Always => true,
                },
        );
        if self.last_attempt || !again {
            return Next::GiveUp;
        }
        let delay = verdict.delay.unwrap_or(self.options.delay.after(self.failures));
        self.failures += 1;
        let at = now + delay.max(verdict.retry_after);
        // Nothing is drawn where nothing is left to chance.
        match self.options.jitter > 0.0 {
            true => Next::Wait(at + Duration::from_ms(delay.as_ms() * self.options.jitter * rng.next_f64())),
            false => Next::Wait(at),
        }
    }

    /// The delay is over, or what it was paused for may have come.
    pub(crate) fn proceed(&mut self, can_start: bool, can_retry: bool) -> Next {
        let (able, paused) = match self.phase {
            Phase::PausedAtStart => (can_start, Phase::PausedAtStart),
            _ => (can_retry, Phase::PausedAtRetry),
        };
        if !able {
            self.phase = paused;
            return Next::Pause;
        }
        if self.last_attempt && self.failures > 0 {
            return Next::GiveUp;
        }
        self.phase = Phase::Running;
        Next::Attempt
    }

    pub(crate) fn is_paused(&self) -> bool {
        matches!(self.phase, Phase::PausedAtStart | Phase::PausedAtRetry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use expect_test::{Expect, expect};
    use std::format;

    fn check(options: RunOptions, verdict: Verdict, expected: Expect) {
        let now = Instant::ZERO;
        let mut run = Run::new(now, options);
        let mut rng = Rng::new(7);
        let waits: Vec<_> = (0..9)
            .map_while(|_| match run.failed(now, verdict, &mut rng) {
                Next::Wait(at) => Some(format!("{:.0}", at.as_ms())),
                _ => None,
            })
            .collect();
        expected.assert_eq(&waits.join(" "));
    }

    #[test]
    fn three_times_and_twice_as_late_each_time_unless_told_otherwise() {
        check(RunOptions::default(), Verdict::default(), expect!["1000 2000 4000"]);
    }

    #[test]
    fn never_later_than_thirty_seconds() {
        let options = RunOptions { retry: Retry::Always, ..RunOptions::default() };
        check(options, Verdict::default(), expect!["1000 2000 4000 8000 16000 30000 30000 30000 30000"]);
    }

    #[test]
    fn the_users_functions_have_the_last_word() {
        let no = Verdict { retry: Some(false), ..Verdict::default() };
        check(RunOptions { retry: Retry::Always, ..RunOptions::default() }, no, expect![""]);
        let late = Verdict { delay: Some(Duration::from_ms(7.0)), ..Verdict::default() };
        check(RunOptions { retry: Retry::Times(2), ..RunOptions::default() }, late, expect!["7 7"]);
    }

    #[test]
    fn not_before_the_server_wants_to_be_asked_again() {
        let busy = Verdict { retry_after: Duration::from_ms(3_000.0), ..Verdict::default() };
        check(RunOptions::default(), busy, expect!["3000 3000 4000"]);
        let soon = Verdict { delay: Some(Duration::from_ms(7.0)), ..busy };
        check(RunOptions::default(), soon, expect!["3000 3000 3000"]);
    }

    #[test]
    fn what_the_server_puts_off_too_long_is_not_sat_out() {
        let long = Verdict { retry_after: Duration::from_ms(300_001.0), ..Verdict::default() };
        check(RunOptions { retry: Retry::Times(2), ..RunOptions::default() }, long, expect![""]);
        let told = Verdict { retry: Some(true), ..long };
        check(
            RunOptions { retry: Retry::NEVER, ..RunOptions::default() },
            told,
            expect!["300001 300001 300001 300001 300001 300001 300001 300001 300001"],
        );
        check(
            RunOptions { retry: Retry::Always, ..RunOptions::default() },
            long,
            expect!["300001 300001 300001 300001 300001 300001 300001 300001 300001"],
        );
    }

    #[test]
    fn what_would_fail_again_is_not_repeated_unless_the_user_says_so() {
        let gone = Verdict { permanent: true, ..Verdict::default() };
        check(RunOptions { retry: Retry::Always, ..RunOptions::default() }, gone, expect![""]);
        let told = Verdict { retry: Some(true), delay: Some(Duration::ZERO), ..gone };
        check(RunOptions::default(), told, expect!["0 0 0 0 0 0 0 0 0"]);
    }

    #[test]
    fn jitter_makes_each_delay_longer_by_up_to_its_part() {
        let options = RunOptions { jitter: 0.5, ..RunOptions::default() };
        check(options, Verdict::default(), expect!["1000 2110 5808"]);
        let busy = Verdict { retry_after: Duration::from_ms(5_000.0), ..Verdict::default() };
        check(options, busy, expect!["5000 5110 6808"]);
    }
}
