use proptest::prelude::*;

use super::*;
use crate::alerts::rule::Condition;
use crate::levels::Scope;

const START: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;

fn rule(hold: i64, keep_firing_for: i64) -> AlertRule {
    AlertRule {
        name: "slow".into(),
        condition: Condition::Down(Scope::Target(None)),
        hold,
        keep_firing_for,
        resolve: None,
        repeat: 60 * MINUTE,
        receivers: Vec::new(),
        severity: "warning".into(),
        labels: Default::default(),
        summary: None,
        runbook: None,
        no_data: NoData::State,
    }
}

/// Looks every 30 s, from a look that came before.
struct Host {
    rule: AlertRule,
    alert: Alert,
    before: i64,
}

impl Host {
    fn new(rule: AlertRule) -> Self {
        Self { rule, alert: Alert::default(), before: START }
    }

    fn at(&mut self, now: i64, sight: Sight) -> Option<Change> {
        let step = Step::new(Some(self.before), now);
        self.before = now;
        self.alert.look(&self.rule, sight, step)
    }

    fn next(&mut self, sight: Sight) -> Option<Change> {
        self.at(self.before + INTERVAL, sight)
    }
}

#[test]
fn it_is_pending_before_it_fires() {
    let mut host = Host::new(rule(MINUTE, 0));
    assert_eq!(host.next(Sight::Bad).unwrap().after, State::Pending);
    assert_eq!(host.alert.fires_at(&host.rule, host.before), Some(host.before + MINUTE));
    assert_eq!(host.next(Sight::Bad), None);
    assert_eq!(host.next(Sight::Bad).unwrap().after, State::Firing);
    assert!(host.alert.is_due(&host.rule, false) && !host.alert.is_due(&host.rule, true));
    host.alert.tell(host.before);
    assert!(!host.alert.is_due(&host.rule, false));
    let change = host.next(Sight::Good).unwrap();
    assert!(change.resolved && change.after == State::Ok);
    assert!(host.alert.is_due(&host.rule, true), "who knows that it fires learns that it does not");
    host.alert.tell(host.before);
    assert!(!host.alert.is_due(&host.rule, false));
    assert!(host.alert.is_kept(host.before + 59 * MINUTE) && !host.alert.is_kept(host.before + 60 * MINUTE));
}

#[test]
fn a_pending_alert_that_recovers_is_forgotten() {
    let mut host = Host::new(rule(5 * MINUTE, 0));
    host.next(Sight::Bad);
    host.next(Sight::Bad);
    let change = host.next(Sight::Good).unwrap();
    assert!(!change.resolved, "it never fired");
    assert!(!host.alert.is_kept(host.before));
    host.next(Sight::Bad);
    assert_eq!(host.alert.held, 0, "it begins anew");
}

#[test]
fn hysteresis_keeps_it_from_flapping() {
    let mut host = Host::new(rule(0, 2 * MINUTE));
    host.next(Sight::Bad);
    for _ in 0..20 {
        assert_eq!((host.next(Sight::Good), host.next(Sight::Bad)), (None, None));
        assert_eq!(host.next(Sight::Near), None);
    }
    host.next(Sight::Good);
    assert_eq!([(); 3].map(|()| host.next(Sight::Good)), [None; 3]);
    assert!(host.next(Sight::Good).unwrap().resolved);
    assert_eq!(host.next(Sight::Near), None, "near alone fires nothing");
}

#[test]
fn without_data_nothing_is_known_and_nothing_resolved() {
    let mut host = Host::new(rule(0, 0));
    host.next(Sight::Bad);
    host.alert.tell(host.before);
    assert_eq!([(); 3].map(|()| host.next(Sight::Unknown)), [None; 3], "figures are late");
    let change = host.next(Sight::Unknown).unwrap();
    assert!(change.after == State::NoData && !change.resolved);
    assert!(host.alert.open && !host.alert.is_due(&host.rule, false));
    assert_eq!(host.next(Sight::Bad).unwrap().after, State::Firing, "the same alert");
    for _ in 0..4 {
        host.next(Sight::Unknown);
    }
    assert!(host.next(Sight::Good).unwrap().resolved);
    // One whose data never come back is over after a day.
    host.next(Sight::Bad);
    let resolved = (0..3000).filter_map(|_| host.next(Sight::Unknown)).filter(|change| change.resolved);
    assert_eq!(resolved.count(), 1);
    for (no_data, after) in
        [(NoData::Fire, State::Firing), (NoData::Ok, State::Ok), (NoData::Keep, State::Ok)]
    {
        let mut host = Host::new(AlertRule { no_data, ..rule(0, 0) });
        for _ in 0..10 {
            host.next(Sight::Unknown);
        }
        assert_eq!(host.alert.state, after, "{no_data:?}");
    }
}

#[test]
fn an_hour_without_a_collector_does_not_count() {
    let mut host = Host::new(rule(10 * MINUTE, 10 * MINUTE));
    host.next(Sight::Bad);
    assert_eq!(host.at(host.before + 60 * MINUTE, Sight::Bad), None);
    assert_eq!(host.alert.state, State::Pending, "nobody saw that hour");
    assert_eq!(host.alert.held, 2 * MINUTE);
    while host.alert.state == State::Pending {
        host.next(Sight::Bad);
    }
    host.next(Sight::Good);
    assert_eq!(host.at(host.before + 60 * MINUTE, Sight::Good), None);
    host.alert.tell(host.before);
    host.at(host.before + 60 * MINUTE, Sight::Bad);
    assert!(host.alert.is_due(&host.rule, false), "an hour later those who were told are told again");
}

#[test]
fn a_rule_that_is_gone_resolves_what_it_said() {
    let mut host = Host::new(rule(0, 10 * MINUTE));
    host.next(Sight::Bad);
    let step = Step::new(Some(host.before), host.before + 1);
    assert!(host.alert.gone(step).unwrap().resolved);
    let mut pending = Host::new(rule(MINUTE, 0));
    pending.next(Sight::Bad);
    assert!(!pending.alert.gone(step).unwrap().resolved);
}

fn sight() -> impl Strategy<Value = Sight> {
    prop_oneof![
        6 => Just(Sight::Bad),
        2 => Just(Sight::Near),
        6 => Just(Sight::Good),
        1 => Just(Sight::Unknown)
    ]
}

/// How far the clock goes between two looks: mostly an interval; sometimes it is set, or nobody looked for hours.
fn clock() -> impl Strategy<Value = i64> {
    prop_oneof![
        20 => Just(INTERVAL),
        4 => 1_000_i64..90_000,
        1 => -86_400_000_i64..0,
        1 => 0_i64..86_400_000,
    ]
}

proptest! {
    /// However the clock goes: it fires only after the condition was seen for `for`, is resolved only after it was not seen for
    /// `keep_firing_for`, and every firing that is told is told to be over.
    #[test]
    fn nothing_fires_or_is_lost_by_a_clock(
        hold in 0_i64..20 * MINUTE,
        keep in 0_i64..20 * MINUTE,
        looks in proptest::collection::vec((sight(), clock()), 1..400),
    ) {
        let mut host = Host::new(rule(hold, keep));
        // What the host can have seen, with no look counting for more than two minutes.
        let (mut bad_for, mut good_for) = (None::<i64>, None::<i64>);
        let (mut opened, mut resolved) = (0, 0);
        let mut knows = false;
        for (sight, by) in looks {
            let (was_open, before) = (host.alert.open, host.before);
            let counted = by.clamp(0, MOST_COUNTED);
            let change = host.at(before + by, sight);
            bad_for = match (sight, bad_for) {
                (Sight::Bad, None) => Some(0),
                (Sight::Bad, Some(time)) => Some(time + counted),
                (Sight::Unknown, time) => time,
                _ => None,
            };
            good_for = match (sight, good_for) {
                (Sight::Good, None) => Some(0),
                (Sight::Good, Some(time)) => Some(time + counted),
                (Sight::Unknown, time) => time,
                _ => None,
            };
            if host.alert.open && !was_open {
                opened += 1;
                prop_assert!(bad_for.is_some_and(|time| time >= hold), "{:?} of {}", bad_for, hold);
            }
            if was_open && !host.alert.open {
                resolved += 1;
                prop_assert!(change.is_some_and(|change| change.resolved));
                prop_assert!(good_for.is_some_and(|time| time >= keep) || sight == Sight::Unknown);
            }
            prop_assert!(host.alert.open || host.alert.state != State::Firing);
            prop_assert!(host.alert.resolved_at.is_none_or(|at| at >= host.alert.fired_at));
            if host.alert.is_due(&host.rule, false) {
                if !host.alert.open {
                    prop_assert!(knows, "nobody is told the end of what they do not know");
                }
                knows = host.alert.open;
                host.alert.tell(host.before);
            }
            prop_assert_eq!(knows, host.alert.open, "receivers know what fires, and no more");
        }
        prop_assert_eq!(opened - resolved, i32::from(host.alert.open));
    }

    /// A condition that holds on is found within `for` and two looks, also where the collector is killed at any time.
    #[test]
    fn what_holds_is_found(hold in 0_i64..20 * MINUTE, kill_at in 0_usize..40) {
        let mut host = Host::new(rule(hold, 0));
        let mut looks = 0;
        while !host.alert.open {
            if looks == kill_at {
                // What is kept is read again, by another process, a minute later.
                let text = serde_json::to_string(&host.alert).unwrap();
                host.alert = serde_json::from_str(&text).unwrap();
                host.before += MINUTE;
            }
            host.next(Sight::Bad);
            looks += 1;
            prop_assert!(looks as i64 * INTERVAL <= hold + 2 * INTERVAL);
        }
    }
}
