//! What there is to be seen now: all figures, read once, and what the rules make of them.
use whippet_store::database::{Database, Result};
use whippet_store::reports::matches::Matches;
use whippet_store::watching::{self, Minute, Standing};
use whippet_watch::alerts::{Condition, Silence};
use whippet_watch::levels::{Scope, Subject};

use super::asked::Asked;
use super::inputs::{Hours, Inputs};
use super::kept::{self, Kept};
use super::objectives;
use super::sights::{self, Seen};
use super::subjects::Subjects;

/// The longest window of a burn rate, ms.
const BURN: i64 = 3 * 86_400_000;

/// What was seen.
pub struct LookedAt {
    /// How far watching had come, and how far it is now.
    pub standing: Standing,
    /// The alerts as they were, by id.
    pub kept: Vec<(String, Kept)>,
    /// The silences in force.
    pub silences: Vec<Silence>,
    /// What each rule sees of each subject.
    pub seen: Vec<Seen>,
    /// Minutes of objectives that were judged.
    pub minutes: Vec<Minute>,
    /// How many windows of subjects were read.
    pub windows: usize,
    /// Whether anybody has looked for regressions.
    pub knows_regressions: bool,
    /// When this collector began to look, ms since the epoch.
    pub started: Option<i64>,
}

/// Looks at everything. `before` is how far watching had come.
pub fn look(db: &dyn Database, matches: &Matches, inputs: &Inputs, before: Standing) -> Result<LookedAt> {
    let now = inputs.now;
    let rules = &inputs.rules.rules;
    let subjects = Subjects::new(db, inputs)?;
    let of_rules: Vec<Vec<Subject>> = rules
        .alerts
        .iter()
        .map(|rule| match &rule.condition {
            Condition::Level(level) => subjects.of(&level.scope),
            Condition::Down(scope) | Condition::Silent { scope, .. } | Condition::NewError { scope, .. } => {
                subjects.of(scope)
            }
            Condition::Regression(scope) | Condition::Drift(scope) => {
                let mut all = subjects.of(scope)?;
                if *scope == Scope::Target(None) {
                    services(inputs, &mut all);
                }
                Ok(all)
            }
            Condition::Burn { objective, .. } => objectives::subjects(&subjects, rules, objective),
            Condition::Named { .. } => Ok(Vec::new()),
        })
        .collect::<Result<_>>()?;
    let mut asked = Asked::default();
    for (rule, subjects) in rules.alerts.iter().zip(&of_rules) {
        if let Condition::Level(level) = &rule.condition {
            subjects.iter().for_each(|subject| asked.ask(level.question(subject)));
        }
    }
    asked.read(db, matches, inputs, now)?;
    let judged = objectives::judge(db, matches, inputs, &subjects, before.judged)?;
    let burns = rules.alerts.iter().any(|rule| matches!(rule.condition, Condition::Burn { .. }));
    let mut hours = if burns { objectives::hours(db, now - BURN)? } else { Hours::default() };
    objectives::add(&mut hours, &judged.minutes);
    let mut looking = sights::Looking::new(db, inputs, &asked, &hours, judged.upto);
    let mut seen = Vec::new();
    for (place, (rule, subjects)) in rules.alerts.iter().zip(&of_rules).enumerate() {
        for subject in subjects {
            looking.at(rule, place, subject, &mut seen)?;
        }
    }
    let silences = watching::silences(db, now)?;
    let silences = silences.into_iter().filter_map(|kept| serde_json::from_str(&kept.silence).ok());
    Ok(LookedAt {
        standing: Standing { evaluated: Some(now), judged: Some(judged.upto), ..before },
        kept: kept::states(watching::states(db)?),
        silences: silences
            .chain(inputs.rules.silences.iter().cloned())
            .filter(|silence: &Silence| silence.is_active(now))
            .collect(),
        seen,
        minutes: judged.minutes,
        windows: asked.windows + judged.windows,
        knows_regressions: inputs.regressions.is_some(),
        started: inputs.memory.started,
    })
}

/// Adds services whose instances a list names: no target has their name, but releases are theirs.
fn services(inputs: &Inputs, all: &mut Vec<Subject>) {
    for found in inputs.regressions.iter().flat_map(|found| found.iter()).filter(|found| found.about.backend)
    {
        let subject = Subject::Target(found.about.name.clone());
        if !all.contains(&subject) {
            all.push(subject);
        }
    }
}
