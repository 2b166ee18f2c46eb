//! The visit that page views belong to, known without a cookie.
use super::write;
use alloc::string::String;

/// A visit: a random name that lives in the tab's storage, and is changed when the tab rested for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    seed: u64,
    started: u64,
    seen: u64,
}

impl Session {
    /// A visit ends after half an hour without a sign of life, ms.
    pub const MAX_IDLE: u64 = 30 * 60 * 1000;
    /// And after four hours in any case, ms.
    pub const MAX_LENGTH: u64 = 4 * 60 * 60 * 1000;

    /// The visit that `stored` tells of, which gives a sign of life at `now`; or a new one named by `seed`, 64 random bits. `now` is the wall
    /// clock, ms since the Unix epoch. What is not as [`to_text`](Self::to_text) writes it is not believed.
    pub fn resume(stored: &str, now: u64, seed: u64) -> Self {
        let fresh = Self { seed, started: now, seen: now };
        let Some(known) = Self::read(stored) else { return fresh };
        let goes_on =
            now >= known.seen && now - known.seen < Self::MAX_IDLE && now - known.started < Self::MAX_LENGTH;
        if goes_on { Self { seen: now, ..known } } else { fresh }
    }

    /// What to store.
    pub fn to_text(&self) -> String {
        let mut out = self.id();
        for moment in [self.started, self.seen] {
            out.push(' ');
            write::integer(&mut out, moment);
        }
        out
    }

    /// The visit's name: sixteen hexadecimal digits.
    pub fn id(&self) -> String {
        name(self.seed)
    }

    /// Whether this visit reports, where a share of `rate` (0 to 1) does. All page views of a visit get the
    /// same answer, and whoever reports at a low rate does so at a higher one too.
    pub fn is_sampled(&self, rate: f64) -> bool {
        // The name is random; its upper half is enough to choose by.
        ((self.seed >> 32) as f64) < rate * 4_294_967_296.0
    }

    fn read(stored: &str) -> Option<Self> {
        let mut rest = stored.as_bytes();
        if rest.get(16) != Some(&b' ') {
            return None;
        }
        let (seed, started, seen) = (field(&mut rest, 16)?, field(&mut rest, 10)?, field(&mut rest, 10)?);
        (rest.is_empty() && !stored.ends_with(' ') && seen >= started).then_some(Self { seed, started, seen })
    }
}

/// A name for a visit or a page view, from 64 random bits: sixteen hexadecimal digits.
pub fn name(mut bits: u64) -> String {
    let mut out = String::with_capacity(16);
    for _ in 0..16 {
        bits = bits.rotate_left(4);
        write::digit(&mut out, (bits & 15) as u8);
    }
    out
}

/// A number of one to sixteen digits, and the space behind it.
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
    use super::super::cases;
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_790_000_000_000;

    #[test]
    fn a_visit_goes_on_from_page_to_page() {
        let first = Session::resume("", NOW, 0xfeed_0000_0000_beef);
        assert_eq!(first.id(), "feed00000000beef");
        let next = Session::resume(&first.to_text(), NOW + 1000, 7);
        assert_eq!(next.id(), first.id());
        assert_eq!(next.to_text(), "feed00000000beef 1790000000000 1790000001000");
    }

    #[test]
    fn it_ends_after_a_rest_and_after_its_length() {
        let mut session = Session::resume("", NOW, 1);
        assert_ne!(Session::resume(&session.to_text(), NOW + Session::MAX_IDLE, 2).id(), session.id());
        let mut now = NOW;
        while now + Session::MAX_IDLE / 2 < NOW + Session::MAX_LENGTH {
            now += Session::MAX_IDLE / 2;
            session = Session::resume(&session.to_text(), now, 2);
            assert_eq!(session.id(), name(1));
        }
        assert_eq!(Session::resume(&session.to_text(), NOW + Session::MAX_LENGTH, 2).id(), name(2));
    }

    #[test]
    fn it_goes_on_where_it_does_in_the_npm_package() {
        let cases: cases::Sessions = cases::read(include_str!("../../../../tests/cases/rum/session.json"));
        for case in cases.cases {
            let session = Session::resume(case.stored.as_deref().unwrap_or(""), case.now, 7);
            let expected =
                case.goes_on.unwrap_or_else(|| std::format!("{} {now} {now}", name(7), now = case.now));
            assert_eq!(session.to_text(), expected, "{}", case.name);
        }
    }

    #[test]
    fn the_sample_is_that_of_the_npm_package() {
        let cases: cases::Samples = cases::read(include_str!("../../../../tests/cases/rum/sampling.json"));
        for cases::Sample { session, rate, sampled } in cases.cases {
            let visit = Session::resume("", NOW, u64::from_str_radix(&session, 16).unwrap());
            assert_eq!(visit.is_sampled(rate), sampled, "{session} at {rate}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_stored_there_is_a_visit(stored: String, seed: u64) {
            prop_assert_eq!(Session::resume(&stored, NOW, seed).id(), name(seed));
        }
    }
}
