//! The process's own metrics, read from Linux's `/proc` at each scrape. Elsewhere there are none.
//!
//! The `prometheus` crate has a collector for these, but it counts CPU time in whole seconds: too coarse for a rate over the
//! few seconds between two scrapes.
use prometheus::core::Desc;
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge, core};

/// Linux reports CPU time in hundredths of a second, whatever the kernel's tick is.
const TICKS_PER_SECOND: f64 = 100.0;
const PAGE_BYTES: f64 = 4096.0;

/// The names that all Prometheus client libraries use.
pub struct Collector {
    cpu: Counter,
    memory: Gauge,
    start: Gauge,
}

impl Collector {
    /// The metrics, all zero.
    pub fn new() -> prometheus::Result<Self> {
        Ok(Self {
            cpu: Counter::new("process_cpu_seconds_total", "User and system CPU time spent, in seconds.")?,
            memory: Gauge::new("process_resident_memory_bytes", "Resident memory, in bytes.")?,
            start: Gauge::new("process_start_time_seconds", "Start of the process, in Unix seconds.")?,
        })
    }
}

impl core::Collector for Collector {
    fn desc(&self) -> Vec<&Desc> {
        [self.cpu.desc(), self.memory.desc(), self.start.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let read = |path| std::fs::read_to_string(path).ok();
        let Some(own) = read("/proc/self/stat").as_deref().and_then(Stat::parse) else { return Vec::new() };
        // A counter has no `set`. No other code changes this one.
        self.cpu.reset();
        self.cpu.inc_by(own.cpu_seconds);
        self.memory.set(own.resident_bytes);
        let mut families = [self.cpu.collect(), self.memory.collect()].concat();
        if let Some(boot) = read("/proc/stat").as_deref().and_then(boot_seconds) {
            self.start.set(boot + own.start_after_boot);
            families.extend(self.start.collect());
        }
        families
    }
}

#[derive(Debug, PartialEq)]
struct Stat {
    cpu_seconds: f64,
    start_after_boot: f64,
    resident_bytes: f64,
}

impl Stat {
    /// Fields as proc_pid_stat(5) numbers them: 14 utime, 15 stime, 22 starttime, 24 rss.
    fn parse(text: &str) -> Option<Self> {
        // Field 2 is the program's name in brackets, which may contain spaces and brackets.
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
        Some(Self {
            cpu_seconds: (field(14)? + field(15)?) / TICKS_PER_SECOND,
            start_after_boot: field(22)? / TICKS_PER_SECOND,
            resident_bytes: field(24)? * PAGE_BYTES,
        })
    }
}

/// When the machine was started, s since the epoch: the line `btime` of `/proc/stat`.
fn boot_seconds(text: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let text = "7 (a) b) S 1 1 1 0 -1 4194560 900 0 3 0 250 50 0 0 20 0 4 0 12345 99999999 2000 1 1";
        let stat = Stat { cpu_seconds: 3.0, start_after_boot: 123.45, resident_bytes: 8_192_000.0 };
        assert_eq!(Stat::parse(text), Some(stat));
        assert_eq!(Stat::parse("garbage"), None);
    }

    #[test]
    fn boot_time_is_found_among_the_lines() {
        assert_eq!(boot_seconds("cpu 1 2\nbtime 1700000000\nprocesses 9\n"), Some(1_700_000_000.0));
        assert_eq!(boot_seconds("cpu 1 2\n"), None);
    }
}
