//! Reads what is kept of an application by a split, bucket by bucket.
use std::collections::HashMap;

use super::super::filter::names;
use super::super::split_by::SplitBy;
use crate::cells::{self, Level, Page, Selection, Split, SplitKey, Timings, Vitals};
use crate::database::{Database, Result, params};
use crate::kind::{Kind, OTHER};

/// An application, with the names of its releases and pages.
pub struct Reading<'a> {
    /// The database.
    pub db: &'a dyn Database,
    /// Its numbers.
    pub apps: Vec<i64>,
    /// By number.
    pub releases: HashMap<i64, String>,
    /// By number.
    pub pages: HashMap<i64, String>,
}

/// Where figures belong.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// How long the bucket is.
    pub level: Level,
    /// When it begins, ms since the epoch.
    pub time: i64,
    /// The page, or [`cells::WHOLE`].
    pub page: i64,
    /// What the page views have in common.
    pub key: SplitKey,
}

/// Which buckets are read: from, to (inclusive) and the longest ones.
pub type Span = (i64, i64, Level);

impl<'a> Reading<'a> {
    /// The application called `app`.
    pub fn new(db: &'a dyn Database, app: &str) -> Result<Self> {
        let numbers = "SELECT id FROM names WHERE kind = ?1 AND name = ?2";
        let apps = db.query_map(numbers, params![Kind::App as i64, app], |row| row.get(0))?;
        Ok(Self { db, apps, releases: names(db, Kind::Release)?, pages: names(db, Kind::Page)? })
    }

    /// What a page is called.
    pub fn page(&self, number: i64) -> &str {
        self.pages.get(&number).map_or(OTHER, String::as_str)
    }

    /// Hands all figures to `each`, in any order: those of cells, and what those do not have yet.
    pub fn each(
        &self,
        by: SplitBy,
        pages: Page<'_>,
        (from, to, coarsest): Span,
        each: &mut dyn FnMut(At, &Vitals, &Timings),
    ) -> Result<()> {
        let selection = Selection { from, to, coarsest, apps: Some(&self.apps), pages };
        cells::read::<Split>(self.db, by.section(), &selection, |bucket, split| {
            for (key, part) in &split.0 {
                let at = At { level: bucket.level, time: bucket.time, page: bucket.page, key: *key };
                each(at, &part.vitals, &part.loads);
            }
        })?;
        let none = Timings::default();
        cells::read_waiting(self.db, (from, to), Some(&self.apps), pages, &mut |view| {
            let mut vitals = Vitals::default();
            view.add_vitals(&mut vitals);
            let page = if pages == Page::Whole { cells::WHOLE } else { view.page };
            let at = At { level: Level::Minute, time: view.minute, page, key: by.key(&view.origin) };
            each(at, &vitals, &none);
        })
    }
}
