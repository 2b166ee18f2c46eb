//! What a scrape writes, gathered: however many series it has, it takes a handful of statements.
use super::changes;
use crate::database::{Database, Param, Result, Type, Upsert, params};
use crate::scrape::Sample;

/// What is written of one series: `base`, `counter`, `epoch`, `created`.
type Written = (f64, bool, i64, Option<f64>);

#[derive(Default)]
pub struct Writes {
    /// New values by series; NaN for none.
    pub changes: Vec<(i64, f64)>,
    /// New states by series.
    pub states: Vec<(i64, Written)>,
    /// Series that were not noted as seen for a day, and when they were seen.
    pub seen: Vec<(i64, i64)>,
}

impl Writes {
    /// Writes all of it, as the scrape of `target` at `time`. `is_latest`: no scrape of that time can be there yet.
    pub fn write(mut self, db: &dyn Database, (target, time): (i64, i64), is_latest: bool) -> Result<()> {
        let states: Vec<Vec<Param<'_>>> = self
            .states
            .iter()
            .map(|(id, (base, counter, epoch, created))| {
                vec![(*id).into(), (*base).into(), (*counter).into(), (*epoch).into(), (*created).into()]
            })
            .collect();
        if !states.is_empty() {
            db.execute_many(
                "UPDATE series SET base = ?2, counter = ?3, epoch = ?4, created = ?5 WHERE id = ?1",
                &states,
            )?;
        }
        let seen: Vec<Vec<Param<'_>>> =
            self.seen.iter().map(|(id, time)| vec![(*id).into(), (*time).into()]).collect();
        if !seen.is_empty() {
            db.execute_many("UPDATE series SET seen = ?2 WHERE id = ?1", &seen)?;
        }
        if !is_latest {
            // Two scrapes in one millisecond, or a clock that was set back: the later one counts.
            let mut before = Vec::new();
            db.query(
                "SELECT changes FROM scrapes WHERE target = ?1 AND time = ?2",
                params![target, time],
                &mut |row| {
                    changes::read(row.blob(0)?, &mut |series, value| before.push((series, value)));
                    Ok(())
                },
            )?;
            self.changes.splice(0..0, before);
        }
        db.execute(
            "INSERT INTO scrapes (target, time, changes) VALUES (?1, ?2, ?3)
             ON CONFLICT (target, time) DO UPDATE SET changes = excluded.changes",
            params![target, time, &changes::write(&mut self.changes)],
        )
        .map(drop)
    }
}

/// A series that is new: its sample, its labels, and all of its identity.
pub type New<'a> = (&'a Sample, String, Box<str>);

/// Adds series to a target, first seen at `seen`. Hands each number to `each`, by name and labels.
pub fn add_series(
    db: &dyn Database,
    target: i64,
    new: &[New<'_>],
    seen: i64,
    each: &mut dyn FnMut(&str, &str, i64),
) -> Result<()> {
    const SERIES: Upsert = Upsert {
        table: "series",
        columns: &[
            ("target", Type::Integer),
            ("name", Type::Text),
            ("labels", Type::Text),
            ("counter", Type::Integer),
            ("base", Type::Real),
            ("seen", Type::Integer),
            ("first", Type::Real),
        ],
        conflict: "RETURNING id, name, labels",
    };
    let rows: Vec<Vec<Param<'_>>> = new
        .iter()
        .map(|(sample, labels, _)| {
            vec![
                target.into(),
                (&sample.name).into(),
                labels.into(),
                sample.counter.into(),
                0.0.into(),
                seen.into(),
                sample.value.into(),
            ]
        })
        .collect();
    db.write_rows_returning(&SERIES, &rows, &mut |row| {
        each(row.text(1)?, row.text(2)?, row.get(0)?);
        Ok(())
    })
}
