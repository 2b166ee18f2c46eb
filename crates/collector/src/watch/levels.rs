//! Levels and budgets as they are now, for `/api/levels`.
use whippet_api::{Burn, Level, Objective, WatchedLevel};
use whippet_store::database::{Database, Result};
use whippet_store::reports::backend;
use whippet_store::reports::matches::Matches;
use whippet_store::watching;
use whippet_watch::levels::{Aggregate, BURN_RATES, Budget, Figure, LevelRule, Subject, defaults};

use super::asked::Asked;
use super::inputs::Inputs;
use super::subjects::Subjects;
use super::{kept, objectives, place, words};

const MINUTE: i64 = 60_000;
/// The longest objective, ms.
const LONGEST: i64 = 93 * 1440 * MINUTE;

/// Levels and objectives of all subjects.
#[derive(Debug, Default)]
pub struct Seen {
    /// When they were evaluated, ms since the epoch.
    pub evaluated: i64,
    /// The levels with their subjects.
    pub levels: Vec<(Subject, WatchedLevel)>,
    /// The objectives with theirs, those with the least budget left first.
    pub objectives: Vec<(Subject, Objective)>,
}

/// Reads all of them.
pub fn read(db: &dyn Database, matches: &Matches, inputs: &Inputs) -> Result<Seen> {
    let rules = &inputs.rules.rules;
    let subjects = Subjects::new(db, inputs)?;
    let usual = defaults();
    let mut of: Vec<(&LevelRule, Subject)> = Vec::new();
    for level in &rules.levels {
        of.extend(subjects.of(&level.scope)?.into_iter().map(|subject| (level, subject)));
    }
    let mut asked = Asked::default();
    of.iter().for_each(|(level, subject)| asked.ask(level.question(subject)));
    asked.read(db, matches, inputs, inputs.now)?;
    let mut seen = Seen { evaluated: inputs.now, ..Seen::default() };
    for (level, subject) in &of {
        let own = !usual.contains(level);
        let answer = asked.answer(&level.question(subject));
        let value = level.value(&answer);
        // What a subject does not tell is no level of it, unless somebody named it.
        let stands_in =
            !own && level.aggregate == Aggregate::Mean && has_buckets(&asked, &usual, level, subject);
        if !own && value.is_none() || stands_in {
            continue;
        }
        let unit = backend::unit(&level.figure, level.aggregate);
        let missing = match (value, answer.lack, answer.samples) {
            (Some(value), ..) if value.is_finite() => None,
            // JSON has no infinite numbers.
            (Some(value), ..) => Some(format!("it is {}", words::amount(value, unit))),
            (None, Some(lack), _) => Some(lack.words(level.aggregate)),
            (None, None, Some(samples)) if samples < level.min_samples => {
                Some(format!("{samples} of at least {} samples", level.min_samples))
            }
            (None, None, _) => Some(format!("no data in {}", words::time(level.window as f64))),
        };
        let about = kept::about(subject);
        let watched = WatchedLevel {
            level: Level {
                name: level.name.clone(),
                subject: about.name,
                backend: about.backend,
                value: value.filter(|value| value.is_finite()),
                count: answer.samples,
                bound: level.bound.value,
                above: level.bound.above,
                inclusive: level.bound.inclusive,
                unit,
                beyond: answer.beyond,
            },
            figure: level.figure.to_string(),
            aggregate: level.aggregate.to_string(),
            page: about.page,
            window: level.window,
            least: level.min_samples,
            own,
            missing,
            place: place::of_level(subject, level),
        };
        seen.levels.push((subject.clone(), watched));
    }
    // By subject, and then in the order of the configuration.
    seen.levels.sort_by(|a, b| a.0.cmp(&b.0));
    read_objectives(db, inputs, &subjects, &mut seen)?;
    Ok(seen)
}

/// Whether percentiles of the same figure are told, which a mean stands in for where they are not.
fn has_buckets(asked: &Asked, usual: &[LevelRule], level: &LevelRule, subject: &Subject) -> bool {
    let is_percentile = |other: &&LevelRule| {
        other.figure == level.figure && matches!(other.aggregate, Aggregate::Quantile(_))
    };
    let is_signal = matches!(level.figure, Figure::Signal(_));
    is_signal
        && usual
            .iter()
            .filter(is_percentile)
            .any(|other| asked.answer(&other.question(subject)).value.is_some())
}

fn read_objectives(
    db: &dyn Database,
    inputs: &Inputs,
    subjects: &Subjects<'_>,
    seen: &mut Seen,
) -> Result<()> {
    let rules = &inputs.rules.rules;
    if rules.objectives.is_empty() {
        return Ok(());
    }
    let upto = watching::standing(db)?.judged.unwrap_or(inputs.now).min(inputs.now);
    let longest = rules.objectives.iter().map(|objective| objective.over).max().unwrap_or(LONGEST);
    let mut hours = objectives::hours(db, upto - longest)?;
    for objective in &rules.objectives {
        let Some(level) = rules.level(&objective.level) else { continue };
        for subject in subjects.of(&level.scope)? {
            let budget =
                Budget::new(hours.remove(&(objective.name.clone(), subject.key())).unwrap_or_default());
            let (good, bad) = budget.count(upto - objective.over, upto);
            let is_burning = |rate: &whippet_watch::levels::BurnRate| {
                budget.is_burning(objective.share, rate, upto) == Some(true)
            };
            let burn = |rate: &whippet_watch::levels::BurnRate| Burn {
                long: rate.long,
                short: rate.short,
                long_rate: budget.burn_of_all(objective.share, rate.long, upto),
                short_rate: budget.burn(objective.share, rate.short, upto),
                bound: rate.rate,
                burning: is_burning(rate),
            };
            let about = kept::about(&subject);
            let one = Objective {
                name: objective.name.clone(),
                level: objective.level.clone(),
                subject: about.name,
                backend: about.backend,
                page: about.page,
                objective: objective.share,
                window: objective.over,
                good,
                bad,
                unknown: ((objective.over / MINUTE) as u64).saturating_sub(good + bad),
                left: budget.left(objective.share, objective.over, upto),
                burns: BURN_RATES.iter().map(burn).collect(),
                burning: BURN_RATES.iter().any(is_burning),
                place: place::of_level(&subject, level),
            };
            seen.objectives.push((subject, one));
        }
    }
    seen.objectives.sort_by(|a, b| {
        let left = |of: &Objective| of.left.unwrap_or(f64::MAX);
        left(&a.1).total_cmp(&left(&b.1)).then_with(|| (&a.1.name, &a.0).cmp(&(&b.1.name, &b.0)))
    });
    Ok(())
}
