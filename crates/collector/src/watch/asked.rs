//! Questions to the store, each asked once.
use std::collections::HashMap;

use whippet_store::database::{Database, Result};
use whippet_store::reports::figures::{self, At};
use whippet_store::reports::matches::Matches;
use whippet_watch::levels::{Answer, Question};

use super::inputs::Inputs;

/// Answers by question. Questions that several rules ask stand in it once.
#[derive(Default)]
pub struct Asked {
    questions: Vec<Question>,
    places: HashMap<String, usize>,
    answers: Vec<Answer>,
    /// How many windows of subjects were read.
    pub windows: usize,
}

impl Asked {
    /// Adds a question.
    pub fn ask(&mut self, question: Question) {
        let key = key(&question);
        if !self.places.contains_key(&key) {
            self.places.insert(key, self.questions.len());
            self.questions.push(question);
        }
    }

    /// Reads the answers, with windows that end at `to`.
    pub fn read(&mut self, db: &dyn Database, matches: &Matches, inputs: &Inputs, to: i64) -> Result<()> {
        let interval = |target: &str| inputs.interval_of(target);
        let read = figures::answers(db, &self.questions, &At { matches, to, interval: &interval })?;
        (self.answers, self.windows) = (read.answers, read.windows);
        Ok(())
    }

    /// The answer to a question that was asked.
    pub fn answer(&self, question: &Question) -> Answer {
        let place = self.places.get(&key(question));
        place.and_then(|place| self.answers.get(*place)).copied().unwrap_or_default()
    }
}

fn key(question: &Question) -> String {
    let Question { subject, figure, aggregate, window, split } = question;
    format!("{}\n{figure}\n{aggregate}\n{window}\n{split:?}", subject.key())
}
