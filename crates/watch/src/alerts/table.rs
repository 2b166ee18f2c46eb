//! `[[alert]]`, as it is written, and what it means.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::expression::Expression;
use super::rule::{AlertRule, Condition, NoData};
use crate::levels::{Bound, LevelRule, Quantity, Scope, WINDOW, duration, name, window};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How often those who were notified are told again, unless a rule says so, ms.
const REPEAT: i64 = 4 * HOUR;
/// The most receivers, and the most labels, of a rule.
const MOST: usize = 20;
/// The longest text of a rule, bytes.
const TEXT: usize = 1000;
/// An app is silent below this share of its usual page views.
const SILENT: f64 = 0.1;
/// With fewer usual page views it is not known whether an app is silent: the chance of none where ten are usual is 1 in 20,000.
const SILENT_SAMPLES: u64 = 10;

/// An alert as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertTable {
    /// Its name.
    pub name: String,
    level: Option<String>,
    expr: Option<String>,
    objective: Option<String>,
    watch: Option<String>,
    target: Option<String>,
    app: Option<String>,
    page: Option<String>,
    split: Option<String>,
    window: Option<String>,
    min_samples: Option<u64>,
    below: Option<Quantity>,
    burn: Option<String>,
    #[serde(rename = "for")]
    hold: Option<String>,
    keep_firing_for: Option<String>,
    resolve: Option<Quantity>,
    repeat: Option<String>,
    receiver: Option<String>,
    receivers: Option<Names>,
    severity: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    summary: Option<String>,
    runbook: Option<String>,
    no_data: Option<String>,
}

/// One name, or several: a list of one may be a text alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "must be a name, or a list of names")]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Several(names) => names,
        }
    }
}

impl AlertTable {
    /// The keys that the table may have.
    pub const KEYS: &'static [&'static str] = &[
        "name",
        "level",
        "expr",
        "objective",
        "watch",
        "target",
        "app",
        "page",
        "split",
        "window",
        "min_samples",
        "below",
        "burn",
        "for",
        "keep_firing_for",
        "resolve",
        "repeat",
        "receiver",
        "receivers",
        "severity",
        "labels",
        "summary",
        "runbook",
        "no_data",
    ];

    /// What it means. Whether the level or the objective is there is known to [`super::Rules`].
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn checked(self) -> Result<AlertRule, String> {
        name(&self.name)?;
        let condition = self.condition()?;
        let time = |key: &str, text: &Option<String>, usual: i64, most: i64| match text {
            None => Ok(usual),
            Some(text) => match duration(text).map_err(|error| format!("`{key}`: {error}"))? {
                time if time <= most => Ok(time),
                _ => Err(format!("`{key}` is at most {}d", most / DAY)),
            },
        };
        let hold = time("for", &self.hold, 0, 7 * DAY)?;
        let keep_firing_for = time("keep_firing_for", &self.keep_firing_for, 0, 7 * DAY)?;
        let repeat = time("repeat", &self.repeat, REPEAT, 31 * DAY)?;
        if repeat < MINUTE {
            return Err("`repeat` is at least 1m".to_owned());
        }
        let resolve = match (&self.resolve, &condition) {
            (None, _) => None,
            (Some(value), Condition::Level(level)) => Some(resolve(value, level)?),
            (Some(_), _) => {
                return Err("`resolve` is for alerts with `expr`: others have no number".to_owned());
            }
        };
        let named = self.receiver.into_iter().chain(self.receivers.map(Names::list).unwrap_or_default());
        // One that is named twice is told once.
        let mut receivers: Vec<String> = Vec::new();
        for name in named {
            if !receivers.contains(&name) {
                receivers.push(name);
            }
        }
        if receivers.len() > MOST || self.labels.len() > MOST {
            return Err(format!("it has at most {MOST} receivers, and as many labels"));
        }
        for (label, value) in &self.labels {
            let is_name = !label.is_empty()
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !label.starts_with(|c: char| c.is_ascii_digit());
            if !is_name || RESERVED.contains(&label.as_str()) || value.len() > TEXT {
                return Err(format!(
                    "the label '{label}' cannot be added: its name has letters, digits and `_`, and is none of {}",
                    RESERVED.join(", ")
                ));
            }
        }
        let texts = [&self.summary, &self.runbook, &self.severity];
        if texts.into_iter().flatten().any(|text| text.len() > TEXT) {
            return Err(format!("`summary`, `runbook` and `severity` have at most {TEXT} bytes"));
        }
        if let Some(word) = self.summary.as_deref().and_then(misspelt) {
            return Err(format!(
                "`summary`: nothing stands for {word}: there are {}",
                REPLACED.join(" and ")
            ));
        }
        let no_data = match self.no_data.as_deref() {
            None | Some("state") => NoData::State,
            Some("fire") => NoData::Fire,
            Some("ok") => NoData::Ok,
            Some("keep") => NoData::Keep,
            Some(other) => return Err(format!("`no_data` is one of: state, fire, ok, keep; not '{other}'")),
        };
        let severity = self.severity.unwrap_or_else(|| "warning".to_owned());
        Ok(AlertRule {
            name: self.name,
            condition,
            hold,
            keep_firing_for,
            resolve,
            repeat,
            receivers,
            severity,
            labels: self.labels,
            summary: self.summary,
            runbook: self.runbook,
            no_data,
        })
    }

    fn condition(&self) -> Result<Condition, String> {
        let given =
            [self.level.is_some(), self.expr.is_some(), self.objective.is_some(), self.watch.is_some()];
        if given.into_iter().filter(|given| *given).count() != 1 {
            return Err("it watches one thing: add one of `level`, `expr`, `objective`, `watch`".to_owned());
        }
        let has_scope = self.target.is_some() || self.app.is_some() || self.page.is_some();
        let scope = || Scope::checked(self.target.clone(), self.app.clone(), self.page.clone());
        if let Some(level) = &self.level {
            self.refuse(&["window", "min_samples", "below", "burn", "split"], "`level`")?;
            let scope = has_scope.then(scope).transpose()?;
            return Ok(Condition::Named { level: level.clone(), scope });
        }
        if let Some(expr) = &self.expr {
            self.refuse(&["below", "burn"], "`expr`")?;
            let expression = Expression::parse(expr)?;
            let window = self.window.as_deref().map(window).transpose()?.unwrap_or(WINDOW);
            let level = LevelRule::new(
                self.name.clone(),
                scope()?,
                (expression.figure, expression.aggregate),
                (expression.bound, expression.kind),
                (window, self.min_samples),
            )?
            .of_split(self.split.clone())?;
            return Ok(Condition::Level(level));
        }
        if let Some(objective) = &self.objective {
            self.refuse(&["window", "min_samples", "below", "split"], "`objective`")?;
            if has_scope {
                return Err(
                    "the level of the objective says what it is of: leave out `target`, `app`, `page`".into(),
                );
            }
            let page = match self.burn.as_deref() {
                None | Some("any") => None,
                Some("fast") => Some(true),
                Some("slow") => Some(false),
                Some(other) => return Err(format!("`burn` is one of: any, fast, slow; not '{other}'")),
            };
            return Ok(Condition::Burn { objective: objective.clone(), page });
        }
        self.watched(scope()?)
    }

    fn watched(&self, scope: Scope) -> Result<Condition, String> {
        let watch = self.watch.as_deref().unwrap_or_default();
        let own =
            |usual: i64| Ok::<i64, String>(self.window.as_deref().map(window).transpose()?.unwrap_or(usual));
        let of_target =
            || if scope.is_target() { Ok(()) } else { Err(format!("`{watch}` is of a `target`")) };
        let of_app = || match scope {
            Scope::App(_) => Ok(()),
            _ => Err(format!("`{watch}` is of an `app` as a whole")),
        };
        let what = format!("`watch = \"{watch}\"`");
        self.refuse(&["split"], &what)?;
        match watch {
            "down" => {
                of_target()?;
                self.refuse(&["window", "min_samples", "below", "burn"], &what)?;
                Ok(Condition::Down(scope))
            }
            "silent" => {
                of_app()?;
                self.refuse(&["burn"], &what)?;
                let below = match &self.below {
                    None => SILENT,
                    Some(share) => share.number().map_err(|error| format!("`below`: {error}"))?,
                };
                if !(0.0..1.0).contains(&below) || below <= 0.0 {
                    return Err("`below` is a share of the usual page views, such as \"10%\"".to_owned());
                }
                let min_samples = self.min_samples.unwrap_or(SILENT_SAMPLES);
                let window = own(15 * MINUTE)?;
                if window > DAY {
                    return Err("the `window` of a silent app is at most 1d".to_owned());
                }
                Ok(Condition::Silent { scope, window, below, min_samples })
            }
            "new_error" => {
                of_app()?;
                self.refuse(&["below", "burn"], &what)?;
                let window = own(HOUR)?;
                if window > DAY {
                    return Err("an error is new for at most 1d: shorten `window`".to_owned());
                }
                Ok(Condition::NewError { scope, window, min_samples: self.min_samples.unwrap_or(1) })
            }
            "regression" | "drift" => {
                self.refuse(&["window", "min_samples", "below", "burn"], &what)?;
                Ok(if watch == "drift" { Condition::Drift(scope) } else { Condition::Regression(scope) })
            }
            other => {
                Err(format!("`watch` is one of: down, silent, new_error, regression, drift; not '{other}'"))
            }
        }
    }

    /// Keys that mean nothing here are errors, as somebody meant something by them.
    fn refuse(&self, keys: &[&str], what: &str) -> Result<(), String> {
        let given = |key: &str| match key {
            "window" => self.window.is_some(),
            "min_samples" => self.min_samples.is_some(),
            "below" => self.below.is_some(),
            "burn" => self.burn.is_some(),
            "split" => self.split.is_some(),
            _ => false,
        };
        match keys.iter().find(|key| given(key)) {
            Some(key) => Err(format!("`{key}` does not go with {what}: leave it out")),
            None => Ok(()),
        }
    }
}

/// Labels that alerts have by themselves.
const RESERVED: [&str; 9] =
    ["alertname", "severity", "app", "page", "target", "release", "error", "error_source", "metric"];

/// What is replaced in a summary.
const REPLACED: [&str; 2] = ["{value}", "{subject}"];

/// The first word in braces that is none of those: it would be said as it stands, most of all at night. Those of Prometheus'
/// templates, `{{ $value }}`, too.
fn misspelt(summary: &str) -> Option<&str> {
    let is_word = |word: &&str| {
        let name = word.trim_matches(['{', '}', ' ', '$', '.']);
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        begins && name.chars().all(fits) && !REPLACED.contains(word)
    };
    let mut words = summary.match_indices('{').filter_map(|(place, _)| {
        let rest = &summary[place..];
        rest.find('}').map(|end| &rest[..=end])
    });
    words.find(is_word)
}

/// The bound for the end of an alert, which must be on the good side of that for its beginning.
fn resolve(value: &Quantity, level: &LevelRule) -> Result<Bound, String> {
    let number = value.number().map_err(|error| format!("`resolve`: {error}"))?;
    level.figure.fits(level.aggregate, value.kind()).map_err(|error| format!("`resolve`: {error}"))?;
    let bound = Bound { value: number, ..level.bound };
    let is_stricter = if bound.above { number >= level.bound.value } else { number <= level.bound.value };
    match is_stricter {
        true => Ok(bound),
        false => {
            Err("`resolve` is on the bad side of the alert's number: it would end before it begins"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AlertTable;

    #[test]
    fn one_receiver_may_stand_alone() {
        let of = |receivers: &str| {
            let text = format!(r#"{{"name":"a","app":"b","expr":"views > 5"{receivers}}}"#);
            serde_json::from_str::<AlertTable>(&text).map(|table| table.checked().unwrap().receivers)
        };
        assert!(of("").unwrap().is_empty());
        assert_eq!(of(r#","receiver":"ops""#).unwrap(), ["ops"]);
        assert_eq!(of(r#","receivers":"ops""#).unwrap(), ["ops"]);
        assert_eq!(of(r#","receiver":"ops","receivers":["web","chat"]"#).unwrap(), ["ops", "web", "chat"]);
        assert_eq!(of(r#","receiver":"ops","receivers":["web","ops","web"]"#).unwrap(), ["ops", "web"]);
        assert!(of(r#","receivers":5"#).unwrap_err().to_string().contains("a name, or a list of names"));
    }

    #[test]
    fn the_numbers_of_an_alert_have_units_of_its_figure() {
        let of = |numbers: &str| {
            let text = format!(r#"{{"name":"a","app":"b",{numbers}}}"#);
            serde_json::from_str::<AlertTable>(&text).unwrap().checked()
        };
        assert!(of(r#""expr":"LCP > 4s","resolve":"2500ms""#).is_ok());
        assert!(of(r#""expr":"LCP > 80%""#).unwrap_err().contains("LCP is a time"));
        assert!(of(r#""expr":"share > 4s LCP > 10%""#).is_ok());
        assert!(of(r#""expr":"share > 4% LCP > 10%""#).unwrap_err().contains("LCP is a time"));
        let error = of(r#""expr":"LCP > 4s","resolve":"5%""#).unwrap_err();
        assert!(error.contains("`resolve`") && error.contains("a time"), "{error}");
    }

    #[test]
    fn what_nothing_stands_for_is_not_said() {
        let of = |summary: &str| {
            let text = format!(r#"{{"name":"a","app":"b","expr":"views > 5","summary":"{summary}"}}"#);
            serde_json::from_str::<AlertTable>(&text).unwrap().checked()
        };
        for right in ["{subject}: {value}", "100 % of {subject}", "{} and {", "a {5} b", "{on call}"] {
            assert!(of(right).is_ok(), "{right}");
        }
        for wrong in ["{valu}", "{subject}: {Value}", "{value } now", "{{ $value }}", "{{ $labels.app }}"] {
            let error = of(wrong).unwrap_err();
            assert!(error.contains("`summary`: nothing stands for {"), "{error}");
            assert!(error.ends_with("there are {value} and {subject}"), "{error}");
        }
    }

    #[test]
    fn a_label_that_alerts_have_by_themselves_cannot_be_added() {
        let of = |label: &str| {
            let text = format!(r#"{{"name":"a","app":"b","watch":"regression","labels":{{"{label}":"x"}}}}"#);
            serde_json::from_str::<AlertTable>(&text).unwrap().checked()
        };
        // That of regressions is `metric`.
        for label in ["alertname", "release", "error", "metric"] {
            assert!(of(label).unwrap_err().contains(label), "{label}");
        }
        assert!(of("team").is_ok());
    }
}
