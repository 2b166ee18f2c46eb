//! `GET /api/overview`: the service levels over the window.
use whippet_api::{Level, Loss, Overview, Subject, Target, Unit};
use whippet_watch::levels::{Bound, Figure, defaults};

use super::backend::{self, PlainLevel};
use super::figures::AppFigures;
use super::filter::Filter;
use super::matches::Matches;
use super::scrapes::Scrapes;
use super::status;
use super::steps::Steps;
use super::window::Window;
use crate::cells::{Section, Sums};
use crate::database::{Database, Result};
use crate::kind::OTHER;
use crate::scrape::OWN_TARGET;
use crate::time::MINUTE;

/// An application without beacons for longer than this counts as stopped, ms.
const QUIET: i64 = 15 * MINUTE;

/// A level of an app, without a value.
fn level(subject: &str, name: &str, bound: Bound, unit: Unit) -> Level {
    Level {
        name: name.to_owned(),
        subject: subject.to_owned(),
        backend: false,
        value: None,
        count: None,
        bound: bound.value,
        above: bound.above,
        inclusive: bound.inclusive,
        unit,
        beyond: false,
    }
}

/// The levels and losses of all applications, or of one. This is the slowest part of an overview, so it is cached.
pub fn apps(db: &dyn Database, app: Option<&str>, steps: &Steps) -> Result<Apps> {
    let mut apps = Apps { levels: Vec::new(), losses: Vec::new() };
    for name in status::overview_apps(db, app)? {
        apps.levels.extend(app_levels(db, &name, steps)?);
        apps.losses.extend(app_losses(db, &name, steps)?);
    }
    Ok(apps)
}

/// The levels and losses of applications.
#[derive(Clone, Debug)]
pub struct Apps {
    /// Their levels.
    pub levels: Vec<Level>,
    /// Their losses.
    pub losses: Vec<Loss>,
}

/// The levels of all `targets` except the collector itself, which are scraped every `interval` ms unless they have their own, and the state of these
/// targets and of all applications, or of one. `now` is the current time.
pub fn overview(
    db: &dyn Database,
    matches: &Matches,
    targets: &[Target],
    app: Option<&str>,
    steps: &Steps,
    (interval, now): (i64, i64),
) -> Result<Overview> {
    let hidden_apps = if app.is_none() { status::hidden_apps(db)? } else { 0 };
    let mut overview = Overview { levels: Vec::new(), losses: Vec::new(), subjects: Vec::new(), hidden_apps };
    for target in targets.iter().filter(|target| target.name != OWN_TARGET) {
        let interval = if target.interval > 0 { target.interval } else { interval };
        // Thinned scrapes are a minute apart.
        let late = (3 * interval).max(if steps.to < now - interval { 2 * MINUTE } else { 0 });
        let levels = target_levels(db, matches, &target.name, steps, interval)?;
        overview.levels.extend(levels.into_iter().map(|level| Level { backend: true, ..level }));
        let last = status::last_scrape(db, &target.name, steps.to)?;
        // Of an older window no more than the last scrape of each hour, or of each day, is kept.
        let stopped = match last.filter(|last| *last < steps.to - late) {
            Some(last) => last < steps.to - late - status::spacing(db, &target.name, last)?,
            None => false,
        };
        let tried = target.last_scrape.is_some_and(|tried| tried <= steps.to);
        overview.subjects.push(Subject {
            name: target.name.clone(),
            backend: true,
            last,
            stopped,
            // The result of the last scrape says nothing about a window that ended before it.
            error: target.error.clone().filter(|_| tried && !target.up),
        });
    }
    for name in status::overview_apps(db, app)? {
        let last = status::last_beacon(db, &name)?;
        let stopped = name != OTHER && last.is_some_and(|last| last < steps.to - QUIET);
        overview.subjects.push(Subject { name, backend: false, last, stopped, error: None });
    }
    Ok(overview)
}

/// The losses of the pages of `app`, highest count first.
fn app_losses(db: &dyn Database, app: &str, steps: &Steps) -> Result<Vec<Loss>> {
    let filter = Filter { app: Some(app.to_owned()), ..Filter::default() };
    let sums: Sums = Window::new(db, steps, &filter)?.total(Section::Sums)?;
    let loss = |(kind, count): (String, u64)| Loss { app: app.to_owned(), kind, count: count as f64 };
    let mut losses: Vec<Loss> = sums.losses.into_iter().map(loss).collect();
    losses.sort_by(|a, b| b.count.total_cmp(&a.count));
    Ok(losses)
}

fn target_levels(
    db: &dyn Database,
    matches: &Matches,
    target: &str,
    steps: &Steps,
    interval: i64,
) -> Result<Vec<Level>> {
    let plain = match Scrapes::whole(db, target, steps, interval)? {
        None => backend::without_values(None),
        Some(over) => {
            let told = matches.told(db, over.target())?;
            // Gauges are looked at a dozen times: their mean over the window counts.
            let coarse = Steps::coarse(steps, 12);
            match Scrapes::new(db, target, &coarse, interval)? {
                Some(through) => backend::levels(&over, &through, &told)?,
                None => backend::without_values(Some(&told)),
            }
        }
    };
    Ok(of_backend(target, plain))
}

/// Levels of a backend as those of the overview.
pub fn of_backend(target: &str, levels: Vec<PlainLevel>) -> Vec<Level> {
    let of_target = |plain: PlainLevel| Level {
        value: plain.value.map(|value| value.0),
        beyond: plain.value.is_some_and(|value| value.1),
        ..level(target, &plain.name, plain.bound, plain.unit)
    };
    levels.into_iter().map(of_target).collect()
}

fn app_levels(db: &dyn Database, app: &str, steps: &Steps) -> Result<Vec<Level>> {
    let filter = Filter { app: Some(app.to_owned()), ..Filter::default() };
    let figures = AppFigures::new(db, steps, &filter)?;
    let mut levels = Vec::new();
    for rule in defaults().into_iter().filter(|rule| !rule.scope.is_target()) {
        let answer = figures.read(&rule.figure, rule.aggregate)?;
        // An app need not measure page loads. It has all vitals.
        if answer.value.is_none() && rule.figure == Figure::PageLoad {
            continue;
        }
        let unit = backend::unit(&rule.figure, rule.aggregate);
        levels.push(Level {
            value: answer.value,
            count: answer.samples,
            ..level(app, &rule.name, rule.bound, unit)
        });
    }
    Ok(levels)
}
