//! Page views that may still report: the newest value of each vital counts, in place of those before it.
//!
//! Where there are many, they are counted in cells while they last; what they report after that is a difference. So a report adds
//! the few that wait for it to what cells have.
use serde::{Deserialize, Serialize};
use whippet_engine::vitals::Metric;

use super::attribution::Attribution;
use super::page::Page;
use super::splits::Origin;
use super::vitals::{Measured, SUPERSEDED, Vitals};
use crate::database::{self, Database, Row, params};
use crate::time::DAY;

/// How far a page view is counted in cells. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Not at all.
    New = 0,
    /// It takes no more.
    Ended = 1,
    /// With all that it has reported.
    Counted = 2,
    /// It has reported something newer since: what cells have stands beside it, with [`SUPERSEDED`].
    Changed = 3,
}

impl State {
    /// Those that cells do not have all of.
    pub const WAITING: [Self; 2] = [Self::New, Self::Changed];

    /// What is stored as `number`. What nobody knows takes no more.
    pub fn from_number(number: i64) -> Self {
        [Self::New, Self::Counted, Self::Changed]
            .into_iter()
            .find(|state| *state as i64 == number)
            .unwrap_or(Self::Ended)
    }
}

/// A vital of a page view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The metric's place among all; with [`SUPERSEDED`], this is what cells have of it.
    pub metric: u8,
    /// ms; a plain number for CLS.
    pub value: f64,
    /// When the page sent it, by its own clock.
    pub sent: i64,
    /// What it is attributed to: the numbers of the names of an element, an address and a state; 0: none.
    pub causes: [i64; 3],
    /// Its phases in the order of phases.rs, ms; empty where the page sent none.
    pub parts: Vec<f64>,
}

/// A page view that may still report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenView {
    /// The minute of its first beacon, ms since the epoch.
    pub minute: i64,
    /// The application's number.
    pub app: i64,
    /// The page's number.
    pub page: i64,
    /// How many page views it stands for.
    pub weight: u64,
    /// What it says of itself.
    pub origin: Origin,
    /// How far it is counted.
    pub state: State,
    /// Its vitals, at most one of each metric; and where they have changed, those that are counted.
    pub measures: Vec<Measure>,
}

impl Measure {
    /// Whether it counts as the other does, whenever it was sent.
    fn says_the_same(&self, other: &Self) -> bool {
        self.value == other.value && self.causes == other.causes && self.parts == other.parts
    }
}

impl OpenView {
    /// Whether it began by a soft navigation.
    pub fn is_soft(&self) -> bool {
        self.origin.is_soft()
    }

    /// The day of its first beacon, counted from the epoch.
    pub fn day(&self) -> i64 {
        self.minute.div_euclid(DAY)
    }

    /// Takes a newer vital in place of an earlier one. Of two that were sent at one time the later to arrive counts. Returns
    /// whether anything changed.
    pub fn report(&mut self, measure: Measure) -> bool {
        let held = self.measures.iter_mut().find(|held| held.metric == measure.metric);
        if held.as_ref().is_some_and(|held| measure.sent < held.sent || **held == measure) {
            return false;
        }
        if self.state == State::Counted {
            let counted =
                |measure: &Measure| Measure { metric: measure.metric | SUPERSEDED, ..measure.clone() };
            let all: Vec<Measure> = self.measures.iter().map(counted).collect();
            self.measures.extend(all);
            self.state = State::Changed;
        }
        match self.measures.iter_mut().find(|held| held.metric == measure.metric) {
            None => self.measures.push(measure),
            Some(held) => *held = measure,
        }
        true
    }

    /// Says that cells have all of it.
    pub fn count(&mut self) {
        self.measures.retain(|measure| measure.metric < SUPERSEDED);
        self.state = State::Counted;
    }

    /// Its vitals that cells do not have, each with what they have in place of it.
    fn news(&self) -> impl Iterator<Item = (Measured, &Measure, Option<&Measure>)> {
        let soft = self.is_soft();
        self.measures.iter().filter_map(move |measure| {
            let metric = *Metric::ALL.get(usize::from(measure.metric))?;
            let counted = self.measures.iter().find(|held| held.metric == measure.metric | SUPERSEDED);
            let is_new = counted.is_none_or(|counted| !counted.says_the_same(measure));
            is_new.then_some((Measured { metric, soft }, measure, counted))
        })
    }

    /// Adds what cells do not have.
    pub fn add_vitals(&self, vitals: &mut Vitals) {
        if self.state == State::New {
            vitals.views = vitals.views.saturating_add(self.weight);
        }
        for (measured, measure, counted) in self.news() {
            vitals.record(measured, measure.value, self.weight);
            if let Some(counted) = counted {
                vitals.supersede(measured, counted.value, self.weight);
            }
        }
    }

    /// Whether there is anything for [`Self::add_attribution`].
    pub fn is_attributed(&self) -> bool {
        self.measures.iter().any(|measure| measure.causes != [0; 3] || !measure.parts.is_empty())
    }

    /// Adds to what vitals are attributed to what cells do not have.
    pub fn add_attribution(&self, attribution: &mut Attribution) {
        for (measured, measure, counted) in self.news() {
            let mut add = |number: u8, measure: &Measure| {
                attribution.record(number, measure.value, (measure.causes, &measure.parts), self.weight);
            };
            add(measured.number(), measure);
            if let Some(counted) = counted {
                add(measured.number() | SUPERSEDED, counted);
            }
        }
    }

    /// The columns of [`COLUMNS`].
    pub(crate) fn of(row: &Row<'_>) -> database::Result<Self> {
        Ok(Self {
            minute: row.get(0)?,
            app: row.get(1)?,
            page: row.get(2)?,
            weight: row.get::<i64>(3)?.max(0) as u64,
            origin: Origin {
                navigation: row.get(4)?,
                release: row.get(5)?,
                device: row.get(6)?,
                connection: row.get(7)?,
                browser: row.get(8)?,
            },
            state: State::from_number(row.get(9)?),
            measures: read_measures(row.blob(10)?),
        })
    }
}

/// What [`OpenView::of`] reads.
pub(crate) const COLUMNS: &str =
    "minute, app, page, weight, navigation, release, device, connection, browser, folded, measures";

/// Hands the page views that cells do not have all of and that began in `from..=to` to `each`, in any order.
pub fn read_waiting(
    database: &dyn Database,
    (from, to): (i64, i64),
    apps: Option<&[i64]>,
    pages: Page<'_>,
    each: &mut dyn FnMut(&OpenView),
) -> database::Result<()> {
    // One application at most goes by its number; of several the others are left out here.
    let only = apps.filter(|apps| apps.len() == 1).map(|apps| apps[0]);
    let sql = format!(
        "SELECT {COLUMNS} FROM views WHERE folded IN (0, 3) AND minute >= ?1 AND minute <= ?2
         AND (CAST(?3 AS BIGINT) IS NULL OR app = ?3)"
    );
    database.query(&sql, params![from, to, only], &mut |row| {
        let is_wanted = apps.is_none_or(|apps| row.get(1).is_ok_and(|app| apps.contains(&app)))
            && match pages {
                Page::Whole | Page::All => true,
                Page::These(pages) => pages.contains(&row.get(2)?),
            };
        if is_wanted {
            each(&OpenView::of(row)?);
        }
        Ok(())
    })
}

/// Measures as bytes.
pub(crate) fn write_measures(measures: &[Measure]) -> Vec<u8> {
    super::codec::encode(&measures)
}

/// The measures that [`write_measures`] wrote; none for other bytes.
pub(crate) fn read_measures(bytes: &[u8]) -> Vec<Measure> {
    super::codec::decode(bytes).unwrap_or_default()
}
