//! Which minutes of an hour were good, and which were bad. A minute that is judged again stands where it stood, so that nothing
//! is counted twice after a crash.

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The minutes of an hour, as bits: minute 0 is bit 0. A minute that is neither good nor bad is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourBits {
    /// Good minutes.
    pub good: u64,
    /// Bad minutes.
    pub bad: u64,
}

impl HourBits {
    /// The beginning of the hour of `time`, ms.
    pub fn hour(time: i64) -> i64 {
        time.div_euclid(HOUR) * HOUR
    }

    /// Judges the minute that begins at `minute`. `None`: nothing is known of it, and what was said before stays.
    pub fn judge(&mut self, minute: i64, good: Option<bool>) {
        let bit = 1 << (minute.rem_euclid(HOUR) / MINUTE);
        match good {
            Some(true) => (self.good, self.bad) = (self.good | bit, self.bad & !bit),
            Some(false) => (self.good, self.bad) = (self.good & !bit, self.bad | bit),
            None => {}
        }
    }

    /// How many minutes are good and bad among those of this hour, which begins at `hour`, that begin in `from..to`.
    pub fn count(&self, hour: i64, from: i64, to: i64) -> (u64, u64) {
        let place = |time: i64| ((time - hour + MINUTE - 1).div_euclid(MINUTE)).clamp(0, 60) as u32;
        let below = |place: u32| if place == 0 { 0 } else { u64::MAX >> (64 - place) };
        let mask = below(place(to)) & !below(place(from));
        (u64::from((self.good & mask).count_ones()), u64::from((self.bad & mask).count_ones()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_count_is_that_of_the_minutes_one_by_one(
            judged in proptest::collection::vec((0_i64..60, proptest::option::of(any::<bool>())), 0..100),
            from in -70_i64..130,
            length in 0_i64..130,
        ) {
            let hour = 7 * HOUR;
            let mut bits = HourBits::default();
            let mut known = [None; 60];
            for (minute, good) in judged {
                bits.judge(hour + minute * MINUTE, good);
                known[minute as usize] = good.or(known[minute as usize]);
            }
            let (from, to) = (hour + from * MINUTE, hour + (from + length) * MINUTE);
            let of = |wanted: bool| known.iter().enumerate().filter(|(minute, good)| {
                let begins = hour + *minute as i64 * MINUTE;
                **good == Some(wanted) && begins >= from && begins < to
            }).count() as u64;
            prop_assert_eq!(bits.count(hour, from, to), (of(true), of(false)));
            prop_assert_eq!(bits.good & bits.bad, 0, "no minute is both");
        }
    }
}
