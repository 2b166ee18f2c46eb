//! The states of one alert.
//!
//! Times are counted, never compared with a clock: each look adds the time since the one before, and no more than a few looks'
//! worth. So a clock that is set back takes nothing away, one that is set forward makes nothing fire, and an hour without a
//! collector is an hour in which nothing was seen.
use serde::{Deserialize, Serialize};

use super::rule::{AlertRule, NoData};

/// How often rules are looked at, ms.
pub const INTERVAL: i64 = 30_000;
/// The most time that a look counts, ms: a collector that takes over needs about a minute.
const MOST_COUNTED: i64 = 4 * INTERVAL;
/// Figures are late, and one that is missing for a moment says nothing: after this time nothing is known, ms.
const LATE: i64 = 4 * INTERVAL;
/// After this time without data an alert that fires is over: what it was of is gone, ms.
const FORGOTTEN: i64 = 86_400_000;

/// A state of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The condition does not hold.
    #[default]
    Ok,
    /// It holds, but not yet for long enough.
    Pending,
    /// It has held for long enough.
    Firing,
    /// Nothing is known.
    NoData,
}

/// What a rule sees of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The condition holds.
    Bad,
    /// It does not, but an alert that fires does not end by it: the figure is between both bounds.
    Near,
    /// It does not hold.
    Good,
    /// Nothing is known.
    Unknown,
}

/// The time of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Now, ms since the epoch.
    pub now: i64,
    /// How much time counts since the look before, ms.
    pub counted: i64,
    /// How much passed, ms; 0 where the clock was set back.
    pub passed: i64,
}

impl Step {
    /// The look at `now`, where the one before was at `before`.
    pub fn new(before: Option<i64>, now: i64) -> Self {
        let passed = before.map_or(0, |before| now.saturating_sub(before).max(0));
        Self { now, counted: passed.min(MOST_COUNTED), passed }
    }
}

/// The state of an alert, as it is kept between looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alert {
    /// The state.
    pub state: State,
    /// Since when, ms since the epoch.
    pub since: i64,
    /// Whether it fired and was not resolved since: also while nothing is known.
    pub open: bool,
    /// When it fired last, ms since the epoch.
    pub fired_at: i64,
    /// When it was resolved last, ms since the epoch.
    pub resolved_at: Option<i64>,
    /// For how long the condition has held, while it is pending, ms.
    pub held: i64,
    /// For how long it has not held, while it fires, ms.
    pub good: Option<i64>,
    /// For how long nothing has been known, ms.
    pub unknown: i64,
    /// Whether its receivers know that it fires.
    pub told: bool,
    /// The time since they were told, ms.
    pub since_told: i64,
    /// When they were told last, ms since the epoch.
    pub told_at: Option<i64>,
}

/// A change of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The state before.
    pub before: State,
    /// The state from now on.
    pub after: State,
    /// Whether the alert was resolved.
    pub resolved: bool,
    /// How long the state before lasted by the clock, ms; `None` where the clock was set back.
    pub lasted: Option<i64>,
}

impl Alert {
    /// Takes in what the rule sees now. Returns what changed.
    pub fn look(&mut self, rule: &AlertRule, sight: Sight, step: Step) -> Option<Change> {
        self.since_told = self.since_told.saturating_add(step.passed);
        let sight = match (sight, rule.no_data) {
            (Sight::Unknown, NoData::Fire) => Sight::Bad,
            (Sight::Unknown, NoData::Ok) => Sight::Good,
            (Sight::Unknown, NoData::Keep) => return None,
            (sight, _) => sight,
        };
        if sight == Sight::Unknown {
            self.unknown = self.unknown.saturating_add(step.counted);
            return match self.state {
                State::NoData if self.open && self.unknown >= FORGOTTEN => self.resolve(step),
                State::NoData => None,
                _ if self.unknown >= LATE => self.enter(State::NoData, step),
                _ => None,
            };
        }
        self.unknown = 0;
        if self.open {
            return self.look_while_open(rule, sight, step);
        }
        match (self.state, sight) {
            (State::Pending, Sight::Bad) => {
                self.held = self.held.saturating_add(step.counted);
                if self.held >= rule.hold { self.fire(step) } else { None }
            }
            (_, Sight::Bad) => {
                self.held = 0;
                if rule.hold == 0 { self.fire(step) } else { self.enter(State::Pending, step) }
            }
            _ => self.enter(State::Ok, step),
        }
    }

    fn look_while_open(&mut self, rule: &AlertRule, sight: Sight, step: Step) -> Option<Change> {
        if sight == Sight::Good {
            let good = self.good.map_or(0, |good| good.saturating_add(step.counted));
            self.good = Some(good);
            if good >= rule.keep_firing_for {
                return self.resolve(step);
            }
        } else {
            self.good = None;
        }
        self.enter(State::Firing, step)
    }

    /// The rule or its subject is gone: an alert that is open is resolved.
    pub fn gone(&mut self, step: Step) -> Option<Change> {
        // Nothing is waited for any more, so that it can be forgotten.
        self.unknown = 0;
        if self.open { self.resolve(step) } else { self.enter(State::Ok, step) }
    }

    /// Whether its receivers are to be told, unless it is silenced: that it fires, that it still does, or that it is resolved.
    /// What they know to fire is resolved for them also while it is silenced.
    pub fn is_due(&self, rule: &AlertRule, silenced: bool) -> bool {
        match (self.open, self.told) {
            (true, false) => !silenced,
            (true, true) => !silenced && self.since_told >= rule.repeat,
            (false, told) => told,
        }
    }

    /// Its receivers were told.
    pub fn tell(&mut self, now: i64) {
        self.told = self.open;
        self.since_told = 0;
        self.told_at = Some(now);
    }

    fn fire(&mut self, step: Step) -> Option<Change> {
        (self.open, self.fired_at, self.good) = (true, step.now, None);
        self.resolved_at = None;
        self.enter(State::Firing, step)
    }

    fn resolve(&mut self, step: Step) -> Option<Change> {
        (self.open, self.good, self.held) = (false, None, 0);
        self.resolved_at = Some(step.now.max(self.fired_at));
        self.enter(State::Ok, step).map(|change| Change { resolved: true, ..change })
    }

    fn enter(&mut self, state: State, step: Step) -> Option<Change> {
        let before = self.state;
        if before == state {
            return None;
        }
        let lasted = Some(step.now - self.since).filter(|lasted| *lasted >= 0 && self.since > 0);
        (self.state, self.since) = (state, step.now);
        Some(Change { before, after: state, resolved: false, lasted })
    }

    /// When it fires if its condition goes on to hold; `None` unless it is pending.
    pub fn fires_at(&self, rule: &AlertRule, now: i64) -> Option<i64> {
        (self.state == State::Pending).then(|| now.saturating_add((rule.hold - self.held).max(0)))
    }

    /// Whether it has to be kept: all but an alert that is well, and was for an hour.
    pub fn is_kept(&self, now: i64) -> bool {
        const SHOWN: i64 = 3_600_000;
        let is_recent = |at: i64| (0..SHOWN).contains(&(now - at));
        self.state != State::Ok || self.open || self.told || self.resolved_at.is_some_and(is_recent)
    }
}

#[cfg(test)]
mod tests;
