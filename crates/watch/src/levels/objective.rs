//! An objective: the share of minutes, over days, in which a level is to be met.
use serde::Deserialize;

use super::bound::Quantity;
use super::quantity::duration;
use super::rule::name;

/// The share where a rule does not say.
const SHARE: f64 = 0.99;
/// The days where a rule does not say, ms.
const OVER: i64 = 30 * DAY;
const DAY: i64 = 86_400_000;

/// An objective.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectiveRule {
    /// Its name, which is its own.
    pub name: String,
    /// The name of the level whose bound makes a minute good or bad.
    pub level: String,
    /// The share of minutes that is to be good.
    pub share: f64,
    /// Over how long, ms.
    pub over: i64,
}

/// `[[objective]]`, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveTable {
    /// Its name.
    pub name: String,
    level: String,
    share: Option<Quantity>,
    over: Option<String>,
}

impl ObjectiveTable {
    /// The keys that the table may have.
    pub const KEYS: &'static [&'static str] = &["name", "level", "share", "over"];

    /// What it means.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn checked(self) -> Result<ObjectiveRule, String> {
        name(&self.name)?;
        let share = match &self.share {
            None => SHARE,
            Some(share) => share.number().map_err(|error| format!("`share`: {error}"))?,
        };
        if !(0.5..1.0).contains(&share) {
            return Err(
                "`share` is from 50% to below 100%, such as \"99.9%\": no budget is left of 100%".to_owned()
            );
        }
        let over = match self.over.as_deref() {
            None => OVER,
            Some(text) => duration(text).map_err(|error| format!("`over`: {error}"))?,
        };
        if !(DAY..=92 * DAY).contains(&over) {
            return Err("`over` is from 1d to 92d, such as \"30d\"".to_owned());
        }
        Ok(ObjectiveRule { name: self.name, level: self.level, share, over })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objective_has_bounds() {
        let table = |share: Option<&str>, over: Option<&str>| ObjectiveTable {
            name: "fast".into(),
            level: "checkout".into(),
            share: share.map(|text| Quantity::Text(text.into())),
            over: over.map(Into::into),
        };
        let usual = table(None, None).checked().unwrap();
        assert_eq!((usual.share, usual.over), (0.99, 30 * DAY));
        assert_eq!(table(Some("99.9%"), Some("7d")).checked().unwrap().over, 7 * DAY);
        for (share, over) in
            [(Some("100%"), None), (Some("40%"), None), (None, Some("1h")), (None, Some("93d"))]
        {
            assert!(table(share, over).checked().is_err(), "{share:?} {over:?}");
        }
    }
}
