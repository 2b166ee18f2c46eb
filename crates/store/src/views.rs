//! Page views while they last: the newest value of each vital counts, in place of those before it, whichever collector hears it.
use std::collections::{HashMap, HashSet};

use whippet_engine::beacon::{Attribution, Beacon, Vital, limits};
use whippet_engine::vitals::Metric;

use crate::cells::{Hot, Measure, Measured, OpenView, Origin, Place, write_measures};
use crate::context::Context;
use crate::database::{Database, Lookup, Param, Result, Type, Upsert, params};
use crate::kind::Kind;
use crate::phases;
use crate::time::{HOUR, MINUTE};

/// How long a page view may go on reporting, counted from its first beacon.
pub const OPEN: i64 = 6 * HOUR;

/// The most page views folded in one portion.
const PORTION: usize = 5_000;

const COLUMNS: &[(&str, Type)] = &[
    ("app", Type::Integer),
    ("view", Type::Text),
    ("page", Type::Integer),
    ("minute", Type::Integer),
    ("weight", Type::Integer),
    ("navigation", Type::Integer),
    ("release", Type::Integer),
    ("device", Type::Integer),
    ("connection", Type::Integer),
    ("browser", Type::Integer),
    ("folded", Type::Integer),
    ("measures", Type::Blob),
];

const INSERT: Upsert = Upsert {
    table: "views",
    columns: COLUMNS,
    conflict: "ON CONFLICT (app, view) DO NOTHING RETURNING app, view",
};

const UPDATE: Upsert = Upsert {
    table: "views",
    columns: COLUMNS,
    conflict: "ON CONFLICT (app, view) DO UPDATE SET measures = excluded.measures, folded = excluded.folded",
};

const READ: Lookup = Lookup {
    table: "views",
    keys: &[("app", Type::Integer), ("view", Type::Text)],
    columns: "minute, app, page, weight, navigation, release, device, connection, browser, measures, view, folded",
    lock: true,
};

/// What the beacons of one transaction say of page views: each as it is if no row of it is there yet. It belongs to the minute and
/// the page of its first beacon.
#[derive(Default)]
pub struct Reports<'a> {
    views: HashMap<(i64, &'a str), OpenView>,
}

impl<'a> Reports<'a> {
    /// Adds what a beacon says.
    pub fn add(
        &mut self,
        context: &mut Context<'_>,
        place: Place,
        (origin, weight): (&Origin, u64),
        beacon: &'a Beacon,
        received: i64,
    ) -> Result<()> {
        let view = self.views.entry((place.app, &beacon.view)).or_insert_with(|| OpenView {
            minute: place.minute,
            app: place.app,
            page: place.page,
            weight,
            origin: *origin,
            measures: Vec::new(),
        });
        for vital in &beacon.vitals {
            let measure = measure(context, place.app, vital, beacon.sent_at, received)?;
            replace(&mut view.measures, measure);
        }
        Ok(())
    }

    /// Writes them: new page views at once, and to those that are there what is newer.
    pub fn write(self, database: &dyn Database) -> Result<()> {
        let mut views: Vec<(&str, OpenView)> =
            self.views.into_iter().map(|((_, name), view)| (name, view)).collect();
        // In the order of the table: two collectors that hear of the same page views never wait for each other in a circle.
        views.sort_unstable_by(|a, b| (a.1.app, a.0).cmp(&(b.1.app, b.0)));
        let blobs: Vec<Vec<u8>> = views.iter().map(|(_, view)| write_measures(&view.measures)).collect();
        let rows: Vec<Vec<Param<'_>>> =
            views.iter().zip(&blobs).map(|((name, view), blob)| row(name, view, false, blob)).collect();
        let mut inserted: HashSet<(i64, String)> = HashSet::with_capacity(rows.len());
        database.write_rows_returning(&INSERT, &rows, &mut |row| {
            inserted.insert((row.get(0)?, row.get(1)?));
            Ok(())
        })?;
        // What says nothing new changes nothing.
        let is_known = |view: &OpenView, name: &str| {
            !view.measures.is_empty() && !inserted.contains(&(view.app, name.to_owned()))
        };
        let known = views.iter().filter(|(name, view)| is_known(view, name));
        update(database, &known.map(|(name, view)| ((view.app, *name), view)).collect())
    }
}

/// Adds to page views that are there. One that is folded takes no more.
fn update(database: &dyn Database, reports: &HashMap<(i64, &str), &OpenView>) -> Result<()> {
    let mut keys: Vec<&(i64, &str)> = reports.keys().collect();
    keys.sort_unstable();
    let keys: Vec<Vec<Param<'_>>> =
        keys.into_iter().map(|(app, view)| vec![Param::Integer(*app), Param::Text(view)]).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let mut changed: Vec<(String, OpenView)> = Vec::with_capacity(keys.len());
    database.read_rows(&READ, &keys, &mut |row| {
        let (mut view, name) = (OpenView::of(row)?, row.text(10)?);
        if let Some(report) = reports.get(&(view.app, name)).filter(|_| row.get(11) == Ok(false)) {
            for measure in &report.measures {
                replace(&mut view.measures, measure.clone());
            }
            changed.push((name.to_owned(), view));
        }
        Ok(())
    })?;
    let blobs: Vec<Vec<u8>> = changed.iter().map(|(_, view)| write_measures(&view.measures)).collect();
    let rows: Vec<Vec<Param<'_>>> =
        changed.iter().zip(&blobs).map(|((name, view), blob)| row(name, view, false, blob)).collect();
    database.write_rows(&UPDATE, &rows)
}

fn row<'a>(name: &'a str, view: &OpenView, folded: bool, measures: &'a [u8]) -> Vec<Param<'a>> {
    let Origin { release, device, connection, navigation, browser } = view.origin;
    let mut row = vec![Param::Integer(view.app), Param::Text(name)];
    let numbers = [
        view.page,
        view.minute,
        view.weight as i64,
        navigation,
        release,
        device,
        connection,
        browser,
        i64::from(folded),
    ];
    row.extend(numbers.map(Param::Integer));
    row.push(Param::Blob(measures));
    row
}

/// Puts a measure in place of an earlier one of the same metric. Of two that were sent at one time the later to arrive counts.
fn replace(measures: &mut Vec<Measure>, measure: Measure) {
    match measures.iter_mut().find(|held| held.metric == measure.metric) {
        None => measures.push(measure),
        Some(held) if measure.sent >= held.sent => *held = measure,
        Some(_) => {}
    }
}

fn measure(context: &mut Context<'_>, app: i64, vital: &Vital, sent: i64, received: i64) -> Result<Measure> {
    let mut cause = |kind, text: &str, bytes| match text {
        "" => Ok(0),
        text => context.name(kind, app, &limits::line(text, bytes), received),
    };
    let Attribution { target, url, state, phases } = &vital.attribution;
    Ok(Measure {
        metric: place(vital.name) as u8,
        value: vital.value,
        sent,
        causes: [
            cause(Kind::Element, target, limits::TARGET)?,
            cause(Kind::Url, url, limits::URL)?,
            cause(Kind::State, state, limits::WORD)?,
        ],
        parts: phases::in_order(vital.name, phases),
    })
}

/// What the database calls a metric: its place among all of them. New ones go last.
pub fn place(metric: Metric) -> i64 {
    Metric::ALL.iter().position(|candidate| *candidate == metric).unwrap_or_default() as i64
}

/// Folds one portion of the page views that have ended into cells. Returns whether that was all.
pub fn fold(database: &dyn Database, hot: &mut Hot, now: i64) -> Result<bool> {
    let ended = database.query_map(
        "SELECT app, view FROM views WHERE folded = 0 AND minute < ?1 ORDER BY minute LIMIT ?2",
        params![now - OPEN, PORTION as i64],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
    )?;
    if ended.is_empty() {
        return Ok(true);
    }
    let is_all = ended.len() < PORTION;
    let mut ended = ended;
    ended.sort_unstable();
    let keys: Vec<Vec<Param<'_>>> =
        ended.iter().map(|(app, view)| vec![Param::Integer(*app), Param::Text(view)]).collect();
    // What was read without a lock may have changed since.
    let mut folded: Vec<(String, OpenView)> = Vec::with_capacity(ended.len());
    database.read_rows(&READ, &keys, &mut |row| {
        if row.get(11) == Ok(false) {
            folded.push((row.get(10)?, OpenView::of(row)?));
        }
        Ok(())
    })?;
    folded.iter().for_each(|(_, view)| add_ended(hot, view));
    hot.flush(database)?;
    let rows: Vec<Vec<Param<'_>>> = folded.iter().map(|(name, view)| row(name, view, true, &[])).collect();
    database.write_rows(&UPDATE, &rows)?;
    Ok(is_all)
}

/// Adds a page view that has ended to the cells.
pub fn add_ended(hot: &mut Hot, view: &OpenView) {
    let place = Place { minute: view.minute, app: view.app, page: view.page };
    let weight = view.weight;
    hot.vitals(place, |vitals| {
        vitals.views = vitals.views.saturating_add(weight);
        view.measures().for_each(|(measured, measure)| vitals.record(measured, measure.value, weight));
    });
    hot.splits(place, &view.origin, |_, part| {
        part.vitals.views = part.vitals.views.saturating_add(weight);
        view.measures().for_each(|(measured, measure)| part.vitals.record(measured, measure.value, weight));
    });
    if view.measures.iter().all(|measure| measure.causes == [0; 3] && measure.parts.is_empty()) {
        return;
    }
    hot.attribution(place, |attribution| {
        for (measured, measure) in view.measures() {
            let number = Measured::number(measured);
            for (kind, cause) in measure.causes.iter().enumerate().filter(|(_, cause)| **cause != 0) {
                let values = attribution.causes.entry((number, kind as u8, *cause)).or_default();
                values.0.record_many(measure.value, weight);
            }
            for (part, ms) in measure.parts.iter().enumerate() {
                attribution.parts.entry((number, part as u8)).or_default().0.record_many(*ms, weight);
            }
        }
    });
}

/// Forgets one portion of the folded page views that began before `remembered`, and of all that began before
/// `retention`. Returns whether that was all.
pub fn expire(database: &dyn Database, retention: i64, remembered: i64, portion: usize) -> Result<bool> {
    let mut expired = 0;
    for (folded, cutoff) in [(0, retention), (1, retention.max(remembered))] {
        expired += database.execute(
            "DELETE FROM views WHERE (app, view) IN
             (SELECT app, view FROM views WHERE folded = ?1 AND minute < ?2 LIMIT ?3)",
            params![folded, cutoff - MINUTE, portion as i64],
        )?;
    }
    Ok(expired < portion)
}
