//! The process of a target that answers a scrape, and what a later start time says about it.

/// 2000. A machine that says less has no clock that was ever set: its times compare with each other alone.
const SET: f64 = 946_684_800.0;
/// So much may the same start differ, s: the kernel keeps whole seconds, and some work it out anew each time.
const JITTER: f64 = 2.0;
/// So long before the last scrape may a process have begun and still be the successor of the one that was scraped, s:
/// two of a deployment run side by side for minutes, and clocks differ.
const OVERLAP: f64 = 600.0;

/// What a counter needs to know of the process it is in.
pub struct Process {
    pub epoch: i64,
    pub fresh: bool,
    pub last_scrape: Option<i64>,
    /// The scrape's number.
    pub round: u64,
}

/// What it means that something began at `now`, where `before` was said in the scrape before: `None`, nothing, it is the
/// same; else whether it began at zero since, so that all it counts is new. Otherwise it counted already while the other
/// was scraped, and where it begins says nothing.
pub fn began(before: f64, now: f64, last_scrape: Option<i64>) -> Option<bool> {
    let without_clock = before < SET && now < SET;
    if now == before || !without_clock && (now - before).abs() <= JITTER {
        return None;
    }
    let since = last_scrape.is_none_or(|last| now >= last as f64 / 1000.0 - OVERLAP);
    Some(now > before && (without_clock || since))
}

#[cfg(test)]
mod tests {
    use super::began;

    #[test]
    fn a_restart_is_told_from_another_process() {
        let last = Some(1_700_000_000_000);
        for (before, now, expected) in [
            (1.699e9, 1.699e9, None),
            (1.699e9, 1.699e9 + 1.0, None),
            (1.699e9, 1.7e9 + 3.0, Some(true)),
            // While the one before was still scraped.
            (1.699e9, 1.7e9 - 60.0, Some(true)),
            // Long before that, and older than the one before.
            (1.69e9, 1.699e9, Some(false)),
            (1.699e9, 1.69e9, Some(false)),
            // Since their machine was started.
            (100.0, 101.0, Some(true)),
            (101.0, 100.0, Some(false)),
            (100.0, 1.7e9 + 3.0, Some(true)),
        ] {
            assert_eq!(began(before, now, last), expected, "{before} {now}");
        }
    }
}
