//! The pauses between attempts to send something.
use std::time::Duration;

/// The first pause after a failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pauses between attempts.
#[derive(Debug, Default)]
pub struct Pauses(u32);

impl Pauses {
    /// The next pause. `share`, from 0 to 1, shortens it by up to a half, so that many senders do not come at once. It is at
    /// least what the receiver asks for.
    pub fn next(&mut self, wish: Option<Duration>, share: f64) -> Duration {
        let full = FIRST_PAUSE.saturating_mul(1 << self.0.min(16)).min(LONGEST_PAUSE);
        self.0 += 1;
        full.mul_f64(1.0 - share.clamp(0.0, 1.0) / 2.0).max(wish.unwrap_or_default())
    }

    /// A request was answered: the next failure is the first again.
    pub fn reset(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        let mut pauses = Pauses::default();
        let seconds: Vec<f64> = (0..8).map(|_| pauses.next(None, 0.0).as_secs_f64()).collect();
        assert_eq!(seconds, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        assert_eq!(pauses.next(None, 1.0), Duration::from_secs(30));
        assert_eq!(pauses.next(Some(Duration::from_secs(90)), 1.0), Duration::from_secs(90));
        pauses.reset();
        assert_eq!(pauses.next(Some(Duration::from_millis(1)), 0.5), Duration::from_millis(750));
    }
}
