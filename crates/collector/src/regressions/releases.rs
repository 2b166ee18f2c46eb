//! Watches the newest releases of an application.
use std::sync::Arc;

use whippet_api::{Place, Regression, RegressionKind, View};
use whippet_engine::beacon::Device;
use whippet_store::database::{Database, Result};
use whippet_store::reports::releases::{Pages, Seen, Timeline};
use whippet_store::time::{DAY, HOUR, MINUTE};
use whippet_store::{OTHER, Store, StoreError, UNKNOWN};
use whippet_watch::regressions::RegressionSettings;
use whippet_watch::regressions::effect::Change;
use whippet_watch::regressions::watch::{Found, ReleaseWatch, Why};

use super::kept::Kept;
use super::subject::{Pair, ReleaseSide, Subject};
use super::words;

/// How long a release is watched, ms.
const LONGEST: i64 = 14 * DAY;
/// The most releases of an application that are watched at once.
const MOST: usize = 3;
/// The most pages that are watched.
const PAGES: usize = 20;
/// After this time an hour does not change any more, ms: page views report for six hours.
const SETTLED: i64 = 7 * HOUR;
/// Standard errors of the interval that is shown.
const CONFIDENCE: f64 = 1.96;

/// A release that is watched.
pub struct Watched {
    subject: Subject,
    pair: Pair,
    names: (String, String),
    due: i64,
    /// What settled hours say; `None` before the first look, and where too little is known of the old release.
    known: Option<Base>,
    is_begun: bool,
}

struct Base {
    pages: Pages,
    watch: ReleaseWatch,
    /// The beginning of the first hour that it has not had.
    next: i64,
}

/// Chooses which releases are watched: the newest ones. Those that are already stay as they are.
pub fn choose(watched: &mut Vec<Watched>, subject: &Subject, timeline: &Timeline, now: i64) {
    let pair = |seen: &Seen| {
        let old = timeline.before(seen)?;
        let pair = Pair { new: seen.number, old: old.number, first: seen.first };
        Some((pair, (seen.name.clone(), old.name.clone())))
    };
    let newest = timeline.seen.iter().rev();
    // What has no place of its own is many releases, and none that came at a time.
    let is_release = |seen: &&Seen| seen.name != UNKNOWN && seen.name != OTHER && seen.number != 0;
    let newest = newest.filter(is_release).filter(|seen| now - seen.first < LONGEST);
    let chosen: Vec<(Pair, (String, String))> = newest.filter_map(pair).take(MOST).collect();
    watched.retain(|held| chosen.iter().any(|(pair, _)| pair.new == held.pair.new));
    for (pair, names) in chosen {
        if !watched.iter().any(|held| held.pair.new == pair.new) {
            let subject = subject.clone();
            watched.push(Watched { subject, pair, names, due: i64::MIN, known: None, is_begun: false });
        }
    }
}

/// Withdraws what was found in releases that are not watched any more. Drift that a release may have brought
/// lasts: the look for drift withdraws it.
pub fn end(subject: &Subject, watched: &[Watched], timeline: &Timeline, kept: &mut Kept, now: i64) {
    let about = subject.about();
    let lasting = kept.found.iter_mut().filter(|found| {
        found.about == about
            && found.kind == RegressionKind::Release
            && found.withdrawn.is_none()
            && !found.id.contains(":drift:")
    });
    for found in lasting {
        let Some(release) = found.release.clone() else { continue };
        if watched.iter().any(|watched| watched.names.0 == release) {
            continue;
        }
        let is_there = timeline.seen.iter().any(|seen| seen.name == release && now - seen.last < DAY);
        found.withdrawn = Some(now);
        found.why_withdrawn = Some(match is_there {
            true => format!("release {release} is watched no longer: this is usual by now"),
            false => format!("release {release} is gone"),
        });
    }
}

impl Watched {
    /// How many pairs of page and metric are watched.
    pub fn pairs(&self) -> u64 {
        self.known.as_ref().map_or(0, |base| (base.pages.len() * self.subject.metrics()) as u64)
    }

    /// Looks, if it is due: each minute in the first hours, and less often as a release gets older.
    pub async fn look(
        &mut self,
        store: &Arc<Store>,
        subject: &Subject,
        settings: &Arc<RegressionSettings>,
        kept: &mut Kept,
        timeline: &Timeline,
        now: i64,
    ) -> std::result::Result<(), StoreError> {
        if now < self.due {
            return Ok(());
        }
        // Instances come and go.
        self.subject.clone_from(subject);
        self.due = now + ((now - self.pair.first) / 100).clamp(MINUTE - 1, HOUR / 2);
        if !self.is_begun {
            let (subject, pair, settings) = (self.subject.clone(), self.pair.clone(), Arc::clone(settings));
            let begin = move |db: &dyn Database| begin(db, &subject, &pair, &settings);
            self.known = store.read_database("read_release", begin).await?;
            self.is_begun = true;
        }
        let Some(base) = self.known.take() else { return Ok(()) };
        let resumed: Vec<Found> = self.resumed(kept, &base.pages);
        let (subject, pair) = (self.subject.clone(), self.pair.clone());
        let look = move |db: &dyn Database| look(db, (&subject, &pair), base, resumed, now);
        let (base, found) = match store.read_database("read_release", look).await {
            Ok(done) => done,
            Err(error) => {
                // What was known went with the question: it is read again.
                self.is_begun = false;
                return Err(error);
            }
        };
        // Whatever becomes of the questions below, the release stays watched.
        let pages = base.pages.clone();
        self.known = Some(base);
        for found in found {
            let page = found.pages.first().and_then(|page| pages.get(*page)).map(|page| page.1.clone());
            let page = page.filter(|page| !page.is_empty());
            let side = |name: &str| ReleaseSide { name: name.to_owned(), from: self.pair.first, to: now };
            let sides = (side(&self.names.0), side(&self.names.1));
            let (subject, settings) = (self.subject.clone(), Arc::clone(settings));
            let compare = move |db: &dyn Database| subject.compare(db, page, sides, &settings);
            let (_, compared) = store.read_database("read_release", compare).await?;
            let name = self.subject.metric(found.metric);
            let sides = compared.iter().find(|metric| metric.metric == name);
            let sides = sides.map_or((None, None), |metric| (metric.old, metric.new));
            kept.put(self.regression(&found, &pages, sides, timeline));
        }
        Ok(())
    }

    /// What was reported of this release before.
    fn resumed(&self, kept: &Kept, pages: &Pages) -> Vec<Found> {
        let place = |page: &String| pages.iter().position(|known| known.1 == *page);
        let device = |name: &String| Device::ALL.iter().position(|device| device.as_str() == name);
        let found = |held: &Regression| {
            let metric =
                (0..self.subject.metrics()).find(|metric| self.subject.metric(*metric) == held.metric)?;
            let [change, high] = [held.change?, held.high?].map(f64::ln_1p);
            Some(Found {
                metric,
                at: held.found,
                pages: held.pages.iter().filter_map(place).collect(),
                devices: held.devices.iter().filter_map(device).collect(),
                change: Change { log: change, variance: ((high - change) / CONFIDENCE).powi(2) },
                log_e: 0.0,
                views: (held.old_views as f64, held.new_views as f64),
                withdrawn: held.withdrawn.map(|at| (at, Why::Gone)),
            })
        };
        let about = self.subject.about();
        let is_own = |held: &&Regression| held.about == about && held.release.as_ref() == Some(&self.names.0);
        let own = kept.found.iter().rev().filter(is_own);
        own.filter_map(found).collect()
    }

    fn regression(
        &self,
        found: &Found,
        pages: &Pages,
        (old, new): (Option<f64>, Option<f64>),
        timeline: &Timeline,
    ) -> Regression {
        let (release, before) = &self.names;
        let metric = self.subject.metric(found.metric);
        let [change, low, high] = found.change.shares(CONFIDENCE);
        let mut named: Vec<String> =
            found.pages.iter().filter_map(|page| pages.get(*page)).map(|page| page.1.clone()).collect();
        // What has no routes has no names of them.
        named.retain(|name| !name.is_empty());
        let devices: Vec<String> = found
            .devices
            .iter()
            .filter_map(|device| Device::ALL.get(*device))
            .map(|device| device.as_str().to_owned())
            .collect();
        let why = found.withdrawn.map(|(_, why)| match why {
            Why::Gone => format!("{metric} is not worse than with {before} any more"),
            Why::RolledBack => match replaced_by(timeline, &self.pair) {
                Some(newer) => format!("release {newer} replaced {release}"),
                None => format!("release {release} was rolled back"),
            },
        });
        Regression {
            id: format!("{}:{release}:{metric}:{}", self.subject.key(), found.at),
            about: self.subject.about(),
            kind: RegressionKind::Release,
            release: Some(release.clone()),
            before: Some(before.clone()),
            metric: metric.to_owned(),
            unit: self.subject.unit(found.metric),
            words: words::found(metric, change, (&named, &devices), Some(release)),
            page_count: if named.is_empty() { pages.len() } else { named.len() } as u64,
            place: place(&self.subject, release, &named, self.pair.first - 6 * HOUR),
            pages: named,
            devices,
            found: found.at,
            began: Some(self.pair.first),
            withdrawn: found.withdrawn.map(|withdrawn| withdrawn.0),
            why_withdrawn: why,
            new,
            old,
            change: Some(change),
            low: Some(low),
            high: Some(high),
            new_views: found.views.1 as u64,
            old_views: found.views.0 as u64,
        }
    }
}

/// The newest release that came later, if any did.
fn replaced_by<'t>(timeline: &'t Timeline, pair: &Pair) -> Option<&'t str> {
    let mut later = timeline.seen.iter().filter(|seen| seen.first > pair.first && seen.name != UNKNOWN);
    later.next_back().map(|seen| seen.name.as_str())
}

/// Where the dashboard shows it: an application's page by the release, a backend's comparison.
fn place(subject: &Subject, release: &str, named: &[String], from: i64) -> Place {
    let about = subject.about();
    Place {
        view: if about.backend { View::Releases } else { subject.view() },
        app: (!about.backend).then(|| about.name.clone()),
        target: about.backend.then(|| about.name.clone()),
        page: named.first().filter(|_| named.len() == 1).cloned(),
        split: Some(format!("release:{release}")),
        from: Some(from),
        ..Place::default()
    }
}

fn begin(
    db: &dyn Database,
    subject: &Subject,
    pair: &Pair,
    settings: &RegressionSettings,
) -> Result<Option<Base>> {
    let pages = subject.pages(db, (pair.first - 7 * DAY, pair.first), PAGES)?;
    let before = subject.before(db, pair, &pages)?;
    if before.usual.iter().all(Option::is_none) {
        return Ok(None);
    }
    let bounds = subject.bounds(settings);
    let next = pair.first - pair.first.rem_euclid(HOUR);
    Ok(Some(Base { pages, watch: ReleaseWatch::new(before, bounds), next }))
}

fn look(
    db: &dyn Database,
    (subject, pair): (&Subject, &Pair),
    mut base: Base,
    resumed: Vec<Found>,
    now: i64,
) -> Result<(Base, Vec<Found>)> {
    let read = subject.hours(db, pair, (&base.pages, base.watch.before()), (base.next, now))?;
    let ends = |begin: i64| begin + HOUR;
    let settled = read.iter().take_while(|hour| ends(hour.begin) <= now - SETTLED).count();
    for hour in &read[..settled] {
        base.watch.finish_hour(ends(hour.begin), &hour.seen);
        base.next = ends(hour.begin);
    }
    let mut watch = base.watch.clone();
    watch.resume(resumed.into_iter());
    for hour in &read[settled..] {
        if ends(hour.begin) <= now {
            watch.finish_hour(ends(hour.begin), &hour.seen);
        } else {
            watch.look(now, &hour.seen);
        }
    }
    Ok((base, watch.found().cloned().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_of_a_release_outlives_its_watch() {
        let subject = Subject::App("shop".to_owned());
        let found = |id: &str| Regression {
            id: id.to_owned(),
            about: subject.about(),
            release: Some("1.2.0".to_owned()),
            ..Regression::default()
        };
        let found = vec![found("shop:drift:LCP:1"), found("shop:1.2.0:LCP:1")];
        let mut kept = Kept { found, ..Kept::default() };
        end(&subject, &[], &Timeline::default(), &mut kept, 5);
        let withdrawn: Vec<Option<i64>> = kept.found.iter().map(|found| found.withdrawn).collect();
        assert_eq!(withdrawn, [None, Some(5)]);
    }
}
