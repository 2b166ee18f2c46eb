//! What follows from a look: changes of states, the history, and what is to be told.
use std::collections::{BTreeMap, HashMap, HashSet};

use whippet_api::{AlertCounts, AlertEvent, Place};
use whippet_store::watching::{Event, KeptState, Round};
use whippet_watch::alerts::{Alert, AlertRule, Change, Condition, Sight, Silence, State, Step};
use whippet_watch::levels::Subject;
use whippet_watch::notification::{NotifiedAlert, fingerprint};

use super::kept::{self, Kept};
use super::look::LookedAt;
use super::rules::RuleSet;
use super::sights::Seen;
use super::telling::{self, Current};

/// The most alerts that are kept: more at once say nothing to anybody. Those beyond it are left out until others end.
const MOST: usize = 5_000;

/// After this time since the collector began, targets that it does not know are gone, ms: services that push,
/// and targets of lists, are not known at once.
const STARTING: i64 = 5 * 60_000;

/// How much is shown around an event, ms.
const AROUND: i64 = 30 * 60_000;

/// What was decided.
pub struct Decided {
    /// What is to be written.
    pub round: Round,
    /// How many alerts there are by state.
    pub counts: AlertCounts,
    /// What fires and is not silenced, by receiver.
    pub firing: Vec<(String, Vec<NotifiedAlert>)>,
    /// How many windows of subjects were read.
    pub windows: usize,
}

/// Decides. `external_url` is where the dashboard is.
pub fn decide(rules: &RuleSet, seen: LookedAt, step: Step, external_url: &str) -> Decided {
    let LookedAt { standing, kept, silences, seen, minutes, windows, knows_regressions, started } = seen;
    // In order, in which those end that end together.
    let before: BTreeMap<String, Kept> = kept.into_iter().collect();
    let mut round = Round { standing, minutes, ..Round::default() };
    let mut current: Vec<Current<'_>> = Vec::new();
    let mut met: HashSet<String> = HashSet::new();
    let mut held = before.len();
    for seen in seen {
        let Some(rule) = rules.rules.alerts.get(seen.rule) else { continue };
        let labels = labels(rule, &seen.subject, &seen.labels);
        let id = fingerprint(&labels);
        if !met.insert(id.clone()) {
            continue;
        }
        let known = before.get(&id);
        let mut alert = known.map(|known| known.alert.clone()).unwrap_or_default();
        let change = alert.look(rule, seen.sight, step);
        if known.is_none() {
            // What is well and was not known before says nothing, and takes no place.
            let is_well = alert.state == State::Ok && alert.unknown == 0;
            if is_well || held >= MOST {
                continue;
            }
            held += 1;
        }
        let kept = Kept {
            receivers: known.map(|known| known.receivers.clone()).unwrap_or_default(),
            ..now(rule, &seen, labels, alert, (known, change), step.now)
        };
        if let Some(change) = change {
            round.events.extend(event(&id, &kept, change, &silences, step.now));
        }
        current.push(Current { id, kept, rule: Some(rule), silenced: false });
    }
    let finds: HashMap<&str, &AlertRule> = rules
        .rules
        .alerts
        .iter()
        .filter(|rule| {
            matches!(
                rule.condition,
                Condition::NewError { .. } | Condition::Regression(_) | Condition::Drift(_)
            )
        })
        .map(|rule| (rule.name.as_str(), rule))
        .collect();
    let is_starting = started.is_some_and(|started| step.now - started < STARTING);
    // What a rule found before and does not find now, and what is left of rules and subjects that are gone.
    for (id, kept) in before.iter().filter(|(id, _)| !met.contains(*id)) {
        let mut kept = kept.clone();
        let rule = finds.get(kept.rule.as_str()).copied();
        // Somebody is changing the rule, and mistyped something: that is no end.
        if kept.alert.open && rules.is_wrong(&kept.rule) {
            current.push(Current { id: id.clone(), kept, rule: None, silenced: false });
            continue;
        }
        // A target that this collector does not know yet is not gone: its alert stays as it is.
        if is_starting
            && rule.is_none()
            && matches!(Subject::from_key(&kept.subject), Some(Subject::Target(_)))
            && let Some(rule) = rules.alert(&kept.rule)
        {
            current.push(Current { id: id.clone(), kept, rule: Some(rule), silenced: false });
            continue;
        }
        let change = match rule {
            // What was not looked for may still be there.
            Some(rule) if !knows_regressions && !matches!(rule.condition, Condition::NewError { .. }) => {
                kept.alert.look(rule, Sight::Unknown, step)
            }
            Some(rule) => kept.alert.look(rule, Sight::Good, step),
            None => kept.alert.gone(step),
        };
        kept.fires_at = None;
        if let Some(change) = change {
            round.events.extend(event(id, &kept, change, &silences, step.now));
        }
        let rule = rule.or_else(|| rules.alert(&kept.rule));
        current.push(Current { id: id.clone(), kept, rule, silenced: false });
    }
    // In the same order whenever the same is looked at.
    current
        .sort_by(|a, b| (&a.kept.subject, &a.kept.rule, &a.id).cmp(&(&b.kept.subject, &b.kept.rule, &b.id)));
    for alert in &mut current {
        alert.silenced = silences.iter().any(|silence| silence.matches(&alert.kept.labels));
    }
    round.notifications = telling::tell(rules, &mut current, step.now, external_url);
    let firing = telling::firing(rules, &current, external_url);
    let counts = counts(&current);
    write_states(&before, current, step.now, &mut round);
    Decided { round, counts, firing, windows }
}

/// The labels of an alert.
fn labels(rule: &AlertRule, subject: &Subject, more: &[(&'static str, String)]) -> BTreeMap<String, String> {
    let mut labels = rule.labels.clone();
    labels.insert("alertname".to_owned(), rule.name.clone());
    labels.insert("severity".to_owned(), rule.severity.clone());
    for (label, value) in [("target", subject.target()), ("app", subject.app()), ("page", subject.page())] {
        if let Some(value) = value {
            labels.insert(label.to_owned(), value.to_owned());
        }
    }
    labels.extend(more.iter().map(|(label, value)| ((*label).to_owned(), value.clone())));
    labels
}

/// The alert as it is kept from now on.
fn now(
    rule: &AlertRule,
    seen: &Seen,
    labels: BTreeMap<String, String>,
    alert: Alert,
    (known, change): (Option<&Kept>, Option<Change>),
    now: i64,
) -> Kept {
    // A link shows some time before, and does not move while nothing changes.
    let mut place = seen.place.clone();
    let begins = if alert.since > 0 { alert.since.min(now) } else { now };
    place.from = Some((begins - seen.window.max(AROUND)).max(0));
    place.to = None;
    if let (Some(known), None) = (known, change) {
        (place.from, place.to) = (known.place.from, known.place.to);
    }
    Kept {
        rule: rule.name.clone(),
        subject: seen.subject.key(),
        labels,
        fires_at: alert.fires_at(rule, now),
        alert,
        reading: seen.reading,
        summary: seen.summary.clone(),
        place,
        watches: kept::watches(&rule.name, &rule.condition),
        receivers: Vec::new(),
    }
}

fn event(id: &str, kept: &Kept, change: Change, silences: &[Silence], now: i64) -> Option<Event> {
    let after =
        if change.resolved { whippet_api::AlertState::Resolved } else { kept::api_state(change.after) };
    let event = AlertEvent {
        time: now,
        id: id.to_owned(),
        rule: kept.rule.clone(),
        about: kept.about(),
        before: kept::api_state(change.before),
        state: after,
        lasted: change.lasted,
        reading: kept.reading,
        summary: kept.summary.clone(),
        silenced: silences.iter().any(|silence| silence.matches(&kept.labels)),
        place: Place { to: Some(now + AROUND), ..kept.place.clone() },
    };
    Some(Event {
        time: now,
        alert: id.to_owned(),
        rule: kept.rule.clone(),
        subject: kept.subject.clone(),
        event: serde_json::to_string(&event).ok()?,
    })
}

fn counts(current: &[Current<'_>]) -> AlertCounts {
    let mut counts = AlertCounts::default();
    for alert in current {
        match alert.kept.alert.state {
            State::Firing if alert.silenced => counts.silenced += 1,
            State::Firing => counts.firing += 1,
            State::Pending => counts.pending += 1,
            State::NoData => counts.no_data += 1,
            State::Ok => {}
        }
    }
    counts
}

/// Writes the states that changed, and forgets those that are over. Time that is counted changes a state; that of one that is
/// well is not kept.
fn write_states(before: &BTreeMap<String, Kept>, current: Vec<Current<'_>>, now: i64, round: &mut Round) {
    for Current { id, kept, .. } in current {
        let known = before.get(&id);
        // Figures may be unknown for a while before that is a state.
        if !kept.alert.is_kept(now) && kept.alert.unknown == 0 {
            if known.is_some() {
                round.over.push(id);
            }
            continue;
        }
        if known != Some(&kept)
            && let Ok(state) = serde_json::to_string(&kept)
        {
            round.states.push(KeptState { id, state });
        }
    }
}

#[cfg(test)]
mod tests {
    use whippet_api::Reading;
    use whippet_store::watching::Standing;
    use whippet_watch::alerts::{AlertTable, Rules};

    use super::*;

    /// What a look decides that sees so many apps that are well, and then so many that are not.
    fn decided(well: usize, bad: usize) -> Decided {
        let table: AlertTable = toml::from_str("name = 'busy'\napp = '*'\nexpr = 'views > 5'").unwrap();
        let (rules, _) = Rules::new(Vec::new(), Vec::new(), vec![table.checked().unwrap()]);
        let rules = RuleSet { rules, ..RuleSet::default() };
        let seen = |number: usize| Seen {
            rule: 0,
            subject: Subject::App(number.to_string()),
            labels: Vec::new(),
            sight: if number < well { Sight::Good } else { Sight::Bad },
            reading: Reading::default(),
            summary: String::new(),
            place: Place::default(),
            window: 60_000,
        };
        let looked_at = LookedAt {
            standing: Standing::default(),
            kept: Vec::new(),
            silences: Vec::new(),
            seen: (0..well + bad).map(seen).collect(),
            minutes: Vec::new(),
            windows: 0,
            knows_regressions: true,
            started: None,
        };
        decide(&rules, looked_at, Step::new(None, 1_000), "http://here")
    }

    #[test]
    fn what_ends_together_ends_in_the_same_order_whatever_the_store_says_first() {
        let fires = decided(0, 20);
        let fired: Vec<&str> = fires.round.events.iter().map(|event| event.alert.as_str()).collect();
        let kept = || {
            let state = |state: &KeptState| (state.id.clone(), serde_json::from_str(&state.state).unwrap());
            fires.round.states.iter().map(state).collect::<Vec<(String, Kept)>>()
        };
        let ended = |kept: Vec<(String, Kept)>| {
            let looked_at = LookedAt {
                standing: Standing::default(),
                kept,
                silences: Vec::new(),
                seen: Vec::new(),
                minutes: Vec::new(),
                windows: 0,
                knows_regressions: true,
                started: None,
            };
            let step = Step::new(Some(1_000), 31_000);
            let decided = decide(&RuleSet::default(), looked_at, step, "http://here");
            decided.round.events.into_iter().map(|event| event.alert).collect::<Vec<String>>()
        };
        let in_order = ended(kept());
        let others: Vec<Vec<String>> = (1..20)
            .map(|by| {
                let mut turned = kept();
                turned.rotate_left(by);
                turned.swap(0, 7);
                ended(turned)
            })
            .collect();
        assert_eq!(in_order.len(), fired.len());
        assert!(in_order.is_sorted() && others.iter().all(|other| *other == in_order), "{others:?}");
    }

    #[test]
    fn what_is_well_takes_no_place_and_what_is_not_is_bounded() {
        let behind_many = decided(MOST + 1, 1);
        assert_eq!((behind_many.counts.firing, behind_many.round.states.len()), (1, 1));
        assert_eq!(decided(0, MOST + 1).round.states.len(), MOST);
    }
}
