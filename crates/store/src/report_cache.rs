//! ReportCache that are kept for as long as nothing new arrived from pages.
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// More than so many are not kept. Each is some 100 KB at most.
const MOST: usize = 64;

type Ingested = HashMap<String, (u64, Arc<dyn Any + Send + Sync>)>;

/// ReportCache by what was asked, each with how much had arrived by then.
#[derive(Default)]
pub struct ReportCache {
    arrived: AtomicU64,
    kept: Mutex<Ingested>,
}

impl ReportCache {
    /// Something changed that answers are about. To be said after the commit, and before anyone is told of it.
    pub fn outdate(&self) {
        self.arrived.fetch_add(1, Ordering::SeqCst);
    }

    /// How much has arrived. To be asked before the question is: what arrives meanwhile may or may not be in the answer.
    pub fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::SeqCst)
    }

    /// The answer to `question`, if it still holds.
    pub fn get<T: Clone + 'static>(&self, question: &str) -> Option<T> {
        let kept = self.kept();
        let (arrived, answer) = kept.get(question)?;
        if *arrived != self.arrived() {
            return None;
        }
        answer.downcast_ref().cloned()
    }

    /// Keeps an answer, as of when so much had `arrived`.
    pub fn keep<T: Send + Sync + 'static>(&self, question: String, arrived: u64, answer: T) {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            let now = self.arrived();
            kept.retain(|_, kept| kept.0 == now);
        }
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(question, (arrived, Arc::new(answer)));
    }

    fn kept(&self) -> MutexGuard<'_, Ingested> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_until_something_arrives() {
        let answers = ReportCache::default();
        let arrived = answers.arrived();
        answers.keep("a".to_owned(), arrived, 1);
        assert_eq!((answers.get("a"), answers.get::<i32>("b")), (Some(1), None));
        assert_eq!(answers.get::<String>("a"), None, "of another type");
        answers.outdate();
        assert_eq!(answers.get::<i32>("a"), None);
        // Asked before, answered after: nobody knows what is in it.
        answers.keep("a".to_owned(), arrived, 2);
        assert_eq!(answers.get::<i32>("a"), None);
    }

    #[test]
    fn they_are_bounded() {
        let answers = ReportCache::default();
        for question in 0..10 * MOST {
            answers.keep(question.to_string(), answers.arrived(), 0);
            assert!(answers.kept().len() <= MOST);
        }
    }
}
