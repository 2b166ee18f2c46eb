//! The visit that page views belong to, without a cookie.
use super::json_write as json;
use alloc::string::String;

/// A visit: a random session id in the tab's storage, which changes when the tab was idle for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    seed: u64,
    /// When it began, and its last activity, ms since the Unix epoch.
    started: u64,
    last_active: u64,
}

impl Visit {
    /// A visit ends after half an hour without activity, ms.
    pub const MAX_IDLE: u64 = 30 * 60 * 1000;
    /// A visit ends after four hours in any case, ms.
    pub const MAX_LENGTH: u64 = 4 * 60 * 60 * 1000;

    /// Continues the visit of `stored`, with activity at `now`, or starts a new one with an id from `seed`, 64 random bits. `now`
    /// is the wall clock, ms since the Unix epoch. Any text that [`to_text`](Self::to_text) does not write starts a new visit.
    pub fn resume(stored: &str, now: u64, seed: u64) -> Self {
        let fresh = Self { seed, started: now, last_active: now };
        let Some(known) = Self::read(stored) else { return fresh };
        let continues = now >= known.last_active
            && now - known.last_active < Self::MAX_IDLE
            && now - known.started < Self::MAX_LENGTH;
        if continues { Self { last_active: now, ..known } } else { fresh }
    }

    /// What to store.
    pub fn to_text(&self) -> String {
        let mut out = self.session_id();
        for moment in [self.started, self.last_active] {
            out.push(' ');
            json::integer(&mut out, moment);
        }
        out
    }

    /// The session id: sixteen hexadecimal digits.
    pub fn session_id(&self) -> String {
        random_id(self.seed)
    }

    /// Whether this visit is in a sample of `rate` (0 to 1). All page views of a visit get the same answer, and a visit in a
    /// sample is also in every larger one.
    pub fn is_sampled(&self, rate: f64) -> bool {
        // The id is random; its upper half suffices.
        ((self.seed >> 32) as f64) < rate * 4_294_967_296.0
    }

    fn read(stored: &str) -> Option<Self> {
        let mut rest = stored.as_bytes();
        if rest.get(16) != Some(&b' ') {
            return None;
        }
        let (seed, started, last_active) =
            (field(&mut rest, 16)?, field(&mut rest, 10)?, field(&mut rest, 10)?);
        (rest.is_empty() && !stored.ends_with(' ') && last_active >= started).then_some(Self {
            seed,
            started,
            last_active,
        })
    }
}

/// An id for a visit, a page view or a span, from 64 random bits: sixteen hexadecimal digits.
pub fn random_id(mut bits: u64) -> String {
    let mut out = String::with_capacity(16);
    for _ in 0..16 {
        bits = bits.rotate_left(4);
        json::digit(&mut out, (bits & 15) as u8);
    }
    out
}

/// Reads a number of one to sixteen digits, and the space behind it.
fn field(rest: &mut &[u8], radix: u64) -> Option<u64> {
    let mut number = 0;
    let mut length = 0;
    while let Some((byte, after)) = rest.split_first() {
        *rest = after;
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' if radix == 16 => byte - b'a' + 10,
            b' ' => break,
            _ => return None,
        };
        number = number * radix + u64::from(digit);
        length += 1;
        if length > 16 {
            return None;
        }
    }
    (length > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::super::shared_cases as cases;
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_790_000_000_000;

    #[test]
    fn a_visit_continues_from_page_to_page() {
        let first = Visit::resume("", NOW, 0xfeed_0000_0000_beef);
        assert_eq!(first.session_id(), "feed00000000beef");
        let next = Visit::resume(&first.to_text(), NOW + 1000, 7);
        assert_eq!(next.session_id(), first.session_id());
        assert_eq!(next.to_text(), "feed00000000beef 1790000000000 1790000001000");
    }

    #[test]
    fn a_visit_ends_when_idle_and_after_its_longest_duration() {
        let mut visit = Visit::resume("", NOW, 1);
        assert_ne!(
            Visit::resume(&visit.to_text(), NOW + Visit::MAX_IDLE, 2).session_id(),
            visit.session_id()
        );
        let mut now = NOW;
        while now + Visit::MAX_IDLE / 2 < NOW + Visit::MAX_LENGTH {
            now += Visit::MAX_IDLE / 2;
            visit = Visit::resume(&visit.to_text(), now, 2);
            assert_eq!(visit.session_id(), random_id(1));
        }
        assert_eq!(Visit::resume(&visit.to_text(), NOW + Visit::MAX_LENGTH, 2).session_id(), random_id(2));
    }

    #[test]
    fn a_visit_continues_as_in_the_npm_package() {
        let cases: cases::Sessions = cases::read(include_str!("../../../../tests/cases/rum/session.json"));
        for case in cases.cases {
            let visit = Visit::resume(case.stored.as_deref().unwrap_or(""), case.now, 7);
            let expected =
                case.goes_on.unwrap_or_else(|| std::format!("{} {now} {now}", random_id(7), now = case.now));
            assert_eq!(visit.to_text(), expected, "{}", case.name);
        }
    }

    #[test]
    fn the_sample_is_the_same_as_in_the_npm_package() {
        let cases: cases::Samples = cases::read(include_str!("../../../../tests/cases/rum/sampling.json"));
        for cases::Sample { session, rate, sampled } in cases.cases {
            let visit = Visit::resume("", NOW, u64::from_str_radix(&session, 16).unwrap());
            assert_eq!(visit.is_sampled(rate), sampled, "{session} at {rate}");
        }
    }

    proptest! {
        #[test]
        fn any_stored_text_gives_a_visit(stored: String, seed: u64) {
            prop_assert_eq!(Visit::resume(&stored, NOW, seed).session_id(), random_id(seed));
        }
    }
}
