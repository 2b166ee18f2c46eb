//! Names of members as words, and what the words say: unit, statistic, counter or gauge.
use super::unit::Unit;

/// The longest name of a member that becomes part of a series' name, bytes. A longer one is no name.
const LONGEST: usize = 96;

/// The words of a name, in lower case: `responseTimeP95` and `response-time.p95` are `response`, `time`, `p95`. Empty where the
/// name is none.
pub fn words(name: &str) -> Vec<String> {
    if name.len() > LONGEST {
        return Vec::new();
    }
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(at + 1);
        // `usedBytes` is two words, and so is `HTTPRequests`.
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    // Percentiles such as `p99.9` and `p99_9` are one word.
    let mut at = 0;
    while at + 1 < words.len() {
        if words[at] == "p99" && words[at + 1].bytes().all(|byte| byte == b'9') {
            let more = words.remove(at + 1);
            words[at].push_str(&more);
        }
        at += 1;
    }
    words
}

/// A label's name: the words with `_` between them.
pub fn label(name: &str) -> Option<String> {
    let words = words(name);
    let begins = words.first()?.chars().next()?;
    Some(if begins.is_ascii_digit() { format!("_{}", words.join("_")) } else { words.join("_") })
}

/// What a number tells of many values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// A percentile, as the label `quantile` has it: `0.95`.
    Quantile(String),
    /// The mean.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Their sum.
    Sum,
    /// How many.
    Count,
}

impl Statistic {
    /// What a word says.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "avg" | "mean" | "average" => Self::Mean,
            "min" | "minimum" => Self::Min,
            "max" | "maximum" => Self::Max,
            "sum" => Self::Sum,
            "count" => Self::Count,
            "median" => Self::Quantile("0.5".to_owned()),
            word => {
                let digits = word
                    .strip_prefix('p')
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
                let quantile = match digits.len() {
                    // `p5`, `p100`
                    1 => format!("0.0{digits}"),
                    2..=5 if digits != "100" => format!("0.{}", digits.trim_end_matches('0')),
                    3 => "1".to_owned(),
                    _ => return None,
                };
                Self::Quantile(if quantile == "0." || quantile == "0.00" { "0".to_owned() } else { quantile })
            }
        })
    }

    /// The suffix of a series that tells it. Percentiles have a label instead.
    pub fn suffix(&self) -> &'static str {
        match self {
            Self::Quantile(_) => "",
            Self::Mean => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Count => "count",
        }
    }
}

/// Nouns for what happens, so that a number of them only grows.
const COUNTED: &[&str] = &[
    "accepted",
    "calls",
    "commits",
    "completed",
    "created",
    "deleted",
    "dropped",
    "errors",
    "evicted",
    "evictions",
    "exceptions",
    "expirations",
    "expired",
    "failed",
    "failures",
    "gets",
    "handled",
    "hits",
    "invalidations",
    "misses",
    "operations",
    "ops",
    "processed",
    "queries",
    "received",
    "rejected",
    "requests",
    "responses",
    "restarts",
    "reads",
    "retried",
    "retries",
    "rollbacks",
    "sent",
    "served",
    "sets",
    "succeeded",
    "successes",
    "timeouts",
    "transactions",
    "writes",
];
/// Singulars of some, as in `hit_count`.
const SINGULAR: &[(&str, &str)] = &[
    ("call", "calls"),
    ("error", "errors"),
    ("eviction", "evictions"),
    ("exception", "exceptions"),
    ("failure", "failures"),
    ("hit", "hits"),
    ("miss", "misses"),
    ("query", "queries"),
    ("request", "requests"),
    ("response", "responses"),
    ("retry", "retries"),
    ("success", "successes"),
    ("timeout", "timeouts"),
];
/// Nouns for what happens where a total is told, and for what there is at the moment where it is not.
const COUNTED_IN_TOTAL: &[&str] = &["events", "jobs", "messages", "tasks", "logins", "visits"];
/// Words that make a number one of the moment, whatever the noun.
const MOMENT: &[&str] = &[
    "active",
    "avg",
    "average",
    "concurrent",
    "current",
    "flight",
    "idle",
    "in",
    "last",
    "limit",
    "max",
    "mean",
    "min",
    "open",
    "peak",
    "pending",
    "per",
    "percent",
    "queued",
    "rate",
    "ratio",
    "recent",
    "rps",
    "running",
    "size",
    "threshold",
    "waiting",
    "window",
];
/// What a rate is the share of, if it is no frequency.
const SHARES: &[&str] = &[
    "hit",
    "hits",
    "miss",
    "misses",
    "success",
    "error",
    "errors",
    "failure",
    "failures",
    "cache",
    "abort",
    "drop",
    "fill",
    "conversion",
];
/// Names of numbers that measure nothing.
const NO_FIGURES: &[&str] = &[
    "timestamp",
    "ts",
    "time",
    "date",
    "pid",
    "ppid",
    "port",
    "id",
    "version",
    "uid",
    "gid",
    "year",
    "build",
    "code",
    "now",
    "epoch",
    "seq",
];

/// Whether a member of this name is no figure: a time, a number that identifies something.
pub fn is_no_figure(leaf: &[String]) -> bool {
    let Some(last) = leaf.last() else { return true };
    (leaf.len() == 1 && NO_FIGURES.contains(&last.as_str()))
        || matches!(last.as_str(), "at" | "timestamp" | "pid" | "port" | "id" | "version")
}

/// A name, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The words without unit and statistic.
    pub stem: Vec<String>,
    /// The unit.
    pub unit: Option<Unit>,
    /// The statistic.
    pub statistic: Option<Statistic>,
    /// Whether it only grows.
    pub counter: bool,
}

/// Reads the name of a member, `leaf`, that stands at `path`. `time` is the unit of durations that name none.
pub fn meaning(path: &[String], leaf: &[String], time: Unit) -> Meaning {
    let mut rest = leaf.to_vec();
    let mut meaning = Meaning::default();
    // `p95_ms`, `ms_p95`, `duration_ms_avg`
    for _ in 0..2 {
        let Some(last) = rest.last() else { break };
        let is_frequency = rest.len() > 1 && rest[rest.len() - 2] == "per";
        let is_unit = !is_frequency && (rest.len() > 1 || !path.is_empty());
        if let Some(unit) = Unit::word(last).filter(|_| is_unit && meaning.unit.is_none()) {
            meaning.unit = Some(unit);
            rest.pop();
        } else if meaning.statistic.is_none() && Statistic::of(last).is_some() {
            meaning.statistic = Statistic::of(last);
            rest.pop();
        }
    }
    // `avg_response_time`
    if meaning.statistic.is_none()
        && rest.len() > 1
        && let Some(statistic) = rest.first().and_then(|first| Statistic::of(first))
    {
        meaning.statistic = Some(statistic);
        rest.remove(0);
    }
    let mut stem = path.to_vec();
    // `cache.cache_hits` says the word once.
    let known = stem.last().is_some_and(|last| rest.first() == Some(last));
    stem.extend(rest.into_iter().skip(usize::from(known)));
    let counts = meaning.statistic == Some(Statistic::Count) || leaf.iter().any(|word| word == "total");
    if counts
        && let Some(last) = stem.iter_mut().rev().find(|word| *word != "total")
        && let Some((_, plural)) = SINGULAR.iter().find(|(singular, _)| last == singular)
    {
        *last = (*plural).to_owned();
    }
    meaning.counter = is_counter(&stem, leaf, &mut meaning.statistic);
    if meaning.unit.is_none() {
        meaning.unit = implied(&mut stem, time, meaning.counter);
    } else if let Some(unit) = meaning.unit
        && stem.last().is_some_and(|last| last == unit.suffix())
    {
        stem.pop();
    }
    if meaning.counter {
        stem.retain(|word| word != "total");
    }
    meaning.stem = stem;
    meaning
}

/// Whether the number of something only grows. A count of what happens is no statistic of its own.
fn is_counter(stem: &[String], leaf: &[String], statistic: &mut Option<Statistic>) -> bool {
    if leaf.iter().any(|word| MOMENT.contains(&word.as_str())) {
        return false;
    }
    let says_total = leaf.iter().any(|word| word == "total");
    let noun = stem.iter().rev().find(|word| *word != "total").map_or("", String::as_str);
    let counted = COUNTED.contains(&noun) || says_total && COUNTED_IN_TOTAL.contains(&noun);
    match statistic {
        None => counted,
        Some(Statistic::Count) if counted => {
            *statistic = None;
            true
        }
        Some(_) => false,
    }
}

/// The unit that a name implies without naming it.
fn implied(stem: &mut Vec<String>, time: Unit, counter: bool) -> Option<Unit> {
    let has = |words: &[&str]| stem.iter().any(|word| words.contains(&word.as_str()));
    let last = stem.last()?.as_str();
    let before = stem.len().checked_sub(2).and_then(|at| stem.get(at)).map_or("", String::as_str);
    if counter || has(&["bytes"]) {
        return None;
    }
    if last == "rate" && SHARES.contains(&before) {
        stem.pop();
        return Some(Unit::Ratio);
    }
    if matches!(last, "utilization" | "utilisation")
        || last == "usage" && has(&["cpu", "pool", "disk", "load"])
        || last == "cpu"
    {
        return Some(Unit::Ratio);
    }
    if last == "uptime" {
        return Some(Unit::Seconds);
    }
    if matches!(last, "duration" | "latency" | "elapsed" | "took" | "delay" | "lag" | "ttl")
        || last == "time" && !before.is_empty()
    {
        return Some(time);
    }
    let memory = has(&["memory", "mem", "rss", "heap", "swap", "disk", "ram", "storage"]);
    let amount = [
        "used",
        "free",
        "total",
        "available",
        "rss",
        "heap",
        "memory",
        "usage",
        "limit",
        "size",
        "cached",
        "buffers",
        "external",
        "mem",
        "max",
        "peak",
        "allocated",
        "committed",
        "swap",
        "disk",
        "vms",
        "shared",
        "resident",
        "ram",
    ];
    (memory && (amount.contains(&last) || stem.len() == 1)).then_some(Unit::Bytes)
}

/// The name of a series: its words, the base unit, and a suffix.
pub fn series(stem: &[String], unit: Option<Unit>, suffix: &str) -> String {
    let mut name = stem.join("_");
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    let mut add = |part: &str| {
        if !part.is_empty() {
            if !name.is_empty() {
                name.push('_');
            }
            name.push_str(part);
        }
    };
    if let Some(unit) = unit {
        add(unit.suffix());
    }
    add(suffix);
    name
}

#[cfg(test)]
mod tests {
    use super::{Statistic, meaning, series, words};
    use crate::documents::Unit;

    fn named(path: &str, leaf: &str) -> String {
        let meaning = meaning(&words(path), &words(leaf), Unit::Seconds);
        let suffix = meaning.statistic.as_ref().map_or("", Statistic::suffix);
        let suffix = if meaning.counter { "total" } else { suffix };
        let name = series(&meaning.stem, meaning.unit, suffix);
        match meaning.statistic {
            Some(Statistic::Quantile(quantile)) => format!("{name}{{{quantile}}}"),
            _ => name,
        }
    }

    #[test]
    fn names_become_words() {
        for (name, expected) in [
            ("responseTimeP95", "response time p95"),
            ("HTTPRequests", "http requests"),
            ("http.requests", "http requests"),
            ("hit-rate", "hit rate"),
            ("p99.9", "p999"),
            ("p99_9_ms", "p999 ms"),
            ("usedMB", "used mb"),
            ("L1Cache", "l1 cache"),
            ("größe", "gr e"),
            ("  ", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
        assert!(words(&"x".repeat(97)).is_empty());
    }

    #[test]
    fn names_follow_the_rule() {
        for (path, leaf, expected) in [
            ("cpu", "usage_percent", "cpu_usage_ratio"),
            ("cpu", "usage", "cpu_usage_ratio"),
            ("", "cpuPercent", "cpu_ratio"),
            ("memory", "used_mb", "memory_used_bytes"),
            ("memory", "used", "memory_used_bytes"),
            ("memory", "total", "memory_total_bytes"),
            ("memory", "heapUsed", "memory_heap_used_bytes"),
            ("memory", "percent", "memory_ratio"),
            ("", "uptime", "uptime_seconds"),
            ("", "uptime_seconds", "uptime_seconds"),
            ("process", "uptimeMs", "process_uptime_seconds"),
            ("requests", "total", "requests_total"),
            ("", "total_requests", "requests_total"),
            ("", "request_count", "requests_total"),
            ("", "hitCount", "hits_total"),
            ("requests", "active", "requests_active"),
            ("requests", "per_second", "requests_per_second"),
            ("cache", "hit_rate", "cache_hit_ratio"),
            ("cache", "cache_hits", "cache_hits_total"),
            ("", "error_rate", "error_ratio"),
            ("", "request_rate", "request_rate"),
            ("database.pool", "in_use", "database_pool_in_use"),
            ("database.pool", "max", "database_pool_max"),
            ("", "avg_response_time_ms", "response_time_seconds_avg"),
            ("", "p95_response_time", "response_time_seconds{0.95}"),
            ("response_time", "p99_9", "response_time_seconds{0.999}"),
            ("latency", "p50Ms", "latency_seconds{0.5}"),
            ("db", "connections", "db_connections"),
            ("queue", "messages", "queue_messages"),
            ("queue", "total_messages", "queue_messages_total"),
            ("jobs", "completed", "jobs_completed_total"),
        ] {
            assert_eq!(named(path, leaf), expected, "{path} {leaf}");
        }
    }
}
