//! What is watched: levels, objectives, alerts, receivers, regressions. A rule that is wrong is left out and named, and the rest
//! runs: one typing error must not switch all alerts off.
use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use whippet_watch::alerts::{self, AlertRule, AlertTable, Silence};
use whippet_watch::levels::{LevelRule, LevelTable, ObjectiveRule, ObjectiveTable};
use whippet_watch::regressions::RegressionSettings;

use super::document::{self, Value};
use super::error::{Fault, line};
use super::receiver::ReceiverTable;
use super::signals::{known_alert, known_level};
use super::silence::SilenceTable;
use crate::notify::Receiver;

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The tables of rules.
pub const TABLES: [&str; 6] = ["level", "objective", "alert", "receiver", "silence", "regressions"];

/// The most entries of each table.
const MOST: usize = 5_000;

/// What is watched, and who is told.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Levels, objectives and alerts, put together.
    pub watch: alerts::Rules,
    /// How releases and pages are watched for regressions.
    pub regressions: RegressionSettings,
    /// Who is told, by name.
    pub receivers: Vec<Receiver>,
    /// Alerts that nobody is told of for a time.
    pub silences: Vec<Silence>,
    /// Rules that are wrong, and left out.
    pub faults: Vec<RuleFault>,
    /// The lines of the receivers, by name.
    receiver_lines: HashMap<String, usize>,
}

impl Rules {
    /// Says that something is wrong with a receiver that stays.
    pub fn blame(&mut self, receiver: &str, message: String) {
        let line = self.receiver_lines.get(receiver).copied();
        self.faults.push(RuleFault { what: what("receiver", Some(receiver)), line, message });
        self.faults.sort_by_key(|fault| fault.line);
    }
}

impl Default for Rules {
    /// The default levels.
    fn default() -> Self {
        let (watch, _) = alerts::Rules::new(Vec::new(), Vec::new(), Vec::new());
        Self {
            watch,
            regressions: RegressionSettings::default(),
            receivers: Vec::new(),
            silences: Vec::new(),
            faults: Vec::new(),
            receiver_lines: HashMap::new(),
        }
    }
}

/// A rule that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// What it is, and what it is called: `alert "slow"`.
    pub what: String,
    /// The number of the line, from 1.
    pub line: Option<usize>,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl std::fmt::Display for RuleFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}: {}", self.what, self.message),
            None => write!(f, "{}: {}", self.what, self.message),
        }
    }
}

/// Reads rules, table by table.
pub struct RulesReader<'a> {
    text: &'a str,
    folder: &'a Path,
    env: Env<'a>,
    levels: Vec<LevelRule>,
    objectives: Vec<ObjectiveRule>,
    alerts: Vec<AlertRule>,
    regressions: RegressionSettings,
    receivers: Vec<Receiver>,
    silences: Vec<Silence>,
    faults: Vec<RuleFault>,
    /// The lines of rules, by table and name.
    lines: HashMap<(&'static str, String), usize>,
}

impl<'a> RulesReader<'a> {
    /// Rules of a text. Relative paths are relative to `folder`; `env` looks up environment variables.
    pub fn new(text: &'a str, folder: &'a Path, env: Env<'a>) -> Self {
        Self {
            text,
            folder,
            env,
            levels: Vec::new(),
            objectives: Vec::new(),
            alerts: Vec::new(),
            regressions: RegressionSettings::default(),
            receivers: Vec::new(),
            silences: Vec::new(),
            faults: Vec::new(),
            lines: HashMap::new(),
        }
    }

    /// Reads a table.
    pub fn read(&mut self, table: &'static str, value: Value<'a>) {
        match table {
            "level" => {
                let check = |table: LevelTable| table.checked().and_then(known_level);
                self.levels = self.entries(table, value, check);
            }
            "objective" => {
                self.objectives = self.entries(table, value, |table: ObjectiveTable| table.checked())
            }
            "alert" => {
                let check = |table: AlertTable| table.checked().and_then(known_alert);
                self.alerts = self.entries(table, value, check);
            }
            "receiver" => {
                let (folder, env) = (self.folder, self.env);
                self.receivers =
                    self.entries(table, value, |table: ReceiverTable| table.checked(folder, env));
            }
            "silence" => {
                self.silences = self.entries(table, value, |table: SilenceTable| table.checked());
            }
            _ => {
                let span = value.span();
                let read = document::read(self.text, value).and_then(|settings: RegressionSettings| {
                    let at = |message| Fault::at(self.text, Some(span), message);
                    settings.check().map_err(at).map(|()| settings)
                });
                match read {
                    Ok(settings) => self.regressions = settings,
                    Err(fault) => self.fault("[regressions]".to_owned(), fault),
                }
            }
        }
    }

    /// Puts together what was read: what one rule names must be there.
    pub fn finish(mut self) -> Rules {
        let mut unheard: Vec<String> = Vec::new();
        for alert in &mut self.alerts {
            let line = self.lines.get(&("alert", alert.name.clone())).copied();
            let (known, missing): (Vec<String>, Vec<String>) = std::mem::take(&mut alert.receivers)
                .into_iter()
                .partition(|name| self.receivers.iter().any(|receiver| receiver.name == *name));
            // To tell others instead would be as wrong as to tell nobody.
            let is_unheard = known.is_empty() && !missing.is_empty();
            let left_out = if is_unheard { ". Until then the alert is left out" } else { "" };
            if is_unheard {
                unheard.push(alert.name.clone());
            }
            for name in missing {
                let names = self.receivers.iter().map(|receiver| receiver.name.as_str());
                let hint = match whippet_catalogue::hint(&name, names).as_str() {
                    "" => ": write a [[receiver]] of this name".to_owned(),
                    hint => hint.to_owned(),
                };
                let message = format!("there is no receiver '{}'{hint}{left_out}", name.escape_debug());
                self.faults.push(RuleFault { what: what("alert", Some(&alert.name)), line, message });
            }
            alert.receivers = known;
        }
        self.alerts.retain(|alert| !unheard.contains(&alert.name));
        let (watch, wrong) = alerts::Rules::new(self.levels, self.objectives, self.alerts);
        for fault in wrong {
            let line = self.lines.get(&(fault.kind, fault.name.clone())).copied();
            self.faults.push(RuleFault {
                what: what(fault.kind, Some(&fault.name)),
                line,
                message: fault.message,
            });
        }
        self.faults.sort_by_key(|fault| fault.line);
        let lines = self.lines.into_iter().filter(|((table, _), _)| *table == "receiver");
        Rules {
            receiver_lines: lines.map(|((_, name), line)| (name, line)).collect(),
            watch,
            regressions: self.regressions,
            receivers: self.receivers,
            silences: self.silences,
            faults: self.faults,
        }
    }

    /// The entries of an array of tables that are right. A name stands once.
    fn entries<T: Deserialize<'a>, R>(
        &mut self,
        table: &'static str,
        value: Value<'a>,
        check: impl Fn(T) -> Result<R, String>,
    ) -> Vec<R> {
        let entries = match document::tables(self.text, table, value) {
            Ok(entries) => entries,
            Err(fault) => {
                self.fault(what(table, None), fault);
                return Vec::new();
            }
        };
        let mut read = Vec::new();
        for (place, entry) in entries.into_iter().enumerate() {
            let (name, span) = (document::text_member(&entry, "name"), entry.span());
            let at = |message: String| Fault::at(self.text, Some(span.clone()), message);
            if place >= MOST {
                self.fault(
                    what(table, None),
                    at(format!("there are more than {MOST} of them: leave some out")),
                );
                break;
            }
            let checked = match &name {
                Some(name) if self.lines.contains_key(&(table, name.clone())) => {
                    Err(at("there is one of this name before it: give it another".to_owned()))
                }
                _ => document::read(self.text, entry).and_then(|table| check(table).map_err(at)),
            };
            match checked {
                Ok(rule) => read.push(rule),
                Err(fault) => self.fault(what(table, name.as_deref()), fault),
            }
            if let Some(name) = name {
                self.lines.entry((table, name)).or_insert_with(|| line(self.text, &span));
            }
        }
        read
    }

    fn fault(&mut self, what: String, fault: Fault) {
        self.faults.push(RuleFault { what, line: fault.line, message: fault.message });
    }
}

/// What a rule is, and what it is called: `alert "slow"`.
pub fn what(table: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{table} {:?}", name.chars().take(64).collect::<String>()),
        None => format!("[[{table}]]"),
    }
}
