//! Which release a series was of, and when.
//!
//! A label of the series itself says it, or else an info metric: OpenTelemetry's `target_info`, or `build_info`. Where that has
//! `instance` or `job`, it says it of series with the same ones. It names one release until a scrape has it with another version:
//! what was counted since the scrape before is of the new one, as the process that counted was started anew.
use std::collections::{BTreeMap, BTreeSet};

use super::super::super::scrapes::{Points, Scrapes};
use super::super::super::source::{Gauge, Labels, Source};
use super::members::Member;
use crate::database::{Database, Result, params};

/// Labels that name a release, the surest first.
const LABELS: [&str; 4] = ["release", "service_version", "app_version", "version"];
/// Values that name none.
const NONE: [&str; 4] = ["", "(devel)", "unknown", "none"];
/// Info metrics of what a program is made of, by how they begin: their version is not the program's.
const RUNTIMES: [&str; 8] = ["go_", "python_", "jvm_", "nodejs_", "process_", "dotnet_", "ruby_", "erlang_"];
/// The most changes of release that are told to the minute; others are told to the hour.
const MOST_CUTS: usize = 500;

/// What the labels of a series of requests say of the release.
pub fn of_labels(labels: &Labels) -> Option<&str> {
    // Kubernetes' API server has the version of an API there.
    let is_api = labels.contains_key("resource") && labels.contains_key("verb");
    LABELS.iter().find_map(|label| {
        let value = labels.get(*label).map(String::as_str).filter(|value| !NONE.contains(value))?;
        // A protocol has a version, too.
        let is_other = *label == "version" && (is_api || value.starts_with("HTTP/"));
        (!is_other).then_some(value)
    })
}

fn of_info(labels: &Labels) -> Option<&str> {
    LABELS
        .iter()
        .find_map(|label| labels.get(*label).map(String::as_str))
        .filter(|value| !NONE.contains(value))
}

/// The labels `job` and `instance` of a process, where it has them.
type Process = (Option<String>, Option<String>);

/// What one process said of its release.
#[derive(Debug)]
struct Info {
    job: Option<String>,
    instance: Option<String>,
    /// From when on it had which release; `None` while it was away.
    changes: Vec<(i64, Option<String>)>,
}

impl Info {
    fn is_of(&self, labels: &Labels) -> bool {
        let fits = |own: &Option<String>, label: &str| match (own, labels.get(label)) {
            (Some(own), Some(value)) => own == value,
            _ => true,
        };
        fits(&self.job, "job") && fits(&self.instance, "instance")
    }

    fn at(&self, time: i64) -> Option<&str> {
        let after = self.changes.partition_point(|change| change.0 <= time);
        self.changes.get(after.checked_sub(1)?)?.1.as_deref()
    }

    fn last_known(&self, time: i64) -> Option<&str> {
        let after = self.changes.partition_point(|change| change.0 <= time);
        self.changes[..after].iter().rev().find_map(|change| change.1.as_deref())
    }
}

/// What a target's info metric says over a span.
#[derive(Debug, Default)]
pub struct Versions {
    infos: Vec<Info>,
    /// The scrapes after which a process had another release, sorted.
    pub cuts: Vec<i64>,
}

/// The info metric that names a target's release.
pub fn info_metric(db: &dyn Database, target: i64) -> Result<Option<String>> {
    let mut best: Option<(usize, String)> = None;
    db.query(
        "SELECT name, labels FROM series WHERE target = ?1 AND name LIKE '%info' ORDER BY name",
        params![target],
        &mut |row| {
            let name = row.text(0)?;
            let rank = match name {
                "target_info" => 0,
                "build_info" | "app_info" | "application_info" | "service_info" => 1,
                name if RUNTIMES.iter().any(|runtime| name.starts_with(runtime)) => return Ok(()),
                name if name.ends_with("_build_info") => 2,
                _ => return Ok(()),
            };
            let labels: Labels = serde_json::from_str(row.text(1)?).unwrap_or_default();
            if of_info(&labels).is_some() && best.as_ref().is_none_or(|best| rank < best.0) {
                best = Some((rank, name.to_owned()));
            }
            Ok(())
        },
    )?;
    Ok(best.map(|best| best.1))
}

/// All releases that an info metric ever named.
pub fn info_names(db: &dyn Database, target: i64, names: &mut BTreeSet<String>) -> Result<()> {
    let Some(metric) = info_metric(db, target)? else { return Ok(()) };
    db.query(
        "SELECT labels FROM series WHERE target = ?1 AND name = ?2",
        params![target, &metric],
        &mut |row| {
            let labels: Labels = serde_json::from_str(row.text(0)?).unwrap_or_default();
            names.extend(of_info(&labels).map(str::to_owned));
            Ok(())
        },
    )
}

impl Versions {
    /// Reads what is kept of a span.
    pub fn read(db: &dyn Database, member: &Member, target: i64, span: (i64, i64)) -> Result<Self> {
        let Some(metric) = info_metric(db, target)? else { return Ok(Self::default()) };
        let Some(scrapes) = Scrapes::between(db, &member.name, span, Points::All, member.interval)? else {
            return Ok(Self::default());
        };
        Ok(Self::of(&scrapes.grid().points, scrapes.gauges(&metric)?))
    }

    fn of(points: &[i64], gauges: Vec<Gauge>) -> Self {
        let mut processes: BTreeMap<Process, Vec<(String, Gauge)>> = BTreeMap::new();
        for gauge in gauges {
            let Some(release) = of_info(&gauge.labels).map(str::to_owned) else { continue };
            let label = |name: &str| gauge.labels.get(name).cloned();
            processes.entry((label("job"), label("instance"))).or_default().push((release, gauge));
        }
        let mut versions = Self::default();
        for ((job, instance), gauges) in processes {
            let mut changes: Vec<(i64, Option<String>)> = Vec::new();
            let mut since: Vec<Option<usize>> = vec![None; gauges.len()];
            for (place, time) in points.iter().enumerate() {
                for (since, (_, gauge)) in since.iter_mut().zip(&gauges) {
                    let is_there = gauge.values.get(place).copied().flatten().is_some();
                    *since = is_there.then(|| since.unwrap_or(place));
                }
                // Where one process has two, the other is what it had before.
                let newest =
                    (0..gauges.len()).filter(|one| since[*one].is_some()).max_by_key(|one| since[*one]);
                let release = newest.map(|one| gauges[one].0.clone());
                if changes.last().is_none_or(|last| last.1 != release) {
                    let known = changes.iter().rev().find_map(|change| change.1.as_ref());
                    let is_other = known.is_some() && release.is_some() && known != release.as_ref();
                    if is_other && let Some(before) = place.checked_sub(1) {
                        versions.cuts.push(points[before]);
                    }
                    changes.push((*time, release));
                }
            }
            versions.infos.push(Info { job, instance, changes });
        }
        versions.cuts.sort_unstable();
        versions.cuts.dedup();
        versions.cuts.truncate(MOST_CUTS);
        versions
    }

    /// The processes that may have counted a series.
    pub fn of_series(&self, labels: &Labels) -> Vec<usize> {
        (0..self.infos.len()).filter(|place| self.infos[*place].is_of(labels)).collect()
    }

    /// Which release these processes had at a time. `None` where they differ: then nobody knows which of them counted.
    pub fn at(&self, processes: &[usize], time: i64) -> Option<&str> {
        if let [one] = processes {
            return self.infos.get(*one)?.last_known(time);
        }
        let mut alive = processes.iter().filter_map(|place| self.infos.get(*place)?.at(time));
        let first = alive.next()?;
        alive.all(|other| other == first).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn info(instance: Option<&str>, version: &str, there: &[u8]) -> Gauge {
        let mut labels = labels(&[("service_version", version)]);
        labels.extend(instance.map(|instance| ("instance".to_owned(), instance.to_owned())));
        Gauge { labels, values: there.iter().map(|there| (*there > 0).then_some(1.0)).collect() }
    }

    #[test]
    fn labels_name_a_release_and_protocols_none() {
        let of = |pairs: &[(&str, &str)]| of_labels(&labels(pairs)).map(str::to_owned);
        assert_eq!(of(&[("version", "1.2"), ("release", "r7")]).as_deref(), Some("r7"));
        assert_eq!(of(&[("version", "1.2")]).as_deref(), Some("1.2"));
        assert_eq!(of(&[("version", "HTTP/1.1")]), None);
        assert_eq!(of(&[("version", "v1"), ("verb", "GET"), ("resource", "pods")]), None);
        assert_eq!(of(&[("release", ""), ("service_version", "3")]).as_deref(), Some("3"));
        assert_eq!(of(&[("route", "/")]), None);
    }

    #[test]
    fn instances_of_a_rolling_deployment_are_told_apart() {
        let times = [10, 20, 30, 40, 50];
        let gauges = vec![
            info(Some("a"), "1.0", &[1, 1, 0, 0, 0]),
            info(Some("a"), "2.0", &[0, 0, 1, 1, 1]),
            info(Some("b"), "1.0", &[1, 1, 1, 1, 0]),
            info(Some("b"), "2.0", &[0, 0, 0, 0, 1]),
        ];
        let versions = Versions::of(&times, gauges);
        assert_eq!(versions.cuts, [20, 40], "what was counted since the scrape before is the new one's");
        let at = |instance: &str, time| {
            let processes = versions.of_series(&labels(&[("instance", instance), ("route", "/")]));
            versions.at(&processes, time).map(str::to_owned)
        };
        assert_eq!([10, 29, 30, 50].map(|time| at("a", time).unwrap()), ["1.0", "1.0", "2.0", "2.0"]);
        assert_eq!([30, 45, 50].map(|time| at("b", time).unwrap()), ["1.0", "1.0", "2.0"]);
        assert_eq!(at("c", 30), None);
        // Without an instance nobody knows which of both counted, unless they are the same.
        let all = versions.of_series(&labels(&[]));
        assert_eq!((versions.at(&all, 20), versions.at(&all, 30)), (Some("1.0"), None));
    }

    #[test]
    fn what_is_away_for_a_scrape_has_not_changed_and_the_newer_of_two_counts() {
        let times = [10, 20, 30, 40, 50];
        let gauges = vec![info(None, "1.0", &[1, 0, 1, 1, 1]), info(None, "2.0", &[0, 0, 0, 1, 1])];
        let versions = Versions::of(&times, gauges);
        assert_eq!(versions.cuts, [30]);
        let all = versions.of_series(&labels(&[("route", "/")]));
        assert_eq!(
            [9, 10, 20, 39, 40].map(|time| versions.at(&all, time)),
            [None, Some("1.0"), Some("1.0"), Some("1.0"), Some("2.0")]
        );
    }
}
