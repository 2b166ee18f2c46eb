//! Retries: whether and when a failed function is called again, and when a run is paused.
use super::network::NetworkMode;
use crate::rng::Rng;
use crate::time::{Duration, Instant};

/// TanStack's `retry`: how often a failed attempt is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At most this often.
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

/// TanStack's `retryDelay`.
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
            Self::Exponential => Duration::from_ms(f64::from((1000_u32 << failures.min(5)).min(30_000))),
        }
    }
}

/// The options of a run, fixed when it starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunOptions {
    /// How often it retries.
    pub retry: Retry,
    /// The delay before a retry.
    pub delay: Delay,
    /// A random share of the delay, from 0 up to this, is added to it, so that clients that failed together do not retry
    /// together. 0 adds nothing, 1 up to the delay itself.
    pub jitter: f64,
    /// How long an attempt may take before it counts as failed ([`Effect::TimedOut`](super::Effect::TimedOut)).
    pub timeout: Duration,
    /// Whether it runs offline.
    pub network_mode: NetworkMode,
    /// It fetches a part of the data, such as one more page of a list: invalidated data stays invalidated.
    pub partial: bool,
}

/// The longest `Retry-After` that a retry waits for. If the server asks for more, there is no retry: an earlier one
/// would fail too. With [`Retry::Always`], or if [`Verdict::retry`] asks for a retry, it waits for any time.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_const(300_000.0);

impl Default for RunOptions {
    /// Three retries, after one, two and four seconds, only online; no timeout.
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

/// What follows from one failure: the results of the user's `retry` and `retryDelay` functions (`None` leaves it to the
/// run's options), and what the error says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Whether to retry.
    pub retry: Option<bool>,
    /// The delay before the retry.
    pub delay: Option<Duration>,
    /// The same request would fail again, as most of HTTP's 4xx do: it is not retried, unless
    /// [`retry`](Self::retry) says so.
    pub permanent: bool,
    /// The server's `Retry-After`. The retry waits at least this long; see [`LONGEST_RETRY_AFTER`].
    pub retry_after: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Phase {
    /// The function was called and has not answered.
    Running,
    /// It waits for the delay before a retry.
    Waiting,
    /// It is paused before its first attempt.
    PausedAtStart,
    /// It is paused before a retry.
    PausedAtRetry,
}

/// What a run does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// It calls the function.
    Attempt,
    /// It is paused: for the network, the page's focus, or an earlier mutation of its scope.
    Pause,
    /// It waits until then, and retries.
    Wait(Instant),
    /// It ends with the last error.
    GiveUp,
}

/// One run of a function: its attempts, the waits between them, and its pauses.
pub(crate) struct Run {
    pub(crate) options: RunOptions,
    pub(crate) phase: Phase,
    pub(crate) failures: u32,
    /// Nobody awaits it any more: the running attempt may finish, but is not retried.
    pub(crate) last_attempt: bool,
    pub(crate) began: Instant,
    /// An effect has said that it is paused.
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
        let retry = self.options.retry;
        let again = verdict.retry.unwrap_or(
            !verdict.permanent
                && match retry {
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
        // Without jitter no random number is drawn, so that a replay draws the same ones.
        match self.options.jitter > 0.0 {
            true => Next::Wait(at + Duration::from_ms(delay.as_ms() * self.options.jitter * rng.next_f64())),
            false => Next::Wait(at),
        }
    }

    /// The delay is over, or the pause may be.
    pub(crate) fn proceed(&mut self, can_start: bool, can_retry: bool) -> Next {
        let at_start = self.phase == Phase::PausedAtStart;
        if !(if at_start { can_start } else { can_retry }) {
            self.phase = if at_start { Phase::PausedAtStart } else { Phase::PausedAtRetry };
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
    fn by_default_a_run_retries_three_times_and_doubles_the_delay() {
        check(RunOptions::default(), Verdict::default(), expect!["1000 2000 4000"]);
    }

    #[test]
    fn the_delay_is_at_most_thirty_seconds() {
        let options = RunOptions { retry: Retry::Always, ..RunOptions::default() };
        check(options, Verdict::default(), expect!["1000 2000 4000 8000 16000 30000 30000 30000 30000"]);
    }

    #[test]
    fn the_users_functions_override_the_options() {
        let no = Verdict { retry: Some(false), ..Verdict::default() };
        check(RunOptions { retry: Retry::Always, ..RunOptions::default() }, no, expect![""]);
        let late = Verdict { delay: Some(Duration::from_ms(7.0)), ..Verdict::default() };
        check(RunOptions { retry: Retry::Times(2), ..RunOptions::default() }, late, expect!["7 7"]);
    }

    #[test]
    fn a_retry_waits_for_the_servers_retry_after() {
        let busy = Verdict { retry_after: Duration::from_ms(3_000.0), ..Verdict::default() };
        check(RunOptions::default(), busy, expect!["3000 3000 4000"]);
        let soon = Verdict { delay: Some(Duration::from_ms(7.0)), ..busy };
        check(RunOptions::default(), soon, expect!["3000 3000 3000"]);
    }

    #[test]
    fn a_retry_after_of_more_than_five_minutes_ends_the_run() {
        let long = Verdict { retry_after: Duration::from_ms(300_001.0), ..Verdict::default() };
        check(RunOptions { retry: Retry::Times(2), ..RunOptions::default() }, long, expect![""]);
        let insisted = Verdict { retry: Some(true), ..long };
        check(
            RunOptions { retry: Retry::NEVER, ..RunOptions::default() },
            insisted,
            expect!["300001 300001 300001 300001 300001 300001 300001 300001 300001"],
        );
        check(
            RunOptions { retry: Retry::Always, ..RunOptions::default() },
            long,
            expect!["300001 300001 300001 300001 300001 300001 300001 300001 300001"],
        );
    }

    #[test]
    fn a_permanent_failure_is_not_retried_unless_the_user_says_so() {
        let gone = Verdict { permanent: true, ..Verdict::default() };
        check(RunOptions { retry: Retry::Always, ..RunOptions::default() }, gone, expect![""]);
        let insisted = Verdict { retry: Some(true), delay: Some(Duration::ZERO), ..gone };
        check(RunOptions::default(), insisted, expect!["0 0 0 0 0 0 0 0 0"]);
    }

    #[test]
    fn jitter_adds_up_to_its_share_of_each_delay() {
        let options = RunOptions { jitter: 0.5, ..RunOptions::default() };
        check(options, Verdict::default(), expect!["1000 2110 5808"]);
        let busy = Verdict { retry_after: Duration::from_ms(5_000.0), ..Verdict::default() };
        check(options, busy, expect!["5000 5110 6808"]);
    }
}
