//! Whether a start time that differs from the last one means a restart, or another process that has run for longer.

/// The year 2000, s since the epoch. An earlier start time comes from a machine without a set clock: it can be compared with
/// others of that machine, but not with our clock.
const CLOCK_SET: f64 = 946_684_800.0;
/// How much the start time of one process may vary between scrapes, s: the kernel keeps whole seconds, and some libraries
/// compute the time anew for each scrape.
const JITTER: f64 = 2.0;
/// How long before the last scrape a successor may have started, s: during a deployment two processes run side by side for
/// minutes, and clocks differ.
const OVERLAP: f64 = 600.0;

/// The process that answers a scrape, as its series see it: see `Target`.
pub struct Process {
    pub epoch: i64,
    pub fresh: bool,
    pub last_scrape: Option<i64>,
    /// The scrape's number.
    pub round: u64,
}

/// Compares the start time `now` of a process or counter with that of the scrape before. `None`: both are the same.
/// `Some(true)`: it started at zero since the last scrape, so its whole value is an increase. `Some(false)`: it has counted
/// while the other one was scraped, so its first value is a baseline.
pub fn began(before: f64, now: f64, last_scrape: Option<i64>) -> Option<bool> {
    let without_clock = before < CLOCK_SET && now < CLOCK_SET;
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
            // It started while the one before was still scraped.
            (1.699e9, 1.7e9 - 60.0, Some(true)),
            // It started long before the last scrape, or before the other one.
            (1.69e9, 1.699e9, Some(false)),
            (1.699e9, 1.69e9, Some(false)),
            // Times since their machine was started.
            (100.0, 101.0, Some(true)),
            (101.0, 100.0, Some(false)),
            (100.0, 1.7e9 + 3.0, Some(true)),
        ] {
            assert_eq!(began(before, now, last), expected, "{before} {now}");
        }
    }
}
