//! Watches what gets slower without a release.
use std::sync::Arc;

use whippet_api::{Place, Regression, RegressionKind};
use whippet_store::database::Database;
use whippet_store::reports::releases::{Pages, Timeline};
use whippet_store::time::{DAY, HOUR};
use whippet_store::{Store, StoreError, UNKNOWN};
use whippet_watch::regressions::RegressionSettings;
use whippet_watch::regressions::drift::{Drifted, LEARNT, WATCHED as WEEK};

use super::kept::Kept;
use super::subject::Subject;
use super::words;

/// The most pages that are watched.
const PAGES: usize = 20;
/// How long before drift began a release may have come that brought it, and how long after, ms.
const NEAR: (i64, i64) = (3 * HOUR, 2 * HOUR);

/// When drift of an application was looked for.
#[derive(Default)]
pub struct Drift {
    due: i64,
    pairs: u64,
}

impl Drift {
    /// How many pairs of page and metric are watched.
    pub fn pairs(&self) -> u64 {
        self.pairs
    }

    /// Looks once an hour. What is usual is that of four weeks, up to a week ago.
    pub async fn look(
        &mut self,
        store: &Arc<Store>,
        (subject, timeline): (&Subject, &Timeline),
        settings: &Arc<RegressionSettings>,
        kept: &mut Kept,
        now: i64,
    ) -> Result<(), StoreError> {
        if now < self.due {
            return Ok(());
        }
        // Some minutes into an hour, its beacons have arrived.
        self.due = now - now.rem_euclid(HOUR) + HOUR + HOUR / 12;
        let midnight = now - now.rem_euclid(DAY);
        let first = midnight - (LEARNT + WEEK) as i64 * HOUR;
        let of = subject.clone();
        let begun = store.read_database("read_drift", move |db| of.begun(db)).await?;
        let begun = timeline.views.keys().next().copied().into_iter().chain(begun).min().unwrap_or(now);
        if begun > midnight - (LEARNT / 2 + WEEK) as i64 * HOUR {
            self.pairs = 0;
            return Ok(());
        }
        let (of, bounds) = (subject.clone(), subject.bounds(settings));
        let read = move |db: &dyn Database| {
            let pages = of.pages(db, (first, first + LEARNT as i64 * HOUR), PAGES)?;
            let (baseline, since) = of.drift(db, &pages, (first, now), bounds)?;
            let found = baseline.replay(first / HOUR + LEARNT as i64, &since);
            Ok((pages, if baseline.is_empty() { None } else { Some(found) }))
        };
        let (pages, found) = store.read_database("read_drift", read).await?;
        self.pairs = if found.is_some() { (pages.len() * subject.metrics()) as u64 } else { 0 };
        report(subject, (&pages, timeline), found.unwrap_or_default(), kept, now);
        Ok(())
    }
}

/// Keeps what was found: of a metric one, of the whole application if that drifted, else of its pages.
fn report(
    subject: &Subject,
    (pages, timeline): (&Pages, &Timeline),
    found: Vec<Drifted>,
    kept: &mut Kept,
    now: i64,
) {
    let about = subject.about();
    let own = |held: &Regression, metric: &str| {
        held.about == about && held.metric == metric && held.withdrawn.is_none()
    };
    for metric in 0..subject.metrics() {
        let name = subject.metric(metric);
        let lasting: Vec<&Drifted> =
            found.iter().filter(|one| one.metric == metric && one.withdrawn.is_none()).collect();
        let whole = lasting.iter().find(|one| one.page.is_none());
        let named: Vec<usize> = match whole {
            Some(_) => Vec::new(),
            None => lasting.iter().filter_map(|one| one.page).collect(),
        };
        let clearest = lasting.iter().max_by(|a, b| a.change.log.total_cmp(&b.change.log));
        let Some(shown) = whole.or(clearest) else {
            let is_own = |held: &&mut Regression| own(held, name) && held.id.contains(":drift:");
            for held in kept.found.iter_mut().filter(is_own) {
                held.withdrawn = Some(now);
                held.why_withdrawn = Some(format!("{name} is as usual again, or has been so for weeks"));
            }
            continue;
        };
        // What a release was found to have brought is not reported twice.
        if kept.found.iter().any(|held| own(held, name) && !held.id.contains(":drift:")) {
            continue;
        }
        let held = kept.found.iter().find(|held| own(held, name)).map(|held| (held.id.clone(), held.found));
        let began = shown.began * HOUR;
        let (id, at) = held.unwrap_or_else(|| (format!("{}:drift:{name}:{began}", subject.key()), now));
        let release = timeline
            .seen
            .iter()
            .rev()
            .find(|seen| seen.name != UNKNOWN && (began - NEAR.0..=began + NEAR.1).contains(&seen.first));
        let release = release.filter(|seen| timeline.before(seen).is_some());
        let mut page_names: Vec<String> =
            named.iter().filter_map(|page| pages.get(*page)).map(|page| page.1.clone()).collect();
        // What has no routes has no names of them.
        page_names.retain(|name| !name.is_empty());
        let [change, low, high] = shown.change.shares(1.96);
        kept.put(Regression {
            id,
            about: about.clone(),
            kind: if release.is_some() { RegressionKind::Release } else { RegressionKind::Drift },
            release: release.map(|seen| seen.name.clone()),
            before: release.and_then(|seen| Some(timeline.before(seen)?.name.clone())),
            metric: name.to_owned(),
            unit: subject.unit(metric),
            page_count: if page_names.is_empty() { pages.len() } else { page_names.len() } as u64,
            words: words::found(name, change, (&page_names, &[]), release.map(|seen| seen.name.as_str())),
            place: Place {
                view: subject.view(),
                app: (!about.backend).then(|| about.name.clone()),
                target: about.backend.then(|| about.name.clone()),
                page: page_names.first().filter(|_| page_names.len() == 1).cloned(),
                from: Some(began - DAY),
                ..Place::default()
            },
            pages: page_names,
            found: at,
            began: Some(began),
            change: Some(change),
            low: Some(low),
            high: Some(high),
            new_views: shown.views as u64,
            ..Regression::default()
        });
    }
}
