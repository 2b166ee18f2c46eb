//! The minutes of objectives: good, bad, or not known.
use whippet_store::database::{Database, Result};
use whippet_store::reports::matches::Matches;
use whippet_store::watching::{self, Minute};
use whippet_watch::alerts::Rules;
use whippet_watch::levels::{HourBits, LevelRule, Question, Subject};

use super::asked::Asked;
use super::inputs::{Hours, Inputs};
use super::subjects::Subjects;

const MINUTE: i64 = 60_000;
/// A minute is judged this long after its end, when what pages and scrapes say of it is there, ms.
const LATE: i64 = 2 * MINUTE;
/// Minutes further back are not judged any more, ms.
const OLDEST: i64 = 6 * 60 * MINUTE;
/// The most minutes that are judged in one look. After an hour without a collector a few looks make up for it.
const PORTION: i64 = 20;

/// Minutes that were judged.
pub struct Judged {
    /// The minutes of which something is known.
    pub minutes: Vec<Minute>,
    /// Up to when minutes are judged, ms since the epoch.
    pub upto: i64,
    /// How many windows of subjects were read.
    pub windows: usize,
}

/// The subjects of an objective.
pub fn subjects(subjects: &Subjects<'_>, rules: &Rules, objective: &str) -> Result<Vec<Subject>> {
    let found = rules.objectives.iter().find(|known| known.name == objective);
    match found.and_then(|objective| rules.level(&objective.level)) {
        Some(level) => subjects.of(&level.scope),
        None => Ok(Vec::new()),
    }
}

/// The minutes to judge: from where the last look stopped, to the last one that is surely over. A clock that was set back judges
/// what it sees again; what was judged of the time to come stays, and is judged again when it comes.
pub fn due(before: Option<i64>, now: i64) -> (i64, i64) {
    let end = (now - LATE).div_euclid(MINUTE) * MINUTE;
    let from = before.filter(|before| *before <= end + LATE).unwrap_or(end - MINUTE);
    let from = from.max(end - OLDEST).min(end);
    (from, end.min(from + PORTION * MINUTE))
}

/// Judges the minutes that are due.
pub fn judge(
    db: &dyn Database,
    matches: &Matches,
    inputs: &Inputs,
    subjects: &Subjects<'_>,
    before: Option<i64>,
) -> Result<Judged> {
    let (from, upto) = due(before, inputs.now);
    let mut judged = Judged { minutes: Vec::new(), upto, windows: 0 };
    let rules = &inputs.rules.rules;
    let mut of: Vec<(&str, &LevelRule, Vec<Subject>)> = Vec::new();
    for objective in &rules.objectives {
        if let Some(level) = rules.level(&objective.level) {
            of.push((&objective.name, level, subjects.of(&level.scope)?));
        }
    }
    if of.is_empty() {
        return Ok(judged);
    }
    for minute in (from..upto).step_by(MINUTE as usize) {
        let mut asked = Asked::default();
        let all = || {
            of.iter().flat_map(|(name, level, subjects)| subjects.iter().map(move |one| (name, level, one)))
        };
        all().for_each(|(_, level, subject)| asked.ask(of_minute(level, subject)));
        // A minute that begins at the end of a window would count.
        asked.read(db, matches, inputs, minute + MINUTE - 1)?;
        judged.windows += asked.windows;
        for (name, level, subject) in all() {
            let answer = asked.answer(&of_minute(level, subject));
            // A minute has its part of the samples.
            let least = (level.min_samples as f64 * MINUTE as f64 / level.window as f64).ceil().max(1.0);
            let level = LevelRule { min_samples: least as u64, ..(*level).clone() };
            if let Some(good) = level.met(&answer) {
                let (objective, subject) = ((*name).to_owned(), subject.key());
                judged.minutes.push(Minute { objective, subject, minute, good });
            }
        }
    }
    Ok(judged)
}

fn of_minute(level: &LevelRule, subject: &Subject) -> Question {
    Question { window: MINUTE - 1, ..level.question(subject) }
}

/// The hours that are kept.
pub fn hours(db: &dyn Database, from: i64) -> Result<Hours> {
    let mut hours = Hours::default();
    for hour in watching::objective_hours(db, from)? {
        hours.entry((hour.objective, hour.subject)).or_default().push((hour.hour, hour.bits));
    }
    Ok(hours)
}

/// Adds minutes that were judged just now.
pub fn add(hours: &mut Hours, minutes: &[Minute]) {
    for minute in minutes {
        let of = hours.entry((minute.objective.clone(), minute.subject.clone())).or_default();
        let hour = HourBits::hour(minute.minute);
        let place = match of.iter().position(|known| known.0 == hour) {
            Some(place) => place,
            None => {
                of.push((hour, HourBits::default()));
                of.len() - 1
            }
        };
        of[place].1.judge(minute.minute, Some(minute.good));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn minutes_are_judged_when_they_are_over_and_made_up_for() {
        let now = 1_000_000 * MINUTE + 30_000;
        let end = (now - LATE).div_euclid(MINUTE) * MINUTE;
        assert_eq!(due(None, now), (end - MINUTE, end), "the first look judges one");
        assert_eq!(due(Some(end), now), (end, end), "nothing new is over");
        assert_eq!(due(Some(end - 60 * MINUTE), now), (end - 60 * MINUTE, end - 40 * MINUTE));
        assert_eq!(due(Some(0), now).0, end - OLDEST, "too long ago");
        // The clock was set back by a day: it goes on from where it is.
        assert_eq!(due(Some(end + 1440 * MINUTE), now), (end - MINUTE, end));
    }

    proptest! {
        /// However the clock goes, it comes to the present, and leaves out no minute of the last hours in which somebody looked.
        #[test]
        fn it_always_comes_to_the_present(jumps in proptest::collection::vec(-600_i64..600, 1..20)) {
            let mut now = 1_000_000 * MINUTE;
            let mut judged = None;
            for jump in jumps {
                now += jump * MINUTE;
                for _ in 0..60 {
                    now += 30_000;
                    let (from, upto) = due(judged, now);
                    prop_assert!(from <= upto && upto <= now - LATE && upto - from <= PORTION * MINUTE);
                    if let Some(judged) = judged {
                        prop_assert!(from == judged || judged > now - LATE || judged < now - OLDEST - LATE - MINUTE);
                    }
                    judged = Some(upto);
                }
                prop_assert!(judged.is_some_and(|judged| judged > now - LATE - 2 * MINUTE), "it is up to date");
            }
        }
    }
}
