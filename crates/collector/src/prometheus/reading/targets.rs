//! What is read from Prometheus as a target each, and how it is.
use std::collections::{BTreeMap, HashSet};

use whippet_api::Target;

use super::api::Series;
use super::selector::{NamedSelector, Selector};

/// The most jobs that become targets of their own accord.
const MOST: usize = 100;
/// How long a job is remembered that Prometheus knows no more, ms.
const REMEMBERED: i64 = 60 * 60 * 1000;
/// The interval of scrapes where it is not known, ms.
const INTERVAL: i64 = 15_000;
/// The most addresses that a note names.
const NAMED: usize = 3;

/// A target whose figures Prometheus has.
#[derive(Clone, Debug)]
pub struct ReadTarget {
    /// Its name.
    pub name: String,
    /// Its series.
    pub selector: Selector,
    /// The time between two scrapes, ms.
    pub interval: i64,
    /// Whether an instance of it is up.
    pub up: bool,
    /// When Prometheus scraped it last, ms since the epoch.
    pub last: Option<i64>,
    /// What is wrong.
    pub error: Option<String>,
    /// What else is to be said.
    pub note: Option<String>,
}

impl ReadTarget {
    /// One of which nothing is known yet.
    pub fn new(named: NamedSelector) -> Self {
        let NamedSelector { name, selector } = named;
        Self { name, selector, interval: INTERVAL, up: false, last: None, error: None, note: None }
    }

    /// As the dashboard shows it. `url` is Prometheus' own.
    pub fn shown(&self, url: &str) -> Target {
        Target {
            name: self.name.clone(),
            url: format!("{url} {}", self.selector),
            up: self.up,
            last_scrape: self.last,
            error: self.error.clone(),
            note: self.note.clone(),
            interval: self.interval,
            ..Target::default()
        }
    }

    /// Prometheus did not answer.
    pub fn fail(&mut self, error: &str) {
        self.up = false;
        self.error = Some(format!("Prometheus {error}"));
        self.note = None;
    }

    /// Takes over the newest samples of `up` of all instances, as of `now`.
    pub fn see(&mut self, all: &[&Series], now: i64) {
        let newest =
            |one: &Series| one.values.last().map(|(time, value)| ((time * 1000.0) as i64, value == "1"));
        let mut apart: Vec<i64> = all
            .iter()
            .take(50)
            .flat_map(|one| one.values.windows(2))
            .map(|pair| ((pair[1].0 - pair[0].0) * 1000.0).round() as i64)
            .filter(|apart| *apart > 0)
            .collect();
        apart.sort_unstable();
        if let Some(median) = apart.get(apart.len() / 2) {
            // To whole seconds, from which scrapes differ by milliseconds.
            self.interval = (median + 500).div_euclid(1000).max(1) * 1000;
        }
        self.last = all.iter().filter_map(|one| newest(one)).map(|(time, _)| time).max();
        let late = self.last.map_or(0, |last| now - last);
        let gone = late > (3 * self.interval).max(60_000);
        let down: Vec<&str> = all
            .iter()
            .filter(|one| newest(one).is_none_or(|newest| !newest.1))
            .map(|one| one.metric.get("instance").map_or("one without a name", String::as_str))
            .collect();
        self.up = down.len() < all.len() && !gone;
        let names = || {
            let more = if down.len() > NAMED { ", …" } else { "" };
            format!("{}{more}", down[..down.len().min(NAMED)].join(", "))
        };
        self.error = match (gone, down.len() == all.len()) {
            (true, _) => Some(format!("Prometheus has not scraped it for {} s", late / 1000)),
            (false, true) => Some(format!("Prometheus cannot scrape it: {} down", names())),
            (false, false) => None,
        };
        self.note = (self.up && !down.is_empty())
            .then(|| format!("{} of {} instances are down: {}", down.len(), all.len(), names()));
    }

    /// There is no `up` of it. `series`: how many other series there are.
    pub fn see_without_up(&mut self, series: f64, now: i64) {
        self.up = series > 0.0;
        (self.last, self.error, self.note) = match self.up {
            true => (
                Some(now),
                None,
                Some("Prometheus has no `up` of it, so nobody says whether it is down".to_owned()),
            ),
            false => (self.last, Some(format!("Prometheus has no series for {}", self.selector)), None),
        };
    }
}

/// Makes a target of each job. Those that are known stay, for an hour also where Prometheus knows them no more.
pub fn of_jobs(
    known: Vec<ReadTarget>,
    up: &[Series],
    taken: &HashSet<String>,
    now: i64,
) -> (Vec<ReadTarget>, usize) {
    let mut jobs: BTreeMap<&str, Vec<&Series>> = BTreeMap::new();
    for one in up {
        if let Some(job) = one.metric.get("job") {
            jobs.entry(job).or_default().push(one);
        }
    }
    let mut targets = known;
    for target in &mut targets {
        let job = jobs.keys().copied().find(|job| Selector::of_job(job) == target.selector);
        match job.and_then(|job| jobs.remove(job)) {
            Some(all) => target.see(&all, now),
            None => target.fail("scrapes it no more"),
        }
    }
    targets
        .retain(|target| target.error.is_none() || target.last.is_some_and(|last| now - last < REMEMBERED));
    let left_out = (targets.len() + jobs.len()).saturating_sub(MOST);
    for (job, all) in jobs.into_iter().take(MOST.saturating_sub(targets.len())) {
        let short: String = job.chars().take(60).collect();
        let is_taken = |name: &str| taken.contains(name) || targets.iter().any(|target| target.name == name);
        let name = match is_taken(&short) {
            true => format!("{short} (Prometheus)"),
            false => short,
        };
        if is_taken(&name) {
            continue;
        }
        let mut target = ReadTarget::new(NamedSelector { name, selector: Selector::of_job(job) });
        target.see(&all, now);
        targets.push(target);
    }
    (targets, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn up(job: &str, instance: &str, every: f64, values: &[&str]) -> Series {
        let metric = [("job", job), ("instance", instance)];
        let metric = metric.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let begin = NOW as f64 / 1000.0 - every * values.len() as f64;
        let values = values
            .iter()
            .enumerate()
            .map(|(at, value)| (begin + every * at as f64, (*value).to_owned()))
            .collect();
        Series { metric, values, ..Series::default() }
    }

    #[test]
    fn a_target_is_up_while_an_instance_is() {
        let mut target = ReadTarget::new("{job=\"a\"}".parse().unwrap());
        let (good, bad) = (up("a", "x:1", 30.001, &["1", "0", "1"]), up("a", "y:1", 30.0, &["1", "1", "0"]));
        target.see(&[&good, &bad], NOW);
        assert_eq!((target.up, target.interval, target.last), (true, 30_000, Some(NOW - 30_000)));
        assert_eq!(target.note.as_deref(), Some("1 of 2 instances are down: y:1"));
        target.see(&[&bad], NOW);
        assert_eq!(target.error.as_deref(), Some("Prometheus cannot scrape it: y:1 down"));
        // Prometheus answers, and scrapes no more.
        target.see(&[&good], NOW + 200_000);
        assert_eq!(
            (target.up, target.error.as_deref()),
            (false, Some("Prometheus has not scraped it for 230 s"))
        );
        target.see(&[&good], NOW + 50_000);
        assert!(target.up && target.error.is_none() && target.note.is_none());
        target.see_without_up(3.0, NOW);
        assert!(target.up && target.note.is_some());
        target.see_without_up(0.0, NOW);
        assert!(!target.up && target.error.as_deref() == Some("Prometheus has no series for {job=\"a\"}"));
    }

    #[test]
    fn jobs_become_targets_and_are_remembered() {
        let taken = HashSet::from(["shop".to_owned()]);
        let all = [up("shop", "x", 15.0, &["1"]), up("api", "y", 15.0, &["1", "1"])];
        let (targets, left_out) = of_jobs(Vec::new(), &all, &taken, NOW);
        let names =
            |targets: &[ReadTarget]| targets.iter().map(|target| target.name.clone()).collect::<Vec<_>>();
        assert_eq!((names(&targets), left_out), (vec!["api".to_owned(), "shop (Prometheus)".to_owned()], 0));
        let (targets, _) = of_jobs(targets, &all[..1], &taken, NOW);
        assert_eq!(targets[0].error.as_deref(), Some("Prometheus scrapes it no more"));
        let (targets, _) = of_jobs(targets, &all[..1], &taken, NOW + 2 * REMEMBERED);
        assert!(names(&targets).is_empty(), "too old, both of them");
        let many: Vec<Series> = (0..MOST + 5).map(|job| up(&format!("j{job}"), "x", 15.0, &["1"])).collect();
        let (targets, left_out) = of_jobs(Vec::new(), &many, &taken, NOW);
        assert_eq!((targets.len(), left_out), (MOST, 5));
    }
}
