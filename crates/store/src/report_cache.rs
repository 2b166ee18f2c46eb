//! Reports that are kept until a page sends something new.
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::database::{Database, Result};

/// The most reports that are kept. Each has about 100 KB at most.
const MOST: usize = 64;

/// A number that grows with each beacon of any collector, and with each change of names or of what is older.
pub fn shared_version(database: &dyn Database) -> Result<i64> {
    database.scalar(
        "SELECT CAST((SELECT coalesce(sum(beacons), 0) FROM collectors)
           + (SELECT coalesce(sum(value), 0) FROM totals WHERE name IN ('names', 'names_gone', 'cells_moved')) AS BIGINT)",
        &[],
    )
}

type Reports = HashMap<String, (u64, Arc<dyn Any + Send + Sync>)>;

/// Reports by request, each with the version of the data that it was computed from.
#[derive(Default)]
pub struct ReportCache {
    arrived: AtomicU64,
    kept: Mutex<Reports>,
}

impl ReportCache {
    /// Outdates all reports. It must be called after the commit, and before the commit is acknowledged.
    pub fn outdate(&self) {
        self.arrived.fetch_add(1, Ordering::SeqCst);
    }

    /// The version of the data. It must be read before the report: what arrives meanwhile may or may not be in it.
    pub fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::SeqCst)
    }

    /// The report for `question`, unless it is outdated.
    pub fn get<T: Clone + 'static>(&self, question: &str) -> Option<T> {
        let kept = self.kept();
        let (arrived, answer) = kept.get(question)?;
        if *arrived != self.arrived() {
            return None;
        }
        answer.downcast_ref().cloned()
    }

    /// Keeps a report that was computed from the data of version `arrived`.
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

    fn kept(&self) -> MutexGuard<'_, Reports> {
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
        // The data changed while it was computed: it may be outdated.
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
