//! The targets, apps and pages that there are.
use std::cell::RefCell;
use std::collections::HashMap;

use whippet_store::database::{Database, Result};
use whippet_store::reports::{figures, status};
use whippet_store::{OTHER, OWN_TARGET};
use whippet_watch::levels::{Scope, Subject};

use super::inputs::Inputs;

/// The most subjects of a rule.
const MOST: usize = 500;
/// The most pages of an app that `page = "*"` is for: those with most page views.
const PAGES: usize = 50;
/// The window in which a page must have had page views, ms.
const SEEN: i64 = 86_400_000;

/// Finds subjects. What several rules need is read once.
pub struct Subjects<'a> {
    db: &'a dyn Database,
    targets: Vec<String>,
    apps: Vec<String>,
    now: i64,
    pages: RefCell<HashMap<String, Vec<String>>>,
}

impl<'a> Subjects<'a> {
    /// Those that there are now.
    pub fn new(db: &'a dyn Database, inputs: &Inputs) -> Result<Self> {
        let names = inputs.targets.iter().map(|target| target.name.clone());
        // What has no place of its own among apps is no app.
        let apps = status::overview_apps(db, None)?.into_iter().filter(|app| app != OTHER).collect();
        Ok(Self {
            db,
            targets: names.filter(|name| name != OWN_TARGET).collect(),
            apps,
            now: inputs.now,
            pages: RefCell::default(),
        })
    }

    /// Those that a rule is for. One that it names is among them whether it is there or not.
    pub fn of(&self, scope: &Scope) -> Result<Vec<Subject>> {
        if let Some(single) = scope.single() {
            return Ok(vec![single]);
        }
        let mut all = match scope {
            Scope::Target(_) => self.targets.iter().cloned().map(Subject::Target).collect(),
            Scope::App(_) => self.apps.iter().cloned().map(Subject::App).collect(),
            Scope::Page(app, page) => {
                let apps = app.as_ref().map_or(self.apps.as_slice(), std::slice::from_ref);
                let mut pages = Vec::new();
                for app in apps {
                    let of = |page| Subject::Page { app: app.clone(), page };
                    match page {
                        Some(page) => pages.push(of(page.clone())),
                        None => pages.extend(self.pages(app)?.into_iter().map(of)),
                    }
                }
                pages
            }
        };
        all.truncate(MOST);
        Ok(all)
    }

    fn pages(&self, app: &str) -> Result<Vec<String>> {
        if let Some(known) = self.pages.borrow().get(app) {
            return Ok(known.clone());
        }
        let found = figures::pages(self.db, app, self.now - SEEN, self.now, PAGES)?;
        self.pages.borrow_mut().insert(app.to_owned(), found.clone());
        Ok(found)
    }
}
