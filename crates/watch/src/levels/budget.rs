//! What is left of an objective's error budget, and how fast it burns.
//!
//! The pairs of windows and their burn rates are those of Google's "The Site Reliability Workbook", chapter 5, "Alerting on
//! SLOs": 2 % of a 30 days' budget in an hour, 5 % in six hours, 10 % in three days; and between them the pair of a day, another
//! 10 %, which is commonly added.
use super::bits::HourBits;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How fast a budget may burn over two windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnRate {
    /// How many times faster than the objective allows.
    pub rate: f64,
    /// The long window, ms: enough has burnt.
    pub long: i64,
    /// The short window, ms: it still burns.
    pub short: i64,
    /// Whether somebody should get up for it; otherwise it can wait for the morning.
    pub page: bool,
}

/// The four pairs.
pub const BURN_RATES: [BurnRate; 4] = [
    BurnRate { rate: 14.4, long: HOUR, short: 5 * MINUTE, page: true },
    BurnRate { rate: 6.0, long: 6 * HOUR, short: 30 * MINUTE, page: true },
    BurnRate { rate: 3.0, long: DAY, short: 2 * HOUR, page: false },
    BurnRate { rate: 1.0, long: 3 * DAY, short: 6 * HOUR, page: false },
];

/// The minutes of an objective, and what follows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Budget {
    /// The minutes that are known, by hour, in order.
    hours: Vec<(i64, HourBits)>,
}

impl Budget {
    /// Of the hours that are kept, in any order.
    pub fn new(mut hours: Vec<(i64, HourBits)>) -> Self {
        hours.sort_by_key(|hour| hour.0);
        Self { hours }
    }

    /// Good and bad minutes among those that begin in `from..to`.
    pub fn count(&self, from: i64, to: i64) -> (u64, u64) {
        let first = self.hours.partition_point(|(hour, _)| *hour + HOUR <= from);
        let within = self.hours[first..].iter().take_while(|(hour, _)| *hour < to);
        within.fold((0, 0), |sum, (hour, bits)| {
            let (good, bad) = bits.count(*hour, from, to);
            (sum.0 + good, sum.1 + bad)
        })
    }

    /// The share of bad minutes among those known; `None` where none is.
    pub fn bad_share(&self, from: i64, to: i64) -> Option<f64> {
        let (good, bad) = self.count(from, to);
        (good + bad > 0).then(|| bad as f64 / (good + bad) as f64)
    }

    /// How many times faster than `share` allows the budget burns over the `window` before `to`.
    pub fn burn(&self, share: f64, window: i64, to: i64) -> Option<f64> {
        Some(self.bad_share(to - window, to)? / (1.0 - share))
    }

    /// The part of the budget that is left, 1 to less than 0; `None` where no minute is known.
    ///
    /// Minutes of which nothing is known neither burn nor earn. The budget is that of all minutes of `over`, so that one bad
    /// minute on the first day does not use all of it.
    pub fn left(&self, share: f64, over: i64, to: i64) -> Option<f64> {
        let (good, bad) = self.count(to - over, to);
        let allowed = (1.0 - share) * (over / MINUTE) as f64;
        (good + bad > 0).then(|| 1.0 - bad as f64 / allowed)
    }

    /// The same over a window as a whole, whether its minutes are known or not: otherwise the first bad minute ever would be all of
    /// three days. `None` where no minute is known.
    pub fn burn_of_all(&self, share: f64, window: i64, to: i64) -> Option<f64> {
        let (good, bad) = self.count(to - window, to);
        (good + bad > 0).then(|| bad as f64 / (window / MINUTE) as f64 / (1.0 - share))
    }

    /// Whether it burns as fast over both windows: the long one as a whole, and what is known of the short one. `None` where
    /// nothing is known of one of them.
    pub fn is_burning(&self, share: f64, rate: &BurnRate, to: i64) -> Option<bool> {
        let short = self.burn(share, rate.short, to)?;
        let long = self.burn_of_all(share, rate.long, to)?;
        // Equal is enough, up to the last digits.
        Some(short >= rate.rate - 1e-9 && long >= rate.rate - 1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `minutes` before `to` are bad, those before them good for `days`.
    fn budget(minutes: i64, days: i64, to: i64) -> Budget {
        let mut hours: std::collections::BTreeMap<i64, HourBits> = std::collections::BTreeMap::new();
        for back in 1..=days * 1440 {
            let minute = to - back * MINUTE;
            hours.entry(HourBits::hour(minute)).or_default().judge(minute, Some(back > minutes));
        }
        Budget::new(hours.into_iter().collect())
    }

    #[test]
    fn the_workbooks_example_holds() {
        let to = 1000 * DAY + 17 * MINUTE;
        // 99.9 % over 30 days: a total outage of 43 minutes uses all.
        let all = budget(43, 30, to);
        assert!(all.left(0.999, 30 * DAY, to).unwrap().abs() < 0.01);
        // 14.4 times for an hour is 2 % of 30 days.
        let share = 0.99;
        let fast = &BURN_RATES[0];
        assert_eq!(
            budget(8, 3, to).is_burning(share, fast, to),
            Some(false),
            "8 of 60 minutes are 13.3 times"
        );
        assert_eq!(budget(9, 3, to).is_burning(share, fast, to), Some(true), "9 of 60 minutes are 15 times");
        // It has stopped: the short window is good, and the alert ends.
        assert_eq!(budget(9, 3, to).is_burning(share, fast, to + 4 * MINUTE), Some(true));
        let mut over = budget(9, 3, to);
        over.hours.push((HourBits::hour(to), HourBits { good: u64::MAX >> 10, bad: 0 }));
        assert_eq!(over.burn(share, fast.short, to + 6 * MINUTE), Some(0.0));
    }

    #[test]
    fn one_bad_minute_on_the_first_day_is_no_alarm() {
        let to = 1000 * DAY;
        let mut bits = HourBits::default();
        bits.judge(to - MINUTE, Some(false));
        let first = Budget::new(vec![(to - HOUR, bits)]);
        for rate in &BURN_RATES {
            assert_eq!(first.is_burning(0.99, rate, to), Some(false), "{rate:?}");
        }
        assert!(first.left(0.99, 30 * DAY, to).unwrap() > 0.99);
        assert_eq!(Budget::default().left(0.99, 30 * DAY, to), None);
    }
}
