//! Single figures, for levels and alerts, from what the reports read.
//!
//! Many rules look at few windows: what they share is read once.
mod app;
mod errors;
mod once;
mod usual;

use std::collections::HashMap;

use whippet_api::Range;
use whippet_watch::levels::{Answer, Question, Subject};

use super::backend::{Found, TargetFigures};
use super::filter::Filter;
use super::matches::Matches;
use super::scrapes::Scrapes;
use super::split_by::SplitFilter;
use super::steps::Steps;
use crate::database::{Database, Result};
use crate::time::MINUTE;

pub use app::AppFigures;
pub use errors::{NewError, new_errors};
pub use usual::{Usual, Views, pages, usual_views};

/// Where figures are read, and when.
pub struct At<'a> {
    /// What targets tell.
    pub matches: &'a Matches,
    /// The end of all windows, ms since the epoch.
    pub to: i64,
    /// The time between two scrapes of a target, ms.
    pub interval: &'a dyn Fn(&str) -> i64,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// One for each question.
    pub answers: Vec<Answer>,
    /// How many windows of a subject were read.
    pub windows: usize,
}

/// Answers questions. Those of one subject and window share what is read.
pub fn answers(db: &dyn Database, questions: &[Question], at: &At<'_>) -> Result<Read> {
    let mut groups: HashMap<(&Subject, &Option<String>, i64), Vec<usize>> = HashMap::new();
    for (place, question) in questions.iter().enumerate() {
        groups.entry((&question.subject, &question.split, question.window)).or_default().push(place);
    }
    let mut read = Read { answers: vec![Answer::default(); questions.len()], windows: groups.len() };
    for ((subject, split, window), places) in groups {
        let range = Range { from: at.to - window, to: at.to };
        let asked = places.iter().map(|place| &questions[*place]);
        let answers = match subject {
            Subject::Target(target) => target_answers(db, target, asked, &range, at)?,
            Subject::App(_) | Subject::Page { .. } => {
                let steps = Steps::new(&range, MINUTE);
                let filter = Filter {
                    app: subject.app().map(str::to_owned),
                    page: subject.page().map(str::to_owned),
                    split: split.as_deref().and_then(SplitFilter::parse),
                    ..Filter::default()
                };
                let figures = AppFigures::new(db, &steps, &filter)?;
                let answer = |question: &Question| figures.read(&question.figure, question.aggregate);
                asked.map(answer).collect::<Result<Vec<_>>>()?
            }
        };
        for (place, answer) in places.into_iter().zip(answers) {
            read.answers[place] = answer;
        }
    }
    Ok(read)
}

fn target_answers<'q>(
    db: &dyn Database,
    target: &str,
    questions: impl Iterator<Item = &'q Question>,
    range: &Range,
    at: &At<'_>,
) -> Result<Vec<Answer>> {
    let interval = (at.interval)(target);
    let steps = Steps::new(range, interval);
    let unknown = |questions: usize| Ok(vec![Answer::default(); questions]);
    let questions: Vec<&Question> = questions.collect();
    let Some(over) = Scrapes::whole(db, target, &steps, interval)? else { return unknown(questions.len()) };
    let told = at.matches.told(db, over.target())?;
    // Gauges are looked at a dozen times, as for the Overview.
    let coarse = Steps::coarse(&steps, 12);
    let Some(through) = Scrapes::new(db, target, &coarse, interval)? else {
        return unknown(questions.len());
    };
    let figures = TargetFigures::new(&over, &through, &told);
    let answer = |question: &&Question| {
        let found = figures.read(&question.figure, question.aggregate)?.unwrap_or_default();
        Ok(answer_of(&found))
    };
    questions.iter().map(answer).collect()
}

fn answer_of(found: &Found) -> Answer {
    Answer {
        value: found.value.map(|value| value.0),
        beyond: found.value.is_some_and(|value| value.1),
        samples: found.samples,
        lack: found.lack,
    }
}
