//! `GET /api/releases`: the releases of applications and backends, each beside the one before it.
use std::cmp::Reverse;

use axum::Json;
use axum::extract::State;
use whippet_api::{Range, Release, Releases, Verdict};
use whippet_store::OTHER;
use whippet_store::database::{Database, Result};
use whippet_store::reports::releases::{Timeline, summed_up};
use whippet_store::time::DAY;
use whippet_watch::regressions::RegressionSettings;
use whippet_watch::regressions::compare::is_beside;

use super::params::{Params, Window};
use crate::app::App;
use crate::failure::Failure;
use crate::regressions::{ReleaseSide, Subject, kept};

/// The most releases that are compared with those before them: of one subject, or of each of all.
const COMPARED: (usize, usize) = (10, 3);
/// How much of a release's time is compared, ms.
const LENGTH: i64 = 7 * DAY;
/// How long a release is watched, ms.
const WATCHED: i64 = 14 * DAY;
/// The most applications, and the most backends. More can be asked for one by one.
const SUBJECTS: usize = 50;
/// How long an answer on backends is kept, ms.
pub const HALF_A_MINUTE: i64 = 30_000;
/// The most releases.
const MOST: usize = 200;

/// `GET /api/releases`
pub async fn get(
    State(app): State<App>,
    Params(window): Params<Window>,
) -> std::result::Result<Json<Releases>, Failure> {
    let now = app.clock.now();
    let range = window.range(now)?;
    let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let settings = app.regressions.settings();
    let (only, target) = (named(&window.app), named(&window.target));
    let backends = match (&only, &target) {
        (_, Some(target)) => app.backends().await?.called(target).into_iter().collect(),
        (Some(_), None) => Vec::new(),
        (None, None) => app.backends().await?.all,
    };
    let wants_apps = only.is_some() || target.is_none();
    let is_one = only.is_some() || target.is_some();
    // Scrapes outdate no answer: one on backends is half a minute old at most.
    let at = if backends.is_empty() { 0 } else { now / HALF_A_MINUTE };
    let question = format!("{only:?} {target:?} {} {} {at}", range.from / 60_000, range.to / 60_000);
    let judging = std::sync::Arc::clone(&settings);
    let read = move |db: &dyn Database| {
        let (mut subjects, apps_left_out) = match only {
            Some(app) => (vec![Subject::App(app)], 0),
            None if wants_apps => apps(db)?,
            None => (Vec::new(), 0),
        };
        let subjects_left_out = apps_left_out + backends.len().saturating_sub(SUBJECTS);
        subjects.extend(backends.into_iter().take(SUBJECTS).map(Subject::Backend));
        let report = all(db, &subjects, is_one, &range, &judging, now);
        report.map(|report| Releases { subjects_left_out, ..report })
    };
    let mut releases = app.store.read_beacons("read_releases", &question, read).await?;
    let kept = kept(&app.store).await?;
    for release in &mut releases.releases {
        release.watched = settings.watch && release.before.is_some() && now - release.first < WATCHED;
        let own = kept.found.iter().filter(|found| {
            found.withdrawn.is_none()
                && found.about == release.about
                && found.release.as_ref() == Some(&release.name)
        });
        release.regressions = own.map(|found| found.id.clone()).collect();
    }
    Ok(Json(releases))
}

/// The applications that were heard last, and how many others there are; what has no place among them comes after all others.
fn apps(db: &dyn Database) -> Result<(Vec<Subject>, usize)> {
    let heard = "SELECT name, coalesce(last, used) FROM names WHERE kind = 0";
    let mut apps: Vec<(String, i64)> = db.query_map(heard, &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let order = |(name, heard): &(String, i64)| (name == OTHER, Reverse(*heard));
    apps.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.0.cmp(&b.0)));
    let left_out = apps.len().saturating_sub(SUBJECTS);
    let mut names: Vec<String> = apps.into_iter().take(SUBJECTS).map(|app| app.0).collect();
    names.sort();
    names.dedup();
    Ok((names.into_iter().map(Subject::App).collect(), left_out))
}

fn all(
    db: &dyn Database,
    subjects: &[Subject],
    is_one: bool,
    range: &Range,
    settings: &RegressionSettings,
    now: i64,
) -> Result<Releases> {
    let mut report = Releases::default();
    let (mut unnamed, mut views) = (0.0, 0.0);
    let compared = if is_one { COMPARED.0 } else { COMPARED.1 };
    for subject in subjects {
        let (timeline, mut found) = subject.listed(db, range, now)?;
        // A backend that names no release does not take part in what is unnamed.
        let all: u64 = timeline.sum(range.from, range.to.saturating_add(1)).values().sum();
        if let Some(share) = found.unnamed {
            unnamed += share * all as f64;
            views += all as f64;
        }
        for release in found.releases.iter_mut().take(compared) {
            judge(db, (subject, &timeline), release, settings, now)?;
        }
        report.left_out += found.left_out;
        report.releases.extend(found.releases);
    }
    report.unnamed = (views > 0.0).then(|| unnamed / views);
    report.releases.sort_by_key(|release| Reverse(release.first));
    report.left_out += report.releases.len().saturating_sub(MOST);
    report.releases.truncate(MOST);
    Ok(report)
}

/// The verdict by the p75 over all pages: of its first week, beside the old release in the same days, or in those before where
/// little of it was left.
fn judge(
    db: &dyn Database,
    (subject, timeline): (&Subject, &Timeline),
    release: &mut Release,
    settings: &RegressionSettings,
    now: i64,
) -> Result<()> {
    let Some(before) = release.before.clone() else {
        "there is nothing to compare with".clone_into(&mut release.words);
        return Ok(());
    };
    let side = |name: &str, from, to| ReleaseSide { name: name.to_owned(), from, to };
    let to = now.min(release.first.saturating_add(LENGTH));
    let views = subject.views(db, (release.first, to))?;
    let count = |name: &str| {
        let named = timeline.seen.iter().filter(|seen| seen.name == name);
        named.filter_map(|seen| views.get(&seen.number)).sum::<u64>()
    };
    let old = match is_beside(count(&before), count(&release.name)) {
        true => side(&before, release.first, to),
        false => side(&before, release.first - LENGTH, release.first - 1),
    };
    let new = side(&release.name, release.first, to);
    let (verdict, metrics) = subject.compare(db, None, (new, old), settings)?;
    release.verdict = verdict;
    release.words = match verdict {
        Verdict::Unknown => "there is too little to compare".to_owned(),
        verdict => summed_up(&metrics, verdict),
    };
    Ok(())
}
