//! `[[silence]]`: alerts that nobody is told of for a time that is planned.
use std::collections::BTreeMap;

use serde::Deserialize;
use toml::value::{Datetime, Offset};
use whippet_watch::alerts::{Matcher, Silence};

use crate::rfc3339;

/// A silence as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceTable {
    name: String,
    #[serde(default)]
    matchers: BTreeMap<String, String>,
    #[serde(default)]
    except: BTreeMap<String, String>,
    from: Option<Datetime>,
    until: Datetime,
    reason: String,
}

impl SilenceTable {
    /// What it means. One that has ended is right, too, and does nothing.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub fn checked(self) -> Result<Silence, String> {
        if self.name.trim().is_empty() || self.name.len() > 200 || self.name.contains(char::is_control) {
            return Err("`name` has 1 to 200 characters, and no line breaks".to_owned());
        }
        let until = moment("until", self.until)?;
        let from = self.from.map(|from| moment("from", from)).transpose()?;
        if from.is_some_and(|from| from >= until) {
            return Err("`until` must be after `from`".to_owned());
        }
        let matcher = |equal: bool| move |(label, value)| Matcher { label, value, equal };
        let matchers = self.matchers.into_iter().map(matcher(true));
        let silence = Silence {
            id: format!("{}{}", Silence::PLANNED, self.name),
            matchers: matchers.chain(self.except.into_iter().map(matcher(false))).collect(),
            from: from.unwrap_or(0),
            until,
            reason: self.reason,
            author: "the configuration file".to_owned(),
        };
        // Without `from` it lasts since ever; its end is what bounds it.
        silence.check(from.unwrap_or(until - 1))?;
        Ok(silence)
    }
}

fn moment(key: &str, time: Datetime) -> Result<i64, String> {
    let wrong = || format!("`{key}` must be a time with its zone, such as 2026-03-01T22:00:00Z");
    let (Some(date), Some(of_day), Some(offset)) = (time.date, time.time, time.offset) else {
        return Err(wrong());
    };
    let days = rfc3339::days(i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let minutes = match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes),
    };
    let seconds =
        i64::from(of_day.hour) * 3600 + i64::from(of_day.minute) * 60 + i64::from(of_day.second.unwrap_or(0));
    Ok(days * 86_400_000 + (seconds - minutes * 60) * 1000)
}
