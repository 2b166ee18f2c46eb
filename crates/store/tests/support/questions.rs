//! What the dashboard asks.
use whippet_api::Range;
use whippet_store::database::{Database, Result};
use whippet_store::reports::steps::Steps;
use whippet_store::reports::{self, Filter, SplitBy, SplitFilter};
use whippet_store::time::{DAY, HOUR, MINUTE};

use super::history::{NOW, page};

/// A question of the dashboard. It returns how many things the answer lists, so that it cannot be left out.
pub type Question = (&'static str, fn(&dyn Database, &Steps) -> Result<usize>);

/// The steps of the last so many days, as the collector divides them.
pub fn last(days: i64) -> Steps {
    let finest = match days {
        0..=1 => MINUTE,
        2..=30 => HOUR,
        _ => DAY,
    };
    Steps::new(&Range { from: NOW - days * DAY, to: NOW }, finest)
}

fn shop() -> Filter {
    Filter { app: Some("shop".to_owned()), ..Filter::default() }
}

fn split(db: &dyn Database, steps: &Steps, label: &str) -> Result<usize> {
    let by = SplitBy::from_label(label).expect("a dimension");
    Ok(reports::splits::splits(db, steps, &shop(), by, None, None)?.values.len())
}

/// All of them.
pub const QUESTIONS: [Question; 12] = [
    ("overview of all apps", |db, steps| Ok(reports::overview::apps(db, None, steps)?.levels.len())),
    ("vitals of all pages", |db, steps| Ok(reports::vitals::vitals(db, steps, &shop())?.pages.len())),
    ("vitals of all apps", |db, steps| {
        Ok(reports::vitals::vitals(db, steps, &Filter::default())?.pages.len())
    }),
    ("vitals of one page", |db, steps| {
        let filter = Filter { page: Some(page(7)), ..shop() };
        Ok(reports::vitals::vitals(db, steps, &filter)?.pages.len())
    }),
    ("vitals of phones", |db, steps| {
        let filter = Filter { split: SplitFilter::parse("device:phone"), ..shop() };
        Ok(reports::vitals::vitals(db, steps, &filter)?.metrics.len())
    }),
    ("split by release", |db, steps| split(db, steps, "release")),
    ("split by device", |db, steps| split(db, steps, "device")),
    ("split by release and device", |db, steps| split(db, steps, "release_device")),
    ("loading", |db, steps| Ok(reports::loading::loading(db, steps, &shop())?.servers.len())),
    ("toolkit", |db, steps| Ok(reports::toolkit::toolkit(db, steps, &shop())?.counters.len())),
    ("custom", |db, steps| Ok(reports::custom::custom(db, steps, &shop())?.counters.len())),
    ("errors", |db, steps| Ok(reports::errors::errors(db, steps, &shop())?.errors.len())),
];
