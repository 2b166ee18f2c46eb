//! What is kept of a report's window, added up.
use super::filter::Filter;
use super::steps::Steps;
use crate::cells::{self, Bucket, Cell, Level, OpenView, Page, Reader, Section, Selection};
use crate::database::{Database, Result, params};
use crate::kind::Kind;
use crate::time::MINUTE;

/// The window of a report, and what its filter selects.
pub struct Window<'a> {
    db: &'a dyn Database,
    /// Minutes count that begin at this time or later.
    from: i64,
    /// And at this time or earlier.
    to: i64,
    /// The numbers of the applications with the filter's name; `None`: all.
    apps: Option<Vec<i64>>,
    /// The same of pages: those of different applications may have the same name.
    pages: Option<Vec<i64>>,
}

impl<'a> Window<'a> {
    /// All minutes that overlap the steps.
    pub fn new(db: &'a dyn Database, steps: &Steps, filter: &Filter) -> Result<Self> {
        let called =
            |kind, name: &Option<String>| name.as_deref().map(|name| numbers(db, kind, name)).transpose();
        Ok(Self {
            db,
            from: steps.from - steps.from.rem_euclid(MINUTE),
            to: steps.to,
            apps: called(Kind::App, &filter.app)?,
            pages: called(Kind::Page, &filter.page)?,
        })
    }

    /// Whether a page is selected.
    pub fn has_page(&self) -> bool {
        self.pages.is_some()
    }

    /// The sum over the window.
    pub fn total<T: Cell>(&self, section: Section) -> Result<T> {
        let (mut total, mut reader) = (T::default(), Reader::default());
        self.each(section, None, &mut |_, value| reader.merge_into(&mut total, value))?;
        Ok(total)
    }

    /// The sum over each step.
    pub fn by_step<T: Cell>(&self, section: Section, steps: &Steps) -> Result<Vec<T>> {
        let (mut sums, mut reader) = (vec![T::default(); steps.ends.len()], Reader::default());
        self.each(section, Some(steps), &mut |bucket, value| {
            reader.merge_into(&mut sums[steps.place(bucket.time)], value);
        })?;
        Ok(sums)
    }

    /// Hands what is kept of all that the filter selects to `each`: of the page, or of whole applications. With `steps` no bucket
    /// lies in two of them.
    pub fn each(
        &self,
        section: Section,
        steps: Option<&Steps>,
        each: &mut dyn FnMut(Bucket, &[u8]),
    ) -> Result<()> {
        let coarsest = steps.map_or(Level::Day, |steps| Level::within(steps.step));
        cells::read_bytes(self.db, section, &self.selection(coarsest, self.selected()), each)
    }

    /// The same page by page.
    pub fn each_page(&self, section: Section, each: &mut dyn FnMut(Bucket, &[u8])) -> Result<()> {
        let pages = self.pages.as_deref().map_or(Page::All, Page::These);
        cells::read_bytes(self.db, section, &self.selection(Level::Day, pages), each)
    }

    /// Hands the page views that cells do not have all of to `each`.
    pub fn each_waiting(&self, each: &mut dyn FnMut(&OpenView)) -> Result<()> {
        cells::read_waiting(self.db, (self.from, self.to), self.apps.as_deref(), self.selected(), each)
    }

    fn selected(&self) -> Page<'_> {
        self.pages.as_deref().map_or(Page::Whole, Page::These)
    }

    fn selection<'s>(&'s self, coarsest: Level, pages: Page<'s>) -> Selection<'s> {
        Selection { from: self.from, to: self.to, coarsest, apps: self.apps.as_deref(), pages }
    }
}

fn numbers(db: &dyn Database, kind: Kind, name: &str) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM names WHERE kind = ?1 AND name = ?2";
    db.query_map(sql, params![kind as i64, name], |row| row.get(0))
}
