//! Reads the tables of older formats.
use std::collections::HashMap;

use crate::cells::{
    ErrorCount, Gauge, Hot, Measure, Measured, OPEN_COLUMNS, Origin, Place, Resources, Script, Spread,
    Targets, Timings, Values, add, merge_histogram_bytes, write_measures,
};
use crate::database::{Database, Result, Row, params};
use crate::kind::{ERROR, Kind};
use crate::phases;
use crate::time::HOUR;

/// What the numbers in older tables belong to.
pub struct Older {
    targets: Targets,
    /// The application of each error.
    errors: HashMap<i64, i64>,
    /// What each name that vitals are attributed to is: 0: an element, 1: an address, 2: a state.
    causes: HashMap<i64, u8>,
}

impl Older {
    pub fn load(database: &dyn Database) -> Result<Self> {
        let mut older = Self { targets: Targets::default(), errors: HashMap::new(), causes: HashMap::new() };
        database.query("SELECT kind, id, target FROM evictions", &[], &mut |row| {
            let (kind, id, target): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let of = if kind == ERROR { &mut older.targets.errors } else { &mut older.targets.names };
            of.insert(id, target);
            Ok(())
        })?;
        database.query("SELECT id, app FROM errors", &[], &mut |row| {
            older.errors.insert(row.get(0)?, row.get(1)?);
            Ok(())
        })?;
        for (kind, number) in [(Kind::Element, 0), (Kind::Url, 1), (Kind::State, 2)] {
            let sql = "SELECT id FROM names WHERE kind = ?1";
            database.query(sql, params![kind as i64], &mut |row| {
                older.causes.insert(row.get(0)?, number);
                Ok(())
            })?;
        }
        Ok(older)
    }

    /// Where a row belongs whose first columns are minute, application and page; `None` where it is to be deleted.
    fn place(&self, row: &Row<'_>) -> Result<Option<Place>> {
        let (minute, app, page) =
            (row.get(0)?, self.targets.name(row.get(1)?), self.targets.name(row.get(2)?));
        Ok(app.zip(page).map(|(app, page)| Place { minute, app, page }))
    }

    /// The name in a column, if it is not to be deleted.
    fn name(&self, row: &Row<'_>, column: usize) -> Result<Option<i64>> {
        Ok(self.targets.name(row.get(column)?))
    }

    /// Adds an hour of all tables to the cells.
    pub fn move_hour(&self, database: &dyn Database, hot: &mut Hot, hour: i64) -> Result<()> {
        let each = |columns: &str, table: &str, add: &mut dyn FnMut(Place, &Row<'_>) -> Result<()>| {
            let sql = format!(
                "SELECT minute, app, page, {columns} FROM {table} WHERE minute >= ?1 AND minute < ?2"
            );
            database.query(&sql, params![hour, hour + HOUR], &mut |row| match self.place(row)? {
                Some(place) => add(place, row),
                None => Ok(()),
            })
        };
        each("views", "page_views", &mut |place, row| {
            let views = count(row, 3)?;
            hot.vitals(place, |vitals| vitals.views = vitals.views.saturating_add(views));
            Ok(())
        })?;
        each("metric, good, fair, poor, histogram", "vitals", &mut |place, row| {
            let mut values =
                Values { ratings: [count(row, 4)?, count(row, 5)?, count(row, 6)?], ..Values::default() };
            merge_histogram_bytes(&mut values.histogram, row.blob(7)?);
            if let Some(metric) = metric(row, 3)? {
                hot.vitals(place, |vitals| vitals.metrics.entry(metric).or_default().merge(&values));
            }
            Ok(())
        })?;
        each("metric, element, histogram", "elements", &mut |place, row| {
            if let (Some(metric), Some(name)) = (metric(row, 3)?, self.name(row, 4)?)
                && let Some(kind) = self.causes.get(&name)
            {
                let bytes = row.blob(5)?;
                hot.attribution(place, |attribution| {
                    let values = attribution.causes.entry((metric, *kind, name)).or_default();
                    merge_histogram_bytes(&mut values.0, bytes);
                });
            }
            Ok(())
        })?;
        each("metric, part, histogram", "parts", &mut |place, row| {
            if let (Some(metric), Ok(part)) = (metric(row, 3)?, u8::try_from(row.get::<i64>(4)?)) {
                let bytes = row.blob(5)?;
                hot.attribution(place, |attribution| {
                    let values: &mut Spread = attribution.parts.entry((metric, part)).or_default();
                    merge_histogram_bytes(&mut values.0, bytes);
                });
            }
            Ok(())
        })?;
        each("name, histogram, slow", "histograms", &mut |place, row| {
            let Some(name) = self.name(row, 3)? else { return Ok(()) };
            let mut timings = Timings { slow: count(row, 5)?, ..Timings::default() };
            merge_histogram_bytes(&mut timings.histogram, row.blob(4)?);
            hot.histograms(place, |histograms| histograms.0.entry(name).or_default().merge(&timings));
            Ok(())
        })?;
        each("name, total", "counters", &mut |place, row| {
            let Some(name) = self.name(row, 3)? else { return Ok(()) };
            let total = count(row, 4)?;
            hot.sums(place, |sums| add(&mut sums.counters, name, total));
            Ok(())
        })?;
        each("name, count, sum, min, max", "gauges", &mut |place, row| {
            let Some(name) = self.name(row, 3)? else { return Ok(()) };
            let gauge = Gauge { count: count(row, 4)?, sum: row.get(5)?, min: row.get(6)?, max: row.get(7)? };
            hot.sums(place, |sums| sums.gauges.entry(name).or_default().merge(&gauge));
            Ok(())
        })?;
        each("kind, count", "losses", &mut |place, row| {
            let (kind, lost) = (row.text(3)?, count(row, 4)?);
            hot.sums(place, |sums| add(&mut sums.losses, kind.to_owned(), lost));
            Ok(())
        })?;
        each(
            "host, kind, count, bytes, cached, failed, duration, slowest",
            "resources",
            &mut |place, row| {
                let (Some(host), Ok(kind)) = (self.name(row, 3)?, u8::try_from(row.get::<i64>(4)?)) else {
                    return Ok(());
                };
                let resources = Resources {
                    count: count(row, 5)?,
                    bytes: count(row, 6)?,
                    cached: count(row, 7)?,
                    failed: count(row, 8)?,
                    duration: row.get(9)?,
                    slowest: row.get(10)?,
                };
                hot.loading(place, |loading| {
                    loading.resources.entry((host, kind)).or_default().merge(&resources);
                });
                Ok(())
            },
        )?;
        each("script, count, duration, forced", "scripts", &mut |place, row| {
            let Some(name) = self.name(row, 3)? else { return Ok(()) };
            let script = Script { count: count(row, 4)?, duration: row.get(5)?, forced: row.get(6)? };
            hot.loading(place, |loading| loading.scripts.entry(name).or_default().merge(&script));
            Ok(())
        })?;
        self.move_errors(database, hot, hour)
    }

    /// Errors have no application in their rows.
    fn move_errors(&self, database: &dyn Database, hot: &mut Hot, hour: i64) -> Result<()> {
        let sql = "SELECT minute, error, page, count, first, last FROM error_counts WHERE minute >= ?1 AND minute < ?2";
        database.query(sql, params![hour, hour + HOUR], &mut |row| {
            let (Some(error), Some(page)) = (self.targets.error(row.get(1)?), self.name(row, 2)?) else {
                return Ok(());
            };
            let Some(app) = self.errors.get(&error).and_then(|app| self.targets.name(*app)) else {
                return Ok(());
            };
            let place = Place { minute: row.get(0)?, app, page };
            let count = ErrorCount { count: count(row, 3)?, first: row.get(4)?, last: (row.get(5)?, page) };
            hot.errors(place, |errors| errors.add(error, count));
            Ok(())
        })
    }

    /// Page views that may still report, and those that are only remembered.
    pub fn move_views(&self, database: &dyn Database) -> Result<()> {
        let insert = format!(
            "INSERT INTO views ({OPEN_COLUMNS}, view) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (app, view) DO NOTHING"
        );
        let sql = "SELECT minute, app, page, view, weight, navigation, folded, id FROM views_8";
        let measures = "SELECT metric, value, sent, element, url, state, parts FROM measures WHERE view = ?1";
        database.query(sql, &[], &mut |row| {
            let Some(place) = self.place(row)? else { return Ok(()) };
            let measures =
                database.query_map(measures, params![row.get::<i64>(7)?], |row| self.measure(row))?;
            let measures: Vec<Measure> = measures.into_iter().flatten().collect();
            // Nobody asked how it came to be.
            let origin = Origin { navigation: row.get(5)?, ..Origin::default() };
            let Origin { navigation, release, device, connection, browser } = origin;
            database
                .execute(
                    &insert,
                    params![
                        place.minute,
                        place.app,
                        place.page,
                        row.get::<i64>(4)?,
                        navigation,
                        release,
                        device,
                        connection,
                        browser,
                        row.get::<bool>(6)?,
                        &write_measures(&measures),
                        row.text(3)?
                    ],
                )
                .map(drop)
        })
    }

    fn measure(&self, row: &Row<'_>) -> Result<Option<Measure>> {
        let Ok(metric) = u8::try_from(row.get::<i64>(0)?) else { return Ok(None) };
        let cause = |column| self.name(row, column).map(|name| name.unwrap_or(0));
        Ok(Some(Measure {
            metric,
            value: row.get(1)?,
            sent: row.get(2)?,
            causes: [cause(3)?, cause(4)?, cause(5)?],
            parts: phases::read_older(row.text(6)?),
        }))
    }
}

fn count(row: &Row<'_>, column: usize) -> Result<u64> {
    Ok(row.get::<i64>(column)?.max(0) as u64)
}

/// A metric's place, with 16 added for soft navigations, as it is in cells.
fn metric(row: &Row<'_>, column: usize) -> Result<Option<u8>> {
    let number = u8::try_from(row.get::<i64>(column)?).ok();
    Ok(number.filter(|number| Measured::from_number(*number).is_some()))
}
