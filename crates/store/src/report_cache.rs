//! Reports that are kept until a page sends something new, to this collector or to another one on the same database.
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::database::{Database, Result, params};

/// The most reports that are kept. Each has about 100 KB at most.
const MOST: usize = 64;

type Reports = HashMap<String, (Version, Arc<dyn Any + Send + Sync>)>;

/// A version of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// How often something arrived here.
    pub arrived: u64,
    /// What all collectors have heard, as the database says; 0 where there is one collector only.
    pub shared: i64,
}

/// What all collectors on a database have heard: the number of their beacons, and of changes of names. Each collector writes its
/// number in the transaction that stores the beacons, so that an answer is never older than what another one has acknowledged.
pub fn shared(db: &dyn Database) -> Result<i64> {
    db.scalar(
        "SELECT CAST(coalesce((SELECT sum(beacons) FROM collectors), 0)
           + coalesce((SELECT value FROM totals WHERE name = ?1), 0) AS BIGINT)",
        params!["names"],
    )
}

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

    /// The version of the data, where the database says `shared`. It must be read before the report: what arrives meanwhile may
    /// or may not be in it.
    pub fn version(&self, shared: i64) -> Version {
        Version { arrived: self.arrived.load(Ordering::SeqCst), shared }
    }

    /// The report for `question`, if it was computed from this version.
    pub fn get<T: Clone + 'static>(&self, question: &str, version: Version) -> Option<T> {
        let kept = self.kept();
        let (of, answer) = kept.get(question)?;
        if *of != version {
            return None;
        }
        answer.downcast_ref().cloned()
    }

    /// Keeps a report that was computed from the data of a version.
    pub fn keep<T: Send + Sync + 'static>(&self, question: String, version: Version, answer: T) {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.retain(|_, kept| kept.0 == version);
        }
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(question, (version, Arc::new(answer)));
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
        let before = answers.version(0);
        answers.keep("a".to_owned(), before, 1);
        assert_eq!((answers.get("a", before), answers.get::<i32>("b", before)), (Some(1), None));
        assert_eq!(answers.get::<String>("a", before), None, "of another type");
        answers.outdate();
        assert_eq!(answers.get::<i32>("a", answers.version(0)), None);
        // The data changed while it was computed: it may be outdated.
        answers.keep("a".to_owned(), before, 2);
        assert_eq!(answers.get::<i32>("a", answers.version(0)), None);
    }

    #[test]
    fn what_another_collector_heard_outdates_it_too() {
        let answers = ReportCache::default();
        answers.keep("a".to_owned(), answers.version(7), 1);
        assert_eq!(answers.get("a", answers.version(7)), Some(1));
        assert_eq!(answers.get::<i32>("a", answers.version(8)), None);
    }

    #[test]
    fn they_are_bounded() {
        let answers = ReportCache::default();
        for question in 0..10 * MOST {
            answers.keep(question.to_string(), answers.version(0), 0);
            assert!(answers.kept().len() <= MOST);
        }
    }
}
