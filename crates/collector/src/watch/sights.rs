//! What a rule sees of a subject now.
use std::collections::HashMap;

use whippet_api::{Place, Reading, Regression, RegressionKind, Target, Unit, View};
use whippet_store::database::{Database, Result};
use whippet_store::reports::figures::{NewError, Usual, new_errors, usual_views};
use whippet_store::reports::{backend, status};
use whippet_watch::alerts::{AlertRule, Condition, NoData, Sight};
use whippet_watch::levels::{BURN_RATES, Bound, Budget, LevelRule, Subject};

use super::asked::Asked;
use super::inputs::{Hours, Inputs};
use super::{place, words};

/// The most alerts of one rule and subject: of errors, and of regressions.
const MOST: usize = 20;
/// The longest part of an error's message, characters.
const MESSAGE: usize = 200;

/// What a rule sees of a subject.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The place of the rule among all.
    pub rule: usize,
    /// Of what.
    pub subject: Subject,
    /// Labels besides those of rule and subject.
    pub labels: Vec<(&'static str, String)>,
    /// What it sees.
    pub sight: Sight,
    /// The figure and its bound.
    pub reading: Reading,
    /// What is the matter, in a sentence.
    pub summary: String,
    /// Where the dashboard shows why.
    pub place: Place,
    /// How far back the place begins, ms.
    pub window: i64,
}

/// Looks, for all rules.
pub struct Looking<'a> {
    db: &'a dyn Database,
    inputs: &'a Inputs,
    asked: &'a Asked,
    hours: &'a Hours,
    judged: i64,
    /// What is read of an app once: page views by window, errors by the time for which they are new and how
    /// often they must have happened.
    views: HashMap<(String, i64), Option<whippet_store::reports::figures::Views>>,
    errors: HashMap<(String, i64, u64), Vec<NewError>>,
}

impl<'a> Looking<'a> {
    /// From what was read. `judged`: up to when minutes are judged.
    pub fn new(
        db: &'a dyn Database,
        inputs: &'a Inputs,
        asked: &'a Asked,
        hours: &'a Hours,
        judged: i64,
    ) -> Self {
        Self { db, inputs, asked, hours, judged, views: HashMap::new(), errors: HashMap::new() }
    }

    /// What the rule at `place` sees of a subject. Of some there is one sight for each error or regression, and none where all is
    /// well.
    pub fn at(
        &mut self,
        rule: &AlertRule,
        place: usize,
        subject: &Subject,
        seen: &mut Vec<Seen>,
    ) -> Result<()> {
        let new = Seen {
            rule: place,
            subject: subject.clone(),
            labels: Vec::new(),
            sight: Sight::Unknown,
            reading: Reading::default(),
            summary: String::new(),
            place: Place::default(),
            window: 3_600_000,
        };
        match &rule.condition {
            Condition::Named { .. } => {}
            Condition::Level(level) => seen.push(self.level(rule, level, new)),
            Condition::Burn { objective, page } => seen.push(self.burn(objective, *page, new)),
            Condition::Down(_) => seen.push(self.down(rule, new)?),
            Condition::Silent { window, below, min_samples, .. } => {
                seen.push(self.silent((*window, *below, *min_samples), new)?);
            }
            Condition::NewError { window, min_samples, .. } => {
                self.new_errors((*window, *min_samples), &new, seen)?;
            }
            Condition::Regression(_) => self.regressions(RegressionKind::Release, &new, seen),
            Condition::Drift(_) => self.regressions(RegressionKind::Drift, &new, seen),
        }
        Ok(())
    }

    fn level(&self, rule: &AlertRule, level: &LevelRule, new: Seen) -> Seen {
        let answer = self.asked.answer(&level.question(&new.subject));
        let unit = backend::unit(&level.figure, level.aggregate);
        let value = level.value(&answer);
        let sight = match level.met(&answer) {
            None => Sight::Unknown,
            Some(false) => Sight::Bad,
            Some(true) => match (rule.resolve, value) {
                (Some(resolve), Some(value)) if !resolve.met(value, answer.beyond) => Sight::Near,
                _ => Sight::Good,
            },
        };
        let mut what = figure_words(rule, level);
        if let Some(split) = &level.split {
            what.push_str(&format!(" ({split})"));
        }
        let bound = words::amount(level.bound.value, unit);
        let summary = match value {
            None => match answer.samples {
                _ if answer.lack.is_some() => {
                    let lack = answer.lack.map(|lack| lack.words(level.aggregate)).unwrap_or_default();
                    format!("{what} of {}: {lack}", new.subject)
                }
                Some(samples) if samples < level.min_samples => {
                    format!("{what} of {}: {samples} of at least {} samples", new.subject, level.min_samples)
                }
                _ => format!("{what} of {}: no data in {}", new.subject, words::time(level.window as f64)),
            },
            Some(value) => {
                let more = if answer.beyond { "more than " } else { "" };
                let side = side(&level.bound, value, sight == Sight::Bad);
                format!("{what} of {} is {more}{}, {side} {bound}", new.subject, words::amount(value, unit))
            }
        };
        let reading = Reading {
            // JSON has no infinite numbers.
            value: value.filter(|value| value.is_finite()),
            bound: Some(level.bound.value),
            above: level.bound.above,
            unit,
            beyond: answer.beyond,
            count: answer.samples,
        };
        let place = place::of_level(&new.subject, level);
        Seen { sight, reading, summary, place, window: level.window, ..new }
    }

    fn burn(&self, name: &str, page: Option<bool>, new: Seen) -> Seen {
        let rules = &self.inputs.rules.rules;
        let Some(objective) = rules.objectives.iter().find(|known| known.name == name) else { return new };
        let budget = self.hours.get(&(name.to_owned(), new.subject.key())).cloned().unwrap_or_default();
        let budget = Budget::new(budget);
        let rates = BURN_RATES.iter().filter(|rate| page.is_none_or(|page| page == rate.page));
        let burning: Vec<_> =
            rates.map(|rate| (rate, budget.is_burning(objective.share, rate, self.judged))).collect();
        let worst = burning.iter().find(|found| found.1 == Some(true));
        let shown = worst.or(burning.first()).map(|found| found.0);
        let sight = match worst {
            Some(_) => Sight::Bad,
            None if burning.iter().all(|found| found.1.is_none()) => Sight::Unknown,
            None => Sight::Good,
        };
        let value = shown.and_then(|rate| budget.burn_of_all(objective.share, rate.long, self.judged));
        let bound = shown.map(|rate| rate.rate);
        let over = shown.map_or(0, |rate| rate.long);
        let summary = match value {
            Some(value) => format!(
                "the error budget of {name} for {} burns {} times as fast as it may, over {}",
                new.subject,
                words::amount(value, Unit::Number),
                words::time(over as f64)
            ),
            None => format!("the error budget of {name} for {}: no minute is known", new.subject),
        };
        let reading = Reading { value, bound, ..Reading::default() };
        let place = match rules.level(&objective.level) {
            Some(level) => place::of_level(&new.subject, level),
            None => place::of(&new.subject, View::Overview),
        };
        Seen { sight, reading, summary, place, window: over, ..new }
    }

    fn down(&self, rule: &AlertRule, new: Seen) -> Result<Seen> {
        let name = new.subject.target().unwrap_or_default();
        let place = place::of(&new.subject, View::Backend);
        let Some(target) = self.inputs.targets.iter().find(|target| target.name == name) else {
            let summary = format!("there is no target {name}: see the names in /api/status");
            return Ok(Seen { summary, place, ..new });
        };
        let last = status::last_scrape(self.db, name, self.inputs.now)?;
        let overdue = self.overdue(target, last);
        let is_failing = target.last_scrape.is_some() && !target.up;
        let sight = match (is_failing || overdue.is_some(), last.or(target.last_scrape)) {
            (true, _) => Sight::Bad,
            (false, None) => Sight::Unknown,
            (false, Some(_)) if !self.is_awaited(target, last) => Sight::Good,
            // Its first scrape is about to come: nothing fires and nothing ends before, whatever the rule does
            // where nothing is known.
            (false, Some(_)) => match rule.no_data {
                NoData::State | NoData::Keep => Sight::Unknown,
                NoData::Fire | NoData::Ok => Sight::Near,
            },
        };
        let summary = match (&target.error, overdue) {
            (Some(error), _) if is_failing => format!("{name} is down: {}", words::line(error, MESSAGE)),
            (_, Some(late)) => format!("{name} was not scraped for {}", words::time(late as f64)),
            _ if is_failing => format!("{name} is down"),
            _ if last.is_none() && sight == Sight::Unknown => format!("{name} was never scraped"),
            _ if sight != Sight::Good => format!("{name} was not scraped since the collector began"),
            _ => format!("{name} is up"),
        };
        Ok(Seen { sight, summary, place, ..new })
    }

    /// Whether a target was scraped before this collector began, and not since. It is overdue where that lasts too long.
    fn is_awaited(&self, target: &Target, last: Option<i64>) -> bool {
        let is_before = |started: i64| last.is_some_and(|last| last < started);
        target.last_scrape.is_none() && self.inputs.memory.started.is_some_and(is_before)
    }

    /// For how long a target has not been scraped, if that is too long: three intervals, a minute at least. The time before this
    /// collector began does not count for that.
    fn overdue(&self, target: &Target, last: Option<i64>) -> Option<i64> {
        let interval = if target.interval > 0 { target.interval } else { self.inputs.interval };
        let now = self.inputs.now;
        let last = last?;
        let late = now - last.max(self.inputs.memory.started.unwrap_or(now));
        (late > (3 * interval).max(60_000)).then_some(now - last)
    }

    fn silent(&mut self, (window, below, least): (i64, f64, u64), new: Seen) -> Result<Seen> {
        let app = new.subject.app().unwrap_or_default().to_owned();
        let now = self.inputs.now;
        let views = match self.views.get(&(app.clone(), window)) {
            Some(views) => *views,
            None => {
                let views = usual_views(self.db, &app, window, now)?;
                self.views.insert((app.clone(), window), views);
                views
            }
        };
        let place = place::of(&new.subject, View::Vitals);
        let Some(views) = views else {
            let summary = format!("what is usual for {app} is not known yet");
            return Ok(Seen { summary, place, window, ..new });
        };
        let bound = views.usual * below;
        // While nobody took beacons, none came.
        let is_blind = self.inputs.memory.resumed.is_some_and(|resumed| now - resumed < window);
        let sight = match () {
            () if views.usual < least as f64 => Sight::Unknown,
            () if views.found as f64 >= bound => Sight::Good,
            () if is_blind => Sight::Unknown,
            () => Sight::Bad,
        };
        let usual = match views.from {
            Usual::HourOfWeek => "are usual at this hour of the week",
            Usual::HourOfDay => "are usual at this hour",
            Usual::Before => "came before",
        };
        let summary = format!(
            "{app} had {} page views in {}, where {} {usual}",
            views.found,
            words::time(window as f64),
            words::amount(views.usual.round(), Unit::Number)
        );
        let reading = Reading {
            value: Some(views.found as f64),
            bound: Some(bound),
            above: true,
            count: Some(views.usual.round() as u64),
            ..Reading::default()
        };
        Ok(Seen { sight, reading, summary, place, window, ..new })
    }

    fn new_errors(&mut self, (window, least): (i64, u64), new: &Seen, seen: &mut Vec<Seen>) -> Result<()> {
        let app = new.subject.app().unwrap_or_default().to_owned();
        let now = self.inputs.now;
        let key = (app.clone(), window, least);
        if !self.errors.contains_key(&key) {
            let found = new_errors(self.db, &app, (now - window, now), least)?;
            self.errors.insert(key.clone(), found);
        }
        let found = self.errors.get(&key).map(Vec::as_slice).unwrap_or_default();
        // Those that were seen first: they stay the same until they are new no more.
        for error in found.iter().take(MOST) {
            let message = words::line(&error.message, MESSAGE);
            let release =
                if error.release.is_empty() { String::new() } else { format!(" {}", error.release) };
            let mut labels = vec![("error", message.clone())];
            if !error.release.is_empty() {
                labels.push(("release", error.release.clone()));
            }
            // Two errors may say the same. It is there whether they do or not, as an alert is known by its labels.
            if !error.source.is_empty() {
                labels.push(("error_source", words::line(&error.source, MESSAGE)));
            }
            seen.push(Seen {
                labels,
                sight: Sight::Bad,
                reading: Reading { value: Some(error.count as f64), ..Reading::default() },
                summary: format!("new error in {app}{release}, {}: {message}", words::times(error.count)),
                place: place::of(&new.subject, View::Errors),
                window,
                ..new.clone()
            });
        }
        Ok(())
    }

    fn regressions(&self, kind: RegressionKind, new: &Seen, seen: &mut Vec<Seen>) {
        let all = self.inputs.regressions.as_deref().map(Vec::as_slice).unwrap_or_default();
        let is_wanted = |found: &&Regression| found.kind == kind && is_about(found, &new.subject);
        for found in all.iter().filter(is_wanted).take(MOST) {
            let mut labels = vec![("metric", found.metric.clone())];
            labels.extend(found.release.clone().map(|release| ("release", release)));
            seen.push(Seen {
                labels,
                sight: Sight::Bad,
                reading: Reading {
                    value: found.new,
                    bound: found.old,
                    unit: found.unit,
                    count: Some(found.new_views),
                    ..Reading::default()
                },
                summary: found.words.clone(),
                place: found.place.clone(),
                ..new.clone()
            });
        }
    }
}

/// Whether a regression is about a subject. One of an app's pages is about the app, too.
fn is_about(found: &Regression, subject: &Subject) -> bool {
    match subject {
        Subject::Target(name) => found.about.backend && found.about.name == *name,
        Subject::App(name) => !found.about.backend && found.about.name == *name,
        Subject::Page { app, page } => {
            !found.about.backend
                && found.about.name == *app
                && (found.pages.is_empty() || found.pages.contains(page))
        }
    }
}

/// `LCP p75`; a level by its name.
fn figure_words(rule: &AlertRule, level: &LevelRule) -> String {
    if level.name != rule.name {
        return level.name.clone();
    }
    match level.aggregate {
        whippet_watch::levels::Aggregate::Usual | whippet_watch::levels::Aggregate::Share => {
            level.figure.to_string()
        }
        aggregate => format!("{} {aggregate}", level.figure),
    }
}

/// On which side of its bound a figure is, in words. One that is equal to it was judged by whether that is allowed.
fn side(bound: &Bound, value: f64, is_bad: bool) -> &'static str {
    match (is_bad, bound.above) {
        (true, false) | (false, true) if value == bound.value => "not below",
        (true, true) | (false, false) if value == bound.value => "not above",
        (true, false) => "above",
        (true, true) => "below",
        (false, _) => "within",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_is_equal_to_its_bound_is_said_by_the_side_that_counts() {
        let at_least = Bound { inclusive: true, ..Bound::above(1.0) };
        for (bound, value, words) in [
            (Bound::at_most(0.0), 0.0, "not above"),
            (Bound::at_most(0.0), 1.0, "above"),
            (Bound::below(2.0), 2.0, "not below"),
            (Bound::below(2.0), 1.0, "within"),
            (at_least, 1.0, "not below"),
            (at_least, 0.0, "below"),
            (Bound::above(1.0), 1.0, "not above"),
            (Bound::above(1.0), 2.0, "within"),
        ] {
            assert_eq!(side(&bound, value, !bound.met(value, false)), words, "{value}, to be {bound}");
        }
    }
}
